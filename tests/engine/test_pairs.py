"""Pairs of changes, played from every interrupted state: the first dies somewhere, the second must converge.

The toy site has what deadlocks are made of: two rolling units in one phase, commands that stand before a
unit, commands that need one running, checks that ask for all of it, and files that a unit cannot live with.
(The habit is that of Patroni's ``tests/test_quorum.py``.)
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.interrupt import interrupted_at
from tests.engine.simulation import (
    HOSTS,
    SimulatedHost,
    SimulatedUnit,
    Simulation,
    all_active,
    everywhere,
    plan,
    stage,
)

from fournines.engine.asking import barrier
from fournines.engine.run import deploy
from fournines.errors import NinesError
from fournines.kit.check import Ask, Check, each_host
from fournines.kit.step import Command, Directory, File, Unit
from fournines.kit.verdict import failed, passed
from fournines.plan.model import Phase, Plan

DATABASE, BROKER, API = "database.service", "broker.service", "api.service"
GOOD = ("v1", "v2", "v3")
HANGS, CRASHES = "hangs", "crashes"
GUESTS = ("guest1", "guest2")
FOREIGN = {"/etc/guest1.service": "somebody's", "/etc/guest2.d/theirs": "somebody's too"}


@dataclass(frozen=True)
class Wish:
    """What a version of the site wants: a file's text for each unit, tables, rows."""

    database: str
    broker: str
    api: str
    tables: frozenset[str]
    rows: frozenset[str]
    guests: frozenset[str]
    """Components that come and go as a whole: a file, one in a folder of its own, a unit."""
    renamed: str
    """The name of a file that the broker reads."""
    version: str
    """Of every package, as somebody's apt left the hosts before the site is deployed."""

    @property
    def good(self) -> bool:
        return {self.database, self.broker, self.api} <= set(GOOD)


def conf(unit: str) -> str:
    return f"/etc/{unit}"


def package(unit: str) -> str:
    return unit.removesuffix(".service")


def exist(check: str, names: frozenset[str]) -> Check:
    return Check(
        check,
        "every name is there",
        {"one": Ask(("are-done", *sorted(names)))},
        each_host(lambda answer: passed("there") if answer.code == 0 else failed("missing")),
        barrier=True,
        seconds=0.0,
    )


def made(names: frozenset[str]) -> dict[str, tuple[Command, ...]]:
    return {"one": tuple(Command(name, ("do", name), ("is-done", name)) for name in sorted(names))}


def daemon(unit: str, content: str) -> dict[str, tuple[File | Unit, ...]]:
    return everywhere(
        File(conf(unit), content),
        Unit(unit, restart_on=(conf(unit),), rolling=unit != API, packages=(package(unit),)),
    )  # type: ignore[return-value]


def guest(name: str) -> Phase:
    """A component that only some versions of the site have, on some of the hosts."""
    unit, folder = f"{name}.service", f"/etc/{name}.d"
    steps = (
        File(conf(unit), name),
        Directory(folder),
        File(f"{folder}/more", name),
        Unit(unit, restart_on=(conf(unit),)),
    )
    hosts = HOSTS[1:] if name == "guest1" else HOSTS
    return Phase((stage(name, dict.fromkeys(hosts, steps)),))


def the_plan(wish: Wish) -> Plan:
    tables = exist("api.tables", wish.tables)
    api = {host: (*made(wish.tables).get(host, ()), *steps) for host, steps in daemon(API, wish.api).items()}
    broker = {
        host: (File(wish.renamed, "more"), *steps) for host, steps in daemon(BROKER, wish.broker).items()
    }
    return plan(
        Phase(
            (
                stage("database cluster", daemon(DATABASE, wish.database), all_active(DATABASE, seconds=0.0)),
                stage("broker", broker, all_active(BROKER, seconds=0.0)),
            )
        ),
        *(guest(name) for name in sorted(wish.guests)),
        Phase((stage("database rows", made(wish.rows), exist("database.rows", wish.rows)),)),
        Phase((stage("api", api, all_active(API, seconds=0.0), tables),)),
    )


def upgrade(simulation: Simulation, version: str) -> None:
    for host in simulation.hosts.values():
        host.packages = {package(unit): version for unit in (DATABASE, BROKER, API)}


def played(simulation: Simulation, host: str, argv: list[str]) -> str | None:
    """A unit with a bad file crashes at its start, or runs and answers nothing; rows need a database."""
    of_host = simulation.hosts[host]
    match argv:
        case ["systemctl", "start" | "restart", *names]:
            dead = [n for n in names if of_host.file(conf(n)).read_text() == CRASHES]
            for name in dead:
                of_host.units.setdefault(name, SimulatedUnit()).active = "failed"
            return f"Job for {dead} failed" if dead else None
        case ["ask-active", unit]:
            return (
                "no answer"
                if of_host.units.get(unit, SimulatedUnit()).started_with.get(conf(unit)) == HANGS
                else None
            )
        case ["do", name] if name.startswith("row"):
            running = of_host.units.get(DATABASE, SimulatedUnit()).active
            return None if running == "active" else "no database"
    return None


def files_of(wanted: Plan, host: str) -> dict[str, str]:
    steps = (step for phase in wanted.phases for step in phase.steps.get(host, ()))
    return {step.path: step.content for step in steps if isinstance(step, File)}


versions = st.sampled_from((*GOOD, HANGS, CRASHES))
names = st.frozensets(st.sampled_from(("1", "2", "3")))
wishes = st.builds(
    Wish,
    database=versions,
    broker=versions,
    api=versions,
    tables=names.map(lambda n: frozenset(f"table {x}" for x in n)),
    rows=names.map(lambda n: frozenset(f"row {x}" for x in n)),
    guests=st.frozensets(st.sampled_from(GUESTS)),
    renamed=st.sampled_from(("/etc/broker.d/10-more", "/etc/broker.d/20-more")),
    version=st.sampled_from(("11.8.8", "11.8.9")),
)

histories = st.tuples(wishes, wishes, wishes.filter(lambda wish: wish.good))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories, st.integers(1, 90))
def test_a_change_converges_from_wherever_another_one_ended(
    simulation: Simulation,
    monkeypatch: pytest.MonkeyPatch,
    history: tuple[Wish, Wish, Wish],
    dies_at: int,
) -> None:
    before, change, then = history
    monkeypatch.setattr(barrier, "_SOON", 0.0)
    for name, host in simulation.hosts.items():
        shutil.rmtree(host.root)
        host.root.mkdir()
        simulation.hosts[name] = SimulatedHost(name, host.root)
        for path, text in FOREIGN.items():
            simulation.hosts[name].file(path).parent.mkdir(parents=True, exist_ok=True)
            simulation.hosts[name].file(path).write_text(text)
    simulation.refuse = lambda host, argv: played(simulation, host, argv)

    for wish, number in ((before, 10_000), (change, dies_at)):
        upgrade(simulation, wish.version)
        try:
            interrupted_at(simulation, the_plan(wish), number)
        except NinesError:
            assert not wish.good

    async def again() -> int:
        return (await deploy(the_plan(then), simulation.transport)).total

    upgrade(simulation, then.version)
    anyio.run(again)
    for host in simulation.hosts.values():
        for unit, text in ((DATABASE, then.database), (BROKER, then.broker), (API, then.api)):
            assert host.units[unit].active == "active"
            assert host.units[unit].started_with[conf(unit)] == text
            assert host.units[unit].of_versions[package(unit)] == then.version
        assert host.tree() == {**FOREIGN, **files_of(the_plan(then), host.name)}
        for name in set(GUESTS) - then.guests:
            assert host.units.get(f"{name}.service", SimulatedUnit()).active == "inactive"
            assert host.units.get(f"{name}.service", SimulatedUnit()).enabled == "disabled"
            assert not host.file("/etc/guest1.d").exists() or "guest1" in then.guests
    assert simulation.hosts["one"].done >= then.rows | then.tables
    assert anyio.run(again) == 0
