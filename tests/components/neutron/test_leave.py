"""What is taken off a host that the agents of networks have left, and what is not."""

from __future__ import annotations

import json
import os
import signal
from itertools import pairwise
from pathlib import Path

import pytest

from fournines.components.neutron.on_host import leave

SPACES = "qrouter-1 (id: 0)\nqdhcp-2 (id: 1)\nsomebody (id: 2)\n"
IDS = ["map", [["attached-mac", "fa:16:3e:0:0:1"], ["iface-id", "port"]]]


class Host:
    """A host as its commands show it. ``stubborn`` are the namespaces that cannot be deleted."""

    def __init__(self, *stubborn: str) -> None:
        self.spaces = [line.split()[0] for line in SPACES.splitlines()]
        self.ports = {"tap1": IDS, "qr-2": IDS, "patch-tun": ["map", []], "br-int": ["map", []]}
        self.living = {"qrouter-1": "101 102\n", "qdhcp-2": "103\n", "somebody": "104\n"}
        self.stubborn = stubborn
        self.killed: list[int] = []

    def run(self, *argv: str) -> str:
        match argv:
            case ("ip", "netns", "list"):
                return "".join(f"{name} (id: 7)\n" for name in self.spaces)
            case ("ip", "netns", "pids", name):
                return self.living.get(name, "")
            case ("ip", "netns", "delete", name):
                if name not in self.stubborn:
                    self.spaces.remove(name)
            case ("ovs-vsctl", *words) if "list" in words:
                rows = [[name, ids] for name, ids in self.ports.items()]
                return json.dumps({"headings": ["name", "external_ids"], "data": rows})
            case ("ovs-vsctl", _, *words):
                for verb, name in pairwise(words):
                    if verb == "del-port":
                        del self.ports[name]
            case _:
                raise AssertionError(argv)
        return ""

    def kill(self, pid: int, number: int) -> None:
        assert number == signal.SIGKILL
        self.killed.append(pid)
        self.living = {name: pids.replace(str(pid), "") for name, pids in self.living.items()}


def test_what_agents_made_goes_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host = Host()
    monkeypatch.setattr(os, "kill", host.kill)
    for name in ("dhcp/net/leases", "external/pids/r.pid", "ha_confs/r/keepalived.conf", "lock/kept"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert leave.main(tmp_path, host.run) == 0
    assert sorted(host.killed) == [101, 102, 103]
    assert host.spaces == ["somebody"]
    assert set(host.ports) == {"patch-tun", "br-int"}
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")}
    assert left == {"dhcp", "external", "external/pids", "ha_confs", "lock", "lock/kept"}


def test_where_nothing_is_there_nothing_is_missed(tmp_path: Path) -> None:
    assert leave.main(tmp_path, lambda *_: "") == 0


def test_what_cannot_be_taken_away_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host = Host("qdhcp-2")
    monkeypatch.setattr(os, "kill", host.kill)
    assert leave.main(tmp_path, host.run) == 1


def test_a_process_that_does_not_end_holds_up_nobody_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host()
    monkeypatch.setattr(os, "kill", lambda *_: None)
    monkeypatch.setattr(leave, "ENDS", 0.0)
    assert leave.main(tmp_path, host.run) == 0
