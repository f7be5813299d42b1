"""The runner: what it finds, what it refuses, and that the undo comes on every way out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import anyio
import pytest
from tests.drill.play import PACE, World, play

from fournines.drill import run as run_module
from fournines.drill.control import CONTROL
from fournines.drill.journal import Journal
from fournines.drill.result import DrillRun, StageName
from fournines.drill.run import Rig, run_drill
from fournines.drill.scenario import Bounds, ComponentFault, Part, PowerLoss, Scenario
from fournines.errors import NinesError
from fournines.kit.verdict import Outcome
from fournines.probe.client import Attempt
from fournines.probe.fleet import Fleet
from fournines.probe.sample import Reply

POWER = Scenario(
    "vip-power",
    "the VIP's holder loses power",
    Part.VIP_HOLDER,
    PowerLoss(),
    Bounds(http=0.5, sql=0.5),
    heal=1,
)
KILL = replace(POWER, name="kill", injury=ComponentFault("haproxy.kill-for-good"))
COLD = replace(POWER, name="cold", part=Part.EVERY_HOST, bounds=Bounds())


def run(scenario: Scenario, world: World, *, power: bool = True) -> DrillRun:
    rig, journal = play(world, power=power)

    async def it() -> DrillRun:
        return await run_drill(scenario, rig, journal, seed=7, pace=PACE)

    return anyio.run(it)


def verdict(result: DrillRun, judgement: str) -> Outcome:
    return next(j for j in result.judgements if j.id == judgement).verdict.outcome


def test_a_power_loss_is_injected_measured_undone_and_judged() -> None:
    world = World()
    result = run(POWER, world)
    assert world.done[:2] == ["off controller1", "on controller1"]
    assert result.targets == {
        "VIP holder": "controller1",
        "database writer": "controller2",
        "hurt": "controller1",
    }
    assert (result.injected, result.undone) == (("off controller1",), ("on controller1",))
    api = next(s for s in result.series if s.name == "api")
    assert api.figures.longest == pytest.approx(PACE.hold, abs=0.1)
    assert api.figures.failed + api.figures.unknown > 10
    assert [s.name for s in result.stages] == list(StageName)
    assert result.fault is not None
    assert result.fault[1] - result.fault[0] == pytest.approx(PACE.hold, abs=0.1)
    assert {verdict(result, i) for i in ("I2.sql", "I3.sql", "I4.api", "I4.sql", "I5.site", "I6.sql")} == {
        Outcome.PASS
    }
    # Nobody watched the VIP in this made-up site, and unknown is never a pass.
    assert verdict(result, "I1.vip") is Outcome.UNKNOWN
    assert result.outcome is Outcome.UNKNOWN


def test_an_outage_beyond_the_bound_fails() -> None:
    result = run(replace(POWER, bounds=Bounds(http=0.1)), World())
    assert verdict(result, "I4.api") is Outcome.FAIL
    assert "I4.sql" not in {j.id for j in result.judgements}, "no bound, no judgement"


def test_a_lost_acknowledged_write_fails_whoever_lost_it() -> None:
    world = World(rows={"controller1": [], "controller2": list(range(10_000))})
    result = run(POWER, world)
    assert verdict(result, "I2.sql") is Outcome.FAIL
    assert verdict(result, "I6.sql") is Outcome.FAIL


def test_a_components_own_fault_runs_without_power() -> None:
    world = World()
    result = run(KILL, world, power=False)
    assert world.done[:2] == ["kill controller1", "start controller1"]
    assert result.injected == ("controller1: kill-it",)
    assert verdict(result, "I4.api") is Outcome.PASS


def test_every_host_is_hurt_and_healed_in_a_cold_start() -> None:
    world = World()
    result = run(COLD, world)
    assert sorted(world.done[:3]) == ["off controller1", "off controller2", "off dashboard"]
    assert sorted(world.done[3:6]) == ["on controller1", "on controller2", "on dashboard"]
    assert result.healed is not None


def test_a_site_that_does_not_heal_fails_and_says_what_it_waits_for() -> None:
    result = run(replace(POWER, heal=0.2), World(heals=False))
    assert result.healed is None
    (healing,) = [j for j in result.judgements if j.id == "I5.site"]
    assert healing.verdict.outcome is Outcome.FAIL
    assert "play.up: down" in healing.verdict.seen


def refused_because(result: DrillRun, world: World) -> str:
    assert world.done == []
    assert result.outcome is Outcome.UNKNOWN
    (only,) = result.judgements
    return only.verdict.seen


def test_a_site_that_is_not_well_is_not_hurt() -> None:
    world = World(well=False)
    assert "play.up: down" in refused_because(run(POWER, world), world)


def test_clients_that_fail_before_the_fault_are_a_refusal() -> None:
    world = World()
    rig, journal = play(world)
    sick = World(hurt={"somebody"})
    fleet = play(sick)[0].fleet

    async def it() -> DrillRun:
        return await run_drill(POWER, replace(rig, fleet=fleet), journal, pace=PACE)

    assert "clients fail before anything is hurt: api, sql" in refused_because(anyio.run(it), world)


def test_without_power_over_hosts_the_drill_is_unknown() -> None:
    world = World()
    assert "power over whole hosts" in refused_because(run(POWER, world, power=False), world)


def test_a_fault_nobody_declares_is_unknown() -> None:
    world = World()
    scenario = replace(KILL, injury=ComponentFault("galera.kill"))
    assert "galera.kill" in refused_because(run(scenario, world), world)


def test_a_control_run_hurts_nobody_and_shows_the_noise() -> None:
    world = World()
    result = run(CONTROL, world)
    assert world.done == ["forget"]
    assert result.fault is None
    assert (result.injected, result.undone) == ((), ())
    assert verdict(result, "I4.api") is Outcome.PASS


def test_a_failed_injection_is_undone_and_unknown() -> None:
    def half_done(host: str) -> None:
        raise NinesError("the board answered half", where=host)

    world = World(inject=half_done)
    result = run(POWER, world)
    assert world.done == ["off controller1", "on controller1"]
    assert "could not be injected" in result.judgements[0].verdict.seen
    assert result.outcome is Outcome.UNKNOWN


def test_a_failed_undo_is_an_error_not_a_verdict() -> None:
    with pytest.raises(NinesError, match="power board"):
        run(POWER, World(undo_fails=True))


def test_an_undo_that_hangs_is_given_up_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module, "UNDO_SECONDS", 0.2)
    with pytest.raises(NinesError, match=r"could not be undone within 0\.2 s") as caught:
        run(POWER, World(undo_hangs=True))
    assert caught.value.where == "controller1"


def test_one_broken_host_does_not_keep_the_others_from_being_undone() -> None:
    world = World(undo_fails=True)
    with pytest.raises(NinesError):
        run(COLD, world)
    assert sorted(d for d in world.done if d.startswith("on")) == [
        "on controller1",
        "on controller2",
        "on dashboard",
    ]


@pytest.mark.parametrize("stage", list(StageName))
@pytest.mark.parametrize("scenario", [POWER, KILL, COLD], ids=lambda s: s.name)
def test_interrupted_in_any_stage_nothing_stays_hurt(scenario: Scenario, stage: StageName) -> None:
    """Cancelled as soon as the stage begins: whatever had been done is undone before the run ends."""
    world = World()
    rig, journal = play(world)
    assert _cancelled_at(stage, scenario, rig, journal)
    assert world.up, world.done
    injected = [d for d in world.done if d.startswith(("off", "kill"))]
    undone = [d for d in world.done if d.startswith(("on", "start"))]
    assert len(undone) >= len(injected)


def _cancelled_at(stage: StageName, scenario: Scenario, rig: Rig, journal: Journal) -> bool:
    async def when(reached: Callable[[], bool], scope: anyio.CancelScope) -> None:
        while not reached():  # noqa: ASYNC110 - the runner knows nothing of being watched
            await anyio.sleep(0.001)
        scope.cancel()

    async def it() -> bool:
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(when, lambda: journal.stage is stage, scope)
                await run_drill(scenario, rig, journal, pace=PACE)
                tasks.cancel_scope.cancel()
        return scope.cancelled_caught or journal.stage is None

    return anyio.run(it)


def test_a_client_that_crashes_does_not_leave_the_fault_behind() -> None:
    """A bug in a probe ends the run; the undo comes first."""
    world = World()
    rig, journal = play(world)

    def fleet(name: str) -> Fleet:
        fleet = play(world)[0].fleet(name)

        async def crash(this: Attempt) -> tuple[Reply, str]:
            this.sent = True
            if not world.up:
                raise RuntimeError("a bug")
            return Reply.OK, "200"

        fleet.http[0].attempt = crash  # type: ignore[method-assign]
        return fleet

    async def it() -> None:
        await run_drill(POWER, replace(rig, fleet=fleet), journal, pace=PACE)

    with pytest.raises(BaseExceptionGroup):
        anyio.run(it)
    assert world.done == ["off controller1", "on controller1"]
