"""What is slow in a first deployment goes on beside what does not come after it, and nowhere else."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from tests.engine.interrupt import interrupted_at, run
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

from fournines.engine import events
from fournines.engine.asking import barrier
from fournines.errors import BarrierError
from fournines.kit.step import Command, File, Unit
from fournines.plan.model import Phase, Plan, PlannedStage

DATABASE, BROKER, API = "database.service", "broker.service", "api.service"


def daemon(name: str, unit: str, *after: str, slow: bool = False, seconds: float = 0.5) -> PlannedStage:
    path = f"/etc/{unit}"
    steps = everywhere(File(path, "v1"), Unit(unit, restart_on=(path,), rolling=True))
    made = stage(name, steps, all_active(unit, seconds=seconds))
    return replace(made, slow=slow, after=frozenset(after))


def once(name: str, *after: str) -> PlannedStage:
    made = stage(name, {"one": (Command(name, ("do", name), ("is-done", name)),)})
    return replace(made, after=frozenset(after))


def site(*, slow: bool = True) -> Plan:
    """Rows need the database and users the broker, which only the last phase comes after."""
    return plan(
        Phase((daemon("broker", BROKER, slow=slow), daemon("database", DATABASE))),
        Phase((once("rows", "database"),)),
        Phase((daemon("api", API, "database", "rows"),)),
        Phase((once("users", "broker"),)),
    )


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(barrier, "_SOON", 0.0)
    monkeypatch.setattr(barrier, "_LATER", 0.01)


def needs_the_api(simulation: Simulation) -> None:
    """The broker is not well before the API was started; who asks for users before that is told so."""

    def refuse(host: str, argv: list[str]) -> str | None:
        api = simulation.hosts[host].units.get(API, SimulatedUnit())
        if argv == ["ask-active", BROKER]:
            return None if api.active == "active" else "still starting"
        return "no broker" if argv == ["do", "users"] and api.active != "active" else None

    simulation.refuse = refuse


def test_later_phases_begin_while_it_starts_and_one_that_comes_after_it_waits(simulation: Simulation) -> None:
    needs_the_api(simulation)
    told: list[events.Event] = []
    summary = run(simulation, site(), told)
    assert summary.total == 3 * (2 + 2 + 2) + 2
    assert simulation.hosts["one"].done == {"rows", "users"}
    passed = [e.phase for e in told if isinstance(e, events.BarrierPassed)]
    assert passed.index("broker, database") < passed.index("api")
    started = [e for e in told if isinstance(e, events.StepChanged) and e.subject == BROKER]
    assert [(e.phase, e.host) for e in started] == [("broker, database", host) for host in HOSTS]
    counted = [e.changes for e in told if isinstance(e, events.HostChanged) and "broker" in e.phase]
    assert (len(counted), counted[-3:]) == (6, [4, 4, 4])
    assert run(simulation, site()).total == 0


def test_what_is_not_slow_is_waited_for_in_its_own_phase(simulation: Simulation) -> None:
    needs_the_api(simulation)
    with pytest.raises(BarrierError, match=r"broker\.service\.active did not pass"):
        run(simulation, site(slow=False))


def test_a_run_that_finds_a_unit_we_started_waits_in_each_phase(simulation: Simulation) -> None:
    run(simulation, plan(Phase((daemon("database", DATABASE),))))
    needs_the_api(simulation)
    with pytest.raises(BarrierError, match=r"broker\.service\.active did not pass"):
        run(simulation, site())


def test_one_that_fails_ends_the_run_and_the_next_run_makes_it_whole(simulation: Simulation) -> None:
    simulation.refuse = lambda _host, argv: "not yet" if argv == ["ask-active", BROKER] else None
    with pytest.raises(BarrierError, match=r"broker\.service\.active did not pass"):
        run(simulation, site())
    assert "users" not in simulation.hosts["one"].done
    simulation.refuse = lambda _host, _argv: None
    run(simulation, site())
    assert simulation.hosts["one"].done == {"rows", "users"}
    assert run(simulation, site()).total == 0


def test_a_first_deployment_killed_anywhere_converges(simulation: Simulation) -> None:
    number = 0
    while number == 0 or interrupted_at(simulation, site(), number):
        number += 1
        run(simulation, site())
        assert all(host.units[BROKER].active == "active" for host in simulation.hosts.values())
        assert simulation.hosts["one"].done == {"rows", "users"}
        assert run(simulation, site()).total == 0
        for name, host in simulation.hosts.items():
            shutil.rmtree(host.root)
            host.root.mkdir()
            simulation.hosts[name] = SimulatedHost(name, host.root)
    assert number > 40
