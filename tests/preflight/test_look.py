"""The program that looks at a host: what it makes of what the host's tools print."""

from __future__ import annotations

import json

import pytest

from fournines.preflight.on_host import look

SS = """\
tcp   LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=701,fd=3))
tcp   LISTEN 0 128 127.0.0.53%lo:53 0.0.0.0:* users:(("systemd-resolve",pid=702,fd=3))
tcp   LISTEN 0 4096 *:9200 *:* users:(("systemd",pid=1,fd=44))
udp   UNCONN 0 0 [::1]:323 [::]:* users:(("chronyd",pid=703,fd=7))
tcp   LISTEN 0 5 0.0.0.0:7 0.0.0.0:*
"""
SOCKETS = """\
/run/dbus/system_bus_socket dbus.socket            dbus.service
[::]:9200                   fournines-galera.socket -
"""
POLICY = """\
haproxy:
  Installed: (none)
  Candidate: 3.0.11-1+deb13u1
  Version table:
     3.0.11-1+deb13u1 500
        500 http://deb.debian.org/debian trixie/main amd64 Packages
curl:
  Installed: 8.14.1-2
  Candidate: 8.14.1-2
virtual:
  Installed: (none)
  Candidate: (none)
"""


def test_listeners_are_told_with_their_units(monkeypatch: pytest.MonkeyPatch) -> None:
    units = {"701": "ssh.service"}
    real = look._unit
    monkeypatch.setattr(look, "_unit", lambda pid, *rest: units.get(pid) or real(pid, *rest))
    found = look.listeners(SS, SOCKETS)
    assert found is not None
    assert [tuple(one) for one in found][:4:1] == [
        ("tcp", "0.0.0.0", 22, "ssh.service"),
        ("tcp", "127.0.0.53", 53, "systemd-resolve"),
        ("tcp", "*", 9200, "fournines-galera.socket"),
        ("udp", "::1", 323, "chronyd"),
    ]
    assert found[4][3] == "?"
    assert look.listeners(None, None) is None


def test_versions_of_installed_missing_and_virtual_packages() -> None:
    assert look.versions(POLICY) == {
        "haproxy": [None, "3.0.11-1+deb13u1"],
        "curl": ["8.14.1-2", "8.14.1-2"],
        "virtual": [None, None],
    }


def test_addresses_are_those_of_ip_version_4() -> None:
    said = [
        {"ifname": "lo", "addr_info": [{"family": "inet", "local": "127.0.0.1", "prefixlen": 8}]},
        {"ifname": "ens3", "addr_info": [{"family": "inet6", "local": "fe80::1", "prefixlen": 64}]},
        {"ifname": "down"},
    ]
    assert look.addresses(json.dumps(said)) == [["lo", "127.0.0.1/8"]]
    assert look.addresses(None) is None


def test_the_sources_are_asked_only_for_what_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look, "run", lambda *_, **__: POLICY)
    monkeypatch.setattr(look, "fetch_lists", lambda _: ("E: no network", []))
    assert look.packages(["curl"])[1] == ""
    known, trouble = look.packages(["curl", "haproxy"])
    assert trouble == "E: no network"
    assert known["curl"] == ["8.14.1-2", "8.14.1-2"]


def test_a_program_that_is_not_there_or_fails_says_nothing() -> None:
    assert look.run("/nonexistent") is None
    assert look.run("false") is None
    assert look.run("sleep", "5", seconds=0.01) is None
    assert look.run("echo", "hello") == "hello\n"


def test_os_release_loses_its_quotes() -> None:
    assert look.system('ID=debian\nVERSION_ID="13"\n\n# x\n') == {"ID": "debian", "VERSION_ID": "13"}
