"""The engine on real hosts, with a toy package: installing, rejecting, rolling, being killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.lab.deployed import PATIENCE, Deployed, deployed, own
from tests.lab.toy import CONF, DAEMON, HOSTS

pytestmark = pytest.mark.lab

# The least that can be deployed: the tests are about the engine, not about what it deploys.
_SITE = """\
name: {name}
lab: true
networks:
  mgmt: {{cidr: 10.0.0.0/24}}
vips:
  controller: {{network: mgmt, address: 10.0.0.20}}
hosts:
  dashboard: {{roles: [bastion, arbiter], mgmt: 10.0.0.10}}
  controller1: {{roles: [controller], mgmt: 10.0.0.11}}
  controller2: {{roles: [controller], mgmt: 10.0.0.12}}
ssh: {{through: dashboard}}
services: []
components: {{memcached: {{}}}}
"""

# A daemon whose package starts it, as Debian's do, and which needs a moment before it serves.
_MAKE_PACKAGE = r"""
set -e
rm -rf /srv/toy && mkdir -p /srv/toy/tree/DEBIAN /srv/toy/tree/lib/systemd/system /srv/toy/tree/usr/bin
cd /srv/toy
cat >tree/DEBIAN/control <<'END'
Package: nines-toy
Version: 1.0
Architecture: all
Maintainer: nobody <nobody@localhost>
Description: a toy
END
cat >tree/usr/bin/nines-toy <<'END'
#!/bin/sh
date +%s.%N >>/var/log/nines-toy.starts
. /dev/null
sleep "$(sed -n 's/^delay = //p' /etc/nines-toy/toy.conf)"
: >/run/nines-toy/serving
exec sleep infinity
END
chmod 755 tree/usr/bin/nines-toy
cat >tree/lib/systemd/system/nines-toy.service <<'END'
[Service]
RuntimeDirectory=nines-toy
ExecStart=/usr/bin/nines-toy
KillMode=control-group
[Install]
WantedBy=multi-user.target
END
cat >tree/DEBIAN/postinst <<'END'
#!/bin/sh
set -e
systemctl daemon-reload
deb-systemd-helper enable nines-toy.service
deb-systemd-invoke start nines-toy.service
END
chmod 755 tree/DEBIAN/postinst
dpkg-deb --root-owner-group --build tree nines-toy.deb >/dev/null
{ cat tree/DEBIAN/control
  echo "Filename: ./nines-toy.deb"
  echo "Size: $(stat -c %s nines-toy.deb)"
  echo "SHA256: $(sha256sum nines-toy.deb | cut -d' ' -f1)"; } >Packages
echo 'deb [trusted=yes] file:/srv/toy ./' >/etc/apt/sources.list
rm -f /var/lib/apt/periodic/update-success-stamp
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """Each host has a repository of one package on its own disk: a lab has no way to any other."""
    name = own("toy")
    with deployed(name, _SITE.format(name=name), tmp_path_factory.mktemp("toy")) as site:
        for host in HOSTS:
            made = site.on(host, "sh", "-c", _MAKE_PACKAGE)
            assert made.returncode == 0, made.stderr
        yield site


def started(site: Path, content: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.lab.toy", str(site), content],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def run(site: Deployed, content: str) -> dict[str, Any]:
    with started(site.file, content) as process:
        out, _ = process.communicate(timeout=PATIENCE)
    answer: dict[str, Any] = json.loads(out.splitlines()[-1])
    return answer


def starts(site: Deployed) -> dict[str, list[float]]:
    """When the daemon was started, by host."""
    return {
        host: [float(line) for line in site.on(host, "cat", "/var/log/nines-toy.starts").stdout.split()]
        for host in HOSTS
    }


def fin_timeout(site: Deployed, host: str) -> str:
    return site.on(host, "cat", "/proc/sys/net/ipv4/tcp_fin_timeout").stdout.strip()


def test_a_package_is_installed_and_its_daemon_starts_only_with_its_configuration(
    repository: Deployed,
) -> None:
    answer = run(repository, "delay = 0\n")
    assert {(c["kind"], c["subject"]) for c in answer["changed"] if c["host"] == "dashboard"} == {
        ("packages", "nines-toy"),
        ("account", "toy"),
        ("directory", "/etc/nines-toy"),
        ("file", CONF),
        ("sysctl", "net.ipv4.tcp_fin_timeout"),
        ("unit", DAEMON),
        ("command", "toy says"),
    }
    assert {host: len(times) for host, times in starts(repository).items()} == dict.fromkeys(HOSTS, 1), (
        "the package's own start was held back"
    )
    for host in HOSTS:
        assert repository.on(host, "stat", "-c", "%a %U %G", CONF).stdout.split() == [
            "640",
            "toy",
            "toymakers",
        ]
        assert repository.on(host, "test", "-e", "/usr/sbin/policy-rc.d").returncode != 0
        assert fin_timeout(repository, host) == "31"
    assert run(repository, "delay = 0\n") == {"changed": []}


def test_a_refused_file_changes_nothing_and_the_programs_words_come_back(repository: Deployed) -> None:
    before = repository.on("controller1", "cat", CONF).stdout
    answer = run(repository, "delay = soon\n")
    assert answer["error"] == "RejectedError"
    assert answer["output"] == f"{CONF}: no delay"
    assert [repository.on(host, "cat", CONF).stdout for host in HOSTS] == [before] * len(HOSTS)


def test_a_roll_waits_for_each_host_to_serve_before_it_touches_the_next(repository: Deployed) -> None:
    before = starts(repository)
    run(repository, "delay = 1.5\n")
    restarts = {host: times[len(before[host]) :] for host, times in starts(repository).items()}
    assert {host: len(times) for host, times in restarts.items()} == dict.fromkeys(HOSTS, 1)
    moments = sorted(times[0] for times in restarts.values())
    assert all(later - earlier >= 1.5 for earlier, later in pairwise(moments))


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT], ids=["kill -9", "Ctrl-C"])
def test_a_roll_that_is_stopped_in_the_middle_is_finished_by_the_next_run(
    repository: Deployed, stop: signal.Signals
) -> None:
    content = f"delay = 2.{int(stop)}\n"
    before = starts(repository)
    with started(repository.file, content) as process:
        deadline = time.monotonic() + PATIENCE
        while starts(repository) == before:
            assert time.monotonic() < deadline, "no restart came"
        process.send_signal(stop)
        process.wait(timeout=PATIENCE)
    again = run(repository, content)
    assert "changed" in again, again
    assert run(repository, content) == {"changed": []}
    for host in HOSTS:
        assert repository.on(host, "cat", CONF).stdout == content
        newest = float(repository.on(host, "stat", "-c", "%.Y", CONF).stdout)
        assert starts(repository)[host][-1] > newest, f"{host} runs with the file it has"


def test_an_unreachable_host_ends_the_run_before_anything_changes(repository: Deployed) -> None:
    before = repository.on("controller1", "cat", CONF).stdout
    assert repository.on("controller2", "systemctl", "stop", "ssh.socket", "ssh.service").returncode == 0
    try:
        answer = run(repository, "delay = 0.25\n")
        assert answer["error"] == "TransportError"
        assert "controller2: not reachable by ssh" in answer["what"]
        assert repository.on("controller1", "cat", CONF).stdout == before
    finally:
        repository.on("controller2", "systemctl", "start", "ssh.service")


def test_what_left_the_site_leaves_its_hosts(repository: Deployed) -> None:
    """The site's own file has no toy: its unit, file, folder and kernel parameter go; its package stays."""
    before = {host: fin_timeout(repository, host) for host in HOSTS}
    changed = {(event["host"], event["kind"], event["subject"]) for event in repository.changes()}
    assert before == dict.fromkeys(HOSTS, "31")
    assert {event for event in changed if event[0] == "dashboard"} == {
        ("dashboard", "unit", DAEMON),
        ("dashboard", "file", CONF),
        ("dashboard", "directory", "/etc/nines-toy"),
        ("dashboard", "sysctl", "net.ipv4.tcp_fin_timeout"),
    }
    for host in HOSTS:
        assert repository.on(host, "test", "-e", "/etc/nines-toy").returncode != 0
        assert repository.on(host, "systemctl", "is-active", DAEMON).stdout.strip() == "inactive"
        assert repository.on(host, "systemctl", "is-enabled", DAEMON).stdout.strip() == "disabled"
        assert fin_timeout(repository, host) != "31"
        assert repository.on(host, "dpkg", "--status", "nines-toy").returncode == 0
    assert repository.changes() == []
