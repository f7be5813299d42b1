"""Hosts that exist only here: files in a temporary root each, units and packages in a dictionary.

The agent is the real one (its ``respond`` runs against the root), pyinfra is the real one (its commands
arrive as shell scripts); only the programs they call are played.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest

from fournines.engine.agent import commands, facts, leave, main, questions, tree
from fournines.engine.agent.process import Ran
from fournines.engine.units.startup import WHAT_IS_DOWN
from fournines.engine.wire import remote
from fournines.engine.wire.transport import Call, Fake
from fournines.errors import TransportError
from fournines.kit.check import Ask, Check, Output
from fournines.kit.context import Context
from fournines.kit.step import Step
from fournines.kit.verdict import failed, passed
from fournines.plan.model import Phase, Plan, PlannedStage
from fournines.spec.model import Host, Network, Role, Site, Vip

HOSTS = ("one", "two", "three")


@dataclass
class SimulatedUnit:
    active: str = "inactive"
    enabled: str = "disabled"
    started_with: dict[str, str] = field(default_factory=dict)
    of_versions: dict[str, str] = field(default_factory=dict)


@dataclass
class SimulatedHost:
    name: str
    root: Path
    units: dict[str, SimulatedUnit] = field(default_factory=dict)
    packages: dict[str, str] = field(default_factory=dict)
    """Name and version of what is installed."""
    done: set[str] = field(default_factory=set)

    def file(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def tree(self) -> dict[str, str]:
        return {
            "/" + str(p.relative_to(self.root)): p.read_text()
            for p in sorted(self.root.rglob("*"))
            if p.is_file() and "var/lib/fournines" not in str(p)
        }


class Killed(BaseException):
    """The deployer's end, at some call."""


@dataclass(repr=False)  # hypothesis would print three hosts with all their files
class Simulation:
    hosts: dict[str, SimulatedHost]
    log: list[tuple[str, str]] = field(default_factory=list)
    refuse: Callable[[str, list[str]], str | None] = lambda _host, _argv: None
    on_call: Callable[[int], None] = lambda _number: None
    down: dict[str, str] = field(default_factory=dict)
    """What a host answers when it is asked which units are down, and why."""
    calls: int = 0
    current: str = ""

    @property
    def transport(self) -> Fake:
        return Fake(self.answer)

    def answer(self, call: Call) -> Output:
        self.calls += 1
        self.on_call(self.calls)
        if call.host not in self.hosts:
            raise TransportError("not reachable by ssh: No route to host", where=call.host)
        self.current = call.host
        if call.argv == remote.ARGV:
            _, request = json.loads(call.stdin)
            response = main.respond({**request, "root": str(self.hosts[call.host].root)})
            return Output(0, main.MARK + json.dumps(response))
        if call.argv == ("true",):
            return Output(0, "")
        if call.argv[2] == WHAT_IS_DOWN:
            return Output(0, self.down.get(call.host, ""))
        return self._shell(call.argv)

    # --- programs ---------------------------------------------------------------------------------------

    def run(self, argv: list[str], **_: object) -> Ran:
        """What the agent's ``run`` is replaced by."""
        host = self.hosts[self.current]
        refused = self.refuse(host.name, argv)
        if refused is not None:
            return Ran(1, "", refused)
        match argv:
            case ["systemctl", "show", *rest]:
                said = "\n".join(self._show(host, name) for name in rest[rest.index("--") + 1 :])
            case ["systemctl" | "sysctl", *_]:
                self._command(host, argv, "")
                said = ""
            case ["dpkg-query", *_, _format]:
                said = "".join(f"{p}\t{p}\tii\t{v}\n" for p, v in sorted(host.packages.items()))
            case ["is-done", what]:
                return Ran(0, "", "") if what in host.done else Ran(1, f"no {what}\n", "")
            case ["are-done", *names]:
                return Ran(0 if host.done >= set(names) else 1, "", "")
            case ["do", what]:
                self.log.append((host.name, f"do {what}"))
                host.done.add(what)
                said = ""
            case ["ask-active", unit]:
                self.log.append((host.name, f"ask {unit}"))
                said = host.units.get(unit, SimulatedUnit()).active
            case ["accept", *_]:
                said = ""
            case _:
                raise AssertionError(f"nobody plays {argv}")
        return Ran(0, said, "")

    def asked(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        """What the agent's ``answer`` is replaced by: forks would leave the played programs behind."""
        answers = [self.run(ask["argv"]) for ask in request["asks"]]
        return [{"code": ran.code, "stdout": ran.stdout, "stderr": ran.stderr} for ran in answers]

    def _show(self, host: SimulatedHost, name: str) -> str:
        unit = host.units.get(name, SimulatedUnit())
        return (
            f"LoadState=loaded\nActiveState={unit.active}\nUnitFileState={unit.enabled}\n"
            "NeedDaemonReload=no\n"
        )

    def _shell(self, argv: tuple[str, ...]) -> Output:
        """Play a pyinfra command: ``sh -c "sh -c 'a && b'"``, unwrapped down to the commands."""
        script = argv[-1]
        while script.startswith("sh -c "):
            script = shlex.split(script)[2]
        for command in re.split(r"&&", script):
            words = shlex.split(command)
            refused = self.refuse(self.current, words)
            if refused is not None:
                return Output(1, "", refused)
            self._command(self.hosts[self.current], words, script)
        return Output(0, "")

    def _command(self, host: SimulatedHost, words: list[str], script: str) -> None:
        match words:
            case ["env", "SYSTEMCTL_SKIP_SYSV=1", "systemctl", "enable" | "disable" as verb, *names] | [
                "systemctl",
                "enable" | "disable" as verb,
                *names,
            ]:
                for name in names:
                    host.units.setdefault(name, SimulatedUnit()).enabled = f"{verb}d"
            case ["systemctl", "daemon-reload"]:
                self.log.append((host.name, "daemon-reload"))
            case ["systemctl", "stop", *names]:
                for name in names:
                    self.log.append((host.name, f"stop {name}"))
                    host.units[name].active = "inactive"
            case ["systemctl", "start" | "restart" | "reload" as verb, *names]:
                for name in names:
                    self.log.append((host.name, f"{verb} {name}"))
                    unit = host.units.setdefault(name, SimulatedUnit())
                    unit.active, unit.started_with = "active", host.tree()
                    unit.of_versions = dict(host.packages)
            case _ if "apt-get" in script and " install " in script:
                host.packages.update(
                    {w: "1" for w in words if re.fullmatch(r"[a-z0-9-]+", w) and w not in _APT_WORDS}
                )
            case _:
                pass  # apt-get update, dpkg -l, facts: nothing of it is kept


_APT_WORDS = {"apt-get", "install", "export", "-y", "-o", "--no-install-recommends"}


@pytest.fixture
def simulation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Simulation:
    """Three hosts without anything on them. Files may be owned by whoever runs the tests."""
    hosts = {}
    for name in HOSTS:
        (tmp_path / name).mkdir()
        hosts[name] = SimulatedHost(name, tmp_path / name)
    simulated = Simulation(hosts)
    for module in (facts, tree, commands, leave):
        monkeypatch.setattr(module, "run", simulated.run)
    monkeypatch.setattr(questions, "answer", simulated.asked)
    monkeypatch.setattr("os.fsync", lambda _descriptor: None)  # what survives a power loss is no matter here
    own = (Path(tmp_path).stat().st_uid, Path(tmp_path).stat().st_gid)
    monkeypatch.setattr(tree, "ids", lambda _entry: own)
    monkeypatch.setattr(
        facts, "attributes", lambda s: {"mode": s.st_mode & 0o7777, "owner": "root", "group": "root"}
    )
    return simulated


# --- plans -----------------------------------------------------------------------------------------------


def site() -> Site:
    addresses = {name: IPv4Address(f"10.0.0.{number}") for number, name in enumerate(HOSTS, 11)}
    return Site(
        name="toy",
        networks={"mgmt": Network(cidr=IPv4Network("10.0.0.0/24"))},
        vips={"controller": Vip(network="mgmt", address=IPv4Address("10.0.0.20"))},
        hosts={
            name: Host(name=name, roles=(Role.CONTROLLER,), addresses={"mgmt": address})
            for name, address in addresses.items()
        },
        services=(),
    )


def stage(name: str, steps: Mapping[str, tuple[Step, ...]], *barrier: Check) -> PlannedStage:
    return PlannedStage(name, name, steps, barrier)


def phase(name: str, steps: Mapping[str, tuple[Step, ...]], *barrier: Check) -> Phase:
    return Phase((stage(name, steps, *barrier),))


def plan(*phases: Phase, secrets: Mapping[str, str] | None = None) -> Plan:
    return Plan(Context(site(), (), secrets or {}), phases, tuple(c for p in phases for c in p.barrier))


def everywhere(*steps: Step) -> dict[str, tuple[Step, ...]]:
    return dict.fromkeys(HOSTS, steps)


def all_active(unit: str, *, seconds: float = 5.0) -> Check:
    """A barrier: the unit is active on every host."""
    return Check(
        f"{unit}.active",
        f"{unit} is active everywhere",
        asks=dict.fromkeys(HOSTS, Ask(("ask-active", unit))),
        judge=lambda answers: (
            passed("active")
            if all(a is not None and a.stdout == "active" for a in answers.values())
            else failed("not active")
        ),
        barrier=True,
        seconds=seconds,
    )
