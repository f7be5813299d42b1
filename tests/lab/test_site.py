"""The whole site on real hosts: it holds its promises, says so when it does not, and can be interrupted."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Sequence

import pytest
from tests.lab.conftest import NINES, Deployed

pytestmark = pytest.mark.lab


def with_options(site: str, **options: str) -> str:
    """The site file with further options, a component to its mapping; the example has some already."""
    lines = "".join(f"  {component}: {{{mapping}}}\n" for component, mapping in options.items())
    assert "\ncomponents:\n" in site
    return site.replace("\ncomponents:\n", f"\ncomponents:\n{lines}", 1)


def test_every_promise_holds(deployed: Deployed) -> None:
    verdicts = deployed.verdicts("*", "--wait", "60")
    assert len(verdicts) > 40
    assert set(verdicts.values()) == {"pass"}, {k: v for k, v in verdicts.items() if v != "pass"}


def test_a_second_deployment_changes_nothing(deployed: Deployed) -> None:
    assert deployed.changes() == []


def test_a_plan_of_an_unchanged_site_is_empty_and_shows_no_secret(deployed: Deployed) -> None:
    assert deployed.nines("plan").returncode == 0
    text = deployed.file.read_text()
    try:
        deployed.file.write_text(with_options(text, memcached="memory_mb: 96"))
        shown = deployed.nines("plan")
        assert "+-m 96" in shown.stdout
        assert "controller2" in shown.stdout
    finally:
        deployed.file.write_text(text)


@pytest.mark.parametrize("after", [2.5, 6.0])
def test_a_deployment_killed_anywhere_is_made_up_for(deployed: Deployed, after: float) -> None:
    """Change files that restart units on both controllers, and kill the deployer at some moment of that."""
    text = deployed.file.read_text()
    memory = 64 + int(after * 10)
    options = {"memcached": f"memory_mb: {memory}", "galera": f"max_connections: {1000 + memory}"}
    deployed.file.write_text(with_options(text, **options))
    try:
        running = subprocess.Popen(
            [NINES, "deploy", deployed.file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(after)
        running.send_signal(signal.SIGKILL)
        running.wait()
        deployed.changes()
        assert deployed.changes() == []
        for host in ("controller1", "controller2"):
            asked = deployed.on(host, "sh", "-c", "tr '\\0' ' ' </proc/$(pidof memcached)/cmdline")
            assert f"-m {memory} " in asked.stdout, "the running daemon has the new file"
            asked = deployed.on(host, "mariadb", "-Ne", "SELECT @@max_connections")
            assert asked.stdout.strip() == str(1000 + memory)
    finally:
        deployed.file.write_text(text)
        deployed.changes()


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


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda b: b[0])
def test_what_is_broken_is_said_to_be_broken(deployed: Deployed, breakage: Sequence[str]) -> None:
    only, host, harm, undo = breakage
    assert set(deployed.verdicts(only, "--wait", "60").values()) == {"pass"}
    try:
        assert deployed.on(host, "sh", "-c", harm).returncode == 0
        assert "fail" in deployed.verdicts(only).values()
    finally:
        assert deployed.on(host, "sh", "-c", undo).returncode == 0
    assert set(deployed.verdicts(only, "--wait", "90").values()) == {"pass"}


def test_the_deployer_needs_no_way_but_through_the_jump_host(deployed: Deployed) -> None:
    """Shut every SSH port in the cluster network to the operator: the deployment still arrives."""
    rule = "insert rule inet fournines input ip saddr 10.0.0.254 tcp dport 22 drop"
    for host in ("controller1", "controller2"):
        assert deployed.on(host, "nft", rule).returncode == 0
    try:
        assert deployed.changes() == []
    finally:
        for host in ("controller1", "controller2"):
            deployed.on(host, "systemctl", "restart", "nftables")
