"""The runner: what it finds, what it refuses, and that the undo comes on every way out."""

from __future__ import annotations

import re
from dataclasses import replace

import anyio
import pytest
from tests.drill.play import PACE, World, play

from fournines.drill import run as run_module
from fournines.drill.control import CONTROL
from fournines.drill.enough import Enough
from fournines.drill.journal import Journal
from fournines.drill.result import DrillRun, StageName
from fournines.drill.rig import Rig
from fournines.drill.run import run_drill
from fournines.drill.scenario import Bounds, ComponentFault, Part, PowerLoss, Scenario
from fournines.errors import NinesError
from fournines.kit.verdict import Outcome, unknown
from fournines.probe.client import Attempt
from fournines.probe.fleet import Fleet
from fournines.probe.machine.stall import Stall
from fournines.probe.sample import Reply
from fournines.probe.watch import Clock

PATIENT = Bounds(http=600, sql=600)
"""Bounds that hold on a machine of any speed."""
POWER = Scenario(
    "vip-power", "the VIP's holder loses power", Part.VIP_HOLDER, PowerLoss(), PATIENT, after=PATIENT
)
TIGHT = Bounds(http=0.05)
"""Less than the fault lasts."""
KILL = replace(POWER, name="kill", injury=ComponentFault("haproxy.kill"))
COLD = replace(POWER, name="cold", part=Part.EVERY_HOST, bounds=Bounds())


def run(scenario: Scenario, world: World, *, power: bool = True, steady: float = PACE.steady) -> DrillRun:
    rig, journal = play(world, power=power)

    async def it() -> DrillRun:
        return await run_drill(scenario, rig, journal, seed=7, pace=replace(PACE, steady=steady))

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
    assert PACE.hold is not None
    assert api.figures.by_fault is not None
    assert api.figures.by_fault.longest >= PACE.hold - 2 * api.interval
    assert api.figures.failed + api.figures.unknown > 0
    assert [s.name for s in result.stages] == list(StageName)
    assert result.fault is not None
    assert result.fault[1] - result.fault[0] >= PACE.hold
    kept = ("I2.sql", "I3.sql", "I4.fault.api", "I4.return.api", "I4.fault.sql", "I5.site", "I6.sql")
    assert {verdict(result, i) for i in kept} == {Outcome.PASS}
    assert result.load is not None
    # Nobody watched the VIP in this made-up site, and unknown is never a pass.
    assert verdict(result, "I1.vip") is Outcome.UNKNOWN
    assert result.outcome is Outcome.UNKNOWN


def test_an_outage_beyond_the_bound_fails() -> None:
    result = run(replace(POWER, bounds=TIGHT), World())
    assert verdict(result, "I4.fault.api") is Outcome.FAIL
    assert verdict(result, "I4.return.api") is Outcome.PASS
    assert "I4.fault.sql" not in {j.id for j in result.judgements}, "no bound, no judgement"


@pytest.mark.parametrize(
    ("who", "outcome"), [("the machine", Outcome.UNKNOWN), ("controller1", Outcome.FAIL)]
)
def test_a_stall_of_the_machine_leaves_it_open_and_one_of_the_hurt_host_does_not(
    who: str, outcome: Outcome
) -> None:
    stall = Stall(who, "waited for the disk", 0, 3600, 3600)
    result = run(replace(POWER, bounds=TIGHT), World(stalls=(stall,)))
    assert verdict(result, "I4.fault.api") is outcome


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
    assert verdict(result, "I4.fault.api") is Outcome.PASS


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


@pytest.mark.parametrize("steady", [0, 0.1])
def test_a_site_that_is_not_well_is_not_hurt(steady: float) -> None:
    world = World(well=False)
    assert "play.up: down" in refused_because(run(POWER, world, steady=steady), world)


def test_a_site_that_is_well_needs_no_time_to_become_it() -> None:
    assert run(KILL, World(), steady=0).undone


def test_clients_that_fail_before_the_fault_are_a_refusal() -> None:
    world = World()
    rig, journal = play(world)
    sick = World(hurt={"somebody"})
    fleet = play(sick)[0].fleet

    async def it() -> DrillRun:
        return await run_drill(POWER, replace(rig, fleet=fleet), journal, pace=PACE)

    assert "clients fail before anything is hurt: api, sql" in refused_because(anyio.run(it), world)


def test_a_check_that_goes_red_meanwhile_is_the_warning_that_was_promised() -> None:
    warned = run(replace(KILL, warns="play.up"), World())
    assert verdict(warned, "I11.warning") is Outcome.PASS
    nobody = run(replace(KILL, warns="play.other"), World())
    assert verdict(nobody, "I11.warning") is Outcome.UNKNOWN
    assert "I11.warning" not in {j.id for j in run(KILL, World()).judgements}


def test_without_power_over_hosts_the_drill_is_unknown() -> None:
    world = World()
    assert "power over whole hosts" in refused_because(run(POWER, world, power=False), world)


def test_a_fault_nobody_declares_is_unknown() -> None:
    world = World()
    scenario = replace(KILL, injury=ComponentFault("galera.crash"))
    assert "galera.crash" in refused_because(run(scenario, world), world)


def test_a_control_run_hurts_nobody_and_shows_the_noise() -> None:
    world = World()
    result = run(replace(CONTROL, bounds=PATIENT), world)
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


@pytest.mark.parametrize(("patience", "seconds"), [(1, "0.2"), (3, "0.6")])
def test_an_undo_that_hangs_is_given_up_with_advice(
    monkeypatch: pytest.MonkeyPatch, patience: int, seconds: str
) -> None:
    monkeypatch.setattr(run_module, "UNDO_SECONDS", 0.2)
    rig, journal = play(World(undo_hangs=True))
    site = rig.plan.context.site.model_copy(update={"patience": patience})
    slow = replace(rig, plan=replace(rig.plan, context=replace(rig.plan.context, site=site)))

    async def it() -> DrillRun:
        return await run_drill(POWER, slow, journal, pace=PACE)

    with pytest.raises(NinesError, match=rf"could not be undone within {re.escape(seconds)} s") as caught:
        anyio.run(it)
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


ORDER = list(StageName)


@pytest.mark.parametrize("stage", ORDER)
@pytest.mark.parametrize("scenario", [POWER, KILL, COLD], ids=lambda s: s.name)
def test_interrupted_in_any_stage_nothing_stays_hurt(scenario: Scenario, stage: StageName) -> None:
    """Cancelled as soon as the stage begins: whatever had been done is undone before the run ends."""
    world = World()
    rig, journal = play(world)
    journal = _Interrupting(journal.clock, stage)
    _interrupted(scenario, rig, journal)
    hurt = [deed.partition(" ") for deed in world.done if deed.startswith(("off", "kill"))]
    undone = [deed.partition(" ") for deed in world.done if deed.startswith(("on", "start"))]
    if stage is not StageName.FAULT:  # there it depends on the fault how far it came
        assert bool(hurt) is (ORDER.index(stage) > ORDER.index(StageName.FAULT))
    assert {host for _, _, host in hurt} <= {host for _, _, host in undone}
    assert world.up, world.done


class _Interrupting(Journal):
    """Cancels the run the moment it enters a stage: at the first point at which it can be interrupted."""

    def __init__(self, clock: Clock, at: StageName) -> None:
        super().__init__(clock)
        self.at = at
        self.scope: anyio.CancelScope | None = None

    def enter(self, name: StageName | None) -> None:
        super().enter(name)
        if name is self.at and self.scope is not None:
            self.scope.cancel()


def _interrupted(scenario: Scenario, rig: Rig, journal: _Interrupting) -> None:
    async def it() -> bool:
        with anyio.CancelScope() as journal.scope:
            await run_drill(scenario, rig, journal, pace=PACE)
        return journal.scope.cancelled_caught

    assert anyio.run(it), "the run was to be interrupted, and came to its end"


@pytest.mark.parametrize("stage", ORDER)
@pytest.mark.parametrize("scenario", [POWER, KILL, COLD], ids=lambda s: s.name)
def test_ended_by_hand_it_is_undone_read_back_and_judged(scenario: Scenario, stage: StageName) -> None:
    """Said as soon as the stage begins. Who was given no time to heal has neither healed nor failed to."""
    world = World()
    result = ended_by_hand(scenario, world, stage)
    assert world.up, world.done
    if stage in (StageName.STEADY, StageName.BASELINE):
        assert refused_because(result, world) == "ended by hand before anything was hurt"
        return
    assert verdict(result, "I2.sql") is Outcome.PASS
    assert {account.acknowledged for account in result.accounts} != {0}
    whole = stage is StageName.READ_BACK
    assert verdict(result, "I5.site") is (Outcome.PASS if whole else Outcome.UNKNOWN)
    assert world.done[-1] == "forget", "what was written is read, and taken away"


def test_what_it_waited_for_when_it_was_ended_is_told_and_a_loss_remains_one() -> None:
    world = World(heals=False, rows={"controller1": [], "controller2": []})
    result = ended_by_hand(POWER, world, StageName.HEAL, asked=2)
    (healing,) = [j for j in result.judgements if j.id == "I5.site"]
    assert healing.verdict == unknown("ended by hand, with open: play.up: down")
    assert verdict(result, "I2.sql") is Outcome.FAIL


class _ByHand(Journal):
    """Says that it is enough when a stage begins, or once checks were asked so many times in it."""

    def __init__(self, clock: Clock, at: StageName, enough: Enough, asked: int) -> None:
        super().__init__(clock)
        self.at, self.enough, self.asked = at, enough, asked

    def enter(self, name: StageName | None) -> None:
        super().enter(name)
        if name is self.at and not self.asked:
            self.enough.say()

    def says(self, what: str, **seen: object) -> None:
        super().says(what, **seen)
        if self.stage is self.at and what == "waiting for":
            self.asked -= 1
            if not self.asked:
                self.enough.say()


def ended_by_hand(scenario: Scenario, world: World, stage: StageName, *, asked: int = 0) -> DrillRun:
    rig, journal = play(world)
    enough = Enough()

    async def it() -> DrillRun:
        by_hand = _ByHand(journal.clock, stage, enough, asked)
        return await run_drill(scenario, rig, by_hand, pace=PACE, enough=enough)

    return anyio.run(it)


def test_waiting_for_a_straggler_at_the_end_is_nobodys_outage() -> None:
    """The clients are told to stop; one answer takes its time; the others are not missed meanwhile."""
    world = World()
    rig, journal = play(world)

    def fleet(name: str) -> Fleet:
        fleet = play(world)[0].fleet(name)
        assert fleet.sql is not None
        quick = fleet.sql.attempt

        async def dawdle(this: Attempt) -> tuple[Reply, str]:
            if journal.stage is StageName.HEAL:
                await anyio.sleep(0.5)
            return await quick(this)

        fleet.sql.attempt = dawdle  # type: ignore[method-assign]
        return fleet

    async def it() -> DrillRun:
        return await run_drill(POWER, replace(rig, fleet=fleet), journal, pace=PACE)

    api, sql = anyio.run(it).series
    straggler = max(s.ended for s in sql.samples)
    assert straggler > max(s.ended for s in api.samples)
    assert all(o.ended < straggler for o in api.figures.outages)


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
