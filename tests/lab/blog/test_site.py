"""The whole site on real hosts: it holds its promises, says so when it does not, and can be interrupted."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.lab.deployed import CONTROLLERS, NINES, Deployed

from fournines.errors import HeldError

pytestmark = pytest.mark.lab


def with_options(site: str, **options: str) -> str:
    """The site file with further options, a component to its mapping; the example has some already."""
    lines = "".join(f"  {component}: {{{mapping}}}\n" for component, mapping in options.items())
    assert "\ncomponents:\n" in site
    return site.replace("\ncomponents:\n", f"\ncomponents:\n{lines}", 1)


def test_every_promise_holds(deployed: Deployed) -> None:
    assert deployed.not_passing(of=40) == {}


def test_a_second_deployment_changes_nothing(deployed: Deployed) -> None:
    assert deployed.changes() == []


def test_of_two_deployments_at_once_the_second_is_told_of_the_first(deployed: Deployed) -> None:
    argv: list[str | Path] = [NINES, "deploy", "--json", deployed.file]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as first:
        assert first.stdout is not None
        begun = json.loads(first.stdout.readline())
        first.send_signal(signal.SIGSTOP)  # in the middle, for as long as the other takes
        try:
            second = deployed.nines("deploy")
        finally:
            first.send_signal(signal.SIGCONT)
        told = [json.loads(line) for line in first.stdout]
    assert begun["event"] == "Started"
    assert second.returncode == HeldError.exit_code
    assert f"(process {first.pid}, " in second.stderr
    assert "nothing was done" in second.stderr
    assert first.returncode == 0
    assert told[-1]["event"] == "Finished"
    assert deployed.nines("deploy").returncode == 0, "it is free again"


def test_a_plan_is_empty_until_the_site_file_changes_and_says_what_would(
    deployed: Deployed,
) -> None:
    assert deployed.nines("plan").returncode == 0
    text = deployed.file.read_text()
    try:
        deployed.file.write_text(with_options(text, memcached="memory_mb: 96"))
        shown = deployed.nines("plan")
        assert "+-m 96" in shown.stdout
        assert "controller2" in shown.stdout
    finally:
        deployed.file.write_text(text)


def runs_with(site: Deployed) -> dict[str, tuple[str, str]]:
    """With how much memory the cache of each controller runs, and for how many connections its database."""
    cache = ("sh", "-c", "tr '\\0' ' ' </proc/$(pidof memcached)/cmdline | grep -o -- '-m [0-9]*'")
    database = ("mariadb", "-Ne", "SELECT @@max_connections")
    return {
        host: (site.on(host, *cache).stdout.strip(), site.on(host, *database).stdout.strip())
        for host in CONTROLLERS
    }


def deploy_killed(site: Deployed, moment: Callable[[Mapping[str, Any]], bool]) -> None:
    """Deploy, and kill the deployer as soon as it tells of an event that is the moment."""
    argv: list[str | Path] = [NINES, "deploy", "--json", site.file]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        assert running.stdout is not None
        came = any(moment(json.loads(line)) for line in running.stdout)
        running.kill()
    assert came, "it ended before that"


def any_change(event: Mapping[str, Any]) -> bool:
    return bool(event["event"] == "StepChanged")


def any_restart(event: Mapping[str, Any]) -> bool:
    return any_change(event) and bool(event["kind"] == "unit")


def test_a_deployment_killed_anywhere_is_made_up_for(deployed: Deployed) -> None:
    """Change files that restart units on both controllers, and kill the deployer at the first change; change
    them back, and kill it at the first restart.
    """
    text = deployed.file.read_text()
    other = with_options(text, memcached="memory_mb: 96", galera="max_connections: 1100")
    before, after = runs_with(deployed), dict.fromkeys(CONTROLLERS, ("-m 96", "1100"))
    assert not set(before.values()) & set(after.values())
    try:
        for content, moment, wanted in ((other, any_change, after), (text, any_restart, before)):
            deployed.file.write_text(content)
            deploy_killed(deployed, moment)
            deployed.changes()
            assert deployed.changes() == []
            assert runs_with(deployed) == wanted, "the running daemons have the new files"
    finally:
        deployed.file.write_text(text)


BREAKAGES = [
    ("memcached.round-trip", "controller2", "systemctl stop memcached", "systemctl start memcached"),
    ("chrony.follows", "controller1", "systemctl stop chrony", "systemctl start chrony"),
    (
        "nftables.rules",
        "controller1",
        "nft insert rule inet fournines input tcp dport 9999 accept",
        "systemctl restart nftables",
    ),
    ("rsyslog.*", "controller1", "systemctl stop syslog.socket rsyslog", "systemctl start rsyslog"),
    ("galera.*", "controller1", "systemctl stop mariadb", "systemctl start mariadb"),
    ("rabbitmq.*", "dashboard", "systemctl stop rabbitmq-server", "systemctl start rabbitmq-server"),
    ("haproxy.*", "controller2", "systemctl stop haproxy", "systemctl start haproxy"),
    ("keepalived.*", "controller1", "systemctl stop keepalived", "systemctl start keepalived"),
    ("keystone.*", "controller2", "systemctl stop keystone", "systemctl start keystone"),
    ("glance.*", "controller1", "systemctl stop glance-api", "systemctl start glance-api"),
    ("horizon.*", "dashboard", "systemctl stop apache2", "systemctl start apache2"),
    ("client.*", "controller1", "chmod 644 /root/admin-openrc.sh", "chmod 600 /root/admin-openrc.sh"),
    (
        "hosts.*",
        "controller2",
        "sed -i.old s/10.0.0.20/10.0.0.21/ /etc/hosts",
        "mv /etc/hosts.old /etc/hosts",
    ),
    (
        "tls.*",
        "controller1",
        "sed -i.old s/BEGIN/BEGUN/ /etc/haproxy/certs/controller.pem",
        "mv /etc/haproxy/certs/controller.pem.old /etc/haproxy/certs/controller.pem",
    ),
]


@pytest.fixture(scope="module")
def well(deployed: Deployed) -> Deployed:
    """The site as each of the tests that break something finds it, and leaves it."""
    assert deployed.not_passing() == {}
    return deployed


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda b: b[0])
def test_what_is_broken_is_said_to_be_broken(well: Deployed, breakage: Sequence[str]) -> None:
    only, host, harm, undo = breakage
    try:
        assert well.on(host, "sh", "-c", harm).returncode == 0
        assert "fail" in well.verdicts(only).values()
    finally:
        assert well.on(host, "sh", "-c", undo).returncode == 0
    assert well.not_passing(only) == {}


def test_the_deployer_needs_no_way_but_through_the_jump_host(deployed: Deployed) -> None:
    """Shut every SSH port in the cluster network to the operator: the deployment still arrives."""
    rule = "insert rule inet fournines input ip saddr 10.0.0.254 tcp dport 22 drop"
    for host in CONTROLLERS:
        assert deployed.on(host, "nft", rule).returncode == 0
    try:
        assert deployed.changes() == []
    finally:
        for host in CONTROLLERS:
            deployed.on(host, "systemctl", "restart", "nftables")
