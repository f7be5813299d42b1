"""Touching the units of a phase: at once where no turn is needed, one host at a time where it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from fournines.engine import hands, operations
from fournines.engine.asking.observe import Observed
from fournines.engine.desired import Desired
from fournines.engine.difference import Seen
from fournines.engine.fanout import on_each
from fournines.engine.pyinfra import Busy
from fournines.engine.units.decide import (
    STAMP_BEFORE,
    Decision,
    Turns,
    begins,
    decide,
    formed,
    stamp_after,
    started_again,
    turns,
)
from fournines.engine.units.startup import Down, Start, explained
from fournines.engine.wire.remote import call
from fournines.engine.wire.transport import Transport
from fournines.errors import HostError
from fournines.kit.check import Check
from fournines.kit.step import Step, Unit
from fournines.plan.model import PlannedStage

_STATUS_OF_WHAT_IS_DOWN = """\
for unit in "$@"; do
    systemctl is-active --quiet "$unit" || systemctl status --no-pager --full --lines=10 -- "$unit"
done
"""

_ATTEMPTS = 5
_ALL_COME_UP = """\
for unit in "$@"; do
    case $(systemctl show --property=ActiveState --value "$unit") in
        active | activating | reloading) ;;
        *) exit 1 ;;
    esac
done
"""
"""Whether every unit runs or is about to: between two attempts a unit is ``activating (auto-restart)``."""

Changed = Callable[[str, str, str, str], None]
"""Is told of each change: host, kind of step, subject, what was done."""


Decisions = Mapping[str, Sequence[Decision]]
"""Per host, what is to be done about its units."""


@dataclass(frozen=True)
class Barrier:
    """Checks, as a phase needs them: to ask once whether they hold, and to wait until they do."""

    hold: Callable[[Iterable[Check]], Awaitable[bool]]
    wait: Callable[[Iterable[Check]], Awaitable[None]]


Work = Callable[[], Awaitable[frozenset[str]]]
"""Starts a stage's units and proves them; returns the ids of the checks that have passed."""


@dataclass(frozen=True)
class Beside:
    """What of a phase goes on beside the next ones: ``may`` says which stages, ``begin`` gets the work."""

    may: Callable[[PlannedStage], bool]
    begin: Callable[[PlannedStage, Work], None]


HERE = Beside(may=lambda _stage: False, begin=lambda _stage, _work: None)
"""Nothing does: everything is waited for in its own phase."""


@dataclass(frozen=True)
class UnitsRun:
    """The units of some stages being touched."""

    transport: Transport
    wanted: Desired
    stages: tuple[PlannedStage, ...]
    barrier: Barrier
    changed: Changed
    busy: Busy
    beside: Beside = HERE

    async def carry_out(self, observed: Observed) -> frozenset[str]:
        """What needs no turn everywhere at once, then the rolls, stage by stage.

        What was only started is waited for in all stages together. Rolls go one after the other, so that
        only one cluster at a time is without one of its hosts. What begins beside is started and waited for
        there. Returns the ids of the checks that nobody has to ask any more: those that have passed since a
        unit was last touched, and those of what goes on beside.
        """
        every = [(stage, await self._order(stage, observed)) for stage in self.stages]
        beside = [pair for pair in every if begins(pair[1]) and self.beside.may(pair[0])]
        for stage, order in beside:
            self.beside.begin(stage, partial(self._start, [(stage, order)]))
        orders = [pair for pair in every if pair not in beside]
        proved = await self._start(orders)
        for stage, order in orders:
            await self._roll(stage, order)
        rolled = any(order.unsettled or order.one_by_one for _, order in orders)
        asked_beside = frozenset(check.id for stage, _ in beside for check in stage.barrier)
        return asked_beside if rolled else asked_beside | proved

    async def _start(self, orders: Sequence[tuple[PlannedStage, Turns]]) -> frozenset[str]:
        """What needs no turn, and what proves it; returns the ids of the checks that have passed."""
        await self._act(_together(order.at_once for _, order in orders))
        return await self._prove([(stage, order) for stage, order in orders if not order.unsettled])

    async def _order(self, stage: PlannedStage, observed: Observed) -> Turns:
        decisions = {host: self._decided(stage, host, seen) for host, seen in observed.items()}
        return turns(decisions, well=formed(decisions) or await self.barrier.hold(stage.barrier))

    def _decided(
        self, stage: PlannedStage, host: str, observed: Sequence[tuple[Step, Seen]]
    ) -> tuple[Decision, ...]:
        units = {step for step in stage.steps.get(host, ()) if isinstance(step, Unit)}
        found = (decide(s, now, self.wanted.stamp(host, s.name)) for s, now in observed if s in units)
        return tuple(decision for decision in found if not decision.nothing)

    async def _roll(self, stage: PlannedStage, order: Turns) -> None:
        """One host after the other, with the checks that end this stage before the first and in between."""
        for host, of_host in order.unsettled:
            await self._turn(stage, host, of_host)
        if order.unsettled:
            await self._prove([(stage, order)])
        if order.one_by_one:
            await self.barrier.wait(stage.barrier)
        for host, of_host in order.one_by_one:
            await self._turn(stage, host, of_host)

    async def _prove(self, orders: Sequence[tuple[PlannedStage, Turns]]) -> frozenset[str]:
        """Wait until what was just started in these stages is well, remember it; returns by which checks."""
        started = [(stage, order.unproved) for stage, order in orders if order.unproved]
        checks = [check for stage, _ in started for check in stage.barrier]
        if started:
            await self.barrier.wait(checks)
            well = _together(unproved for _, unproved in started)
            await on_each(well, lambda host: self._stamp(host, well[host], settled=True))
        return frozenset(check.id for check in checks)

    async def _turn(self, stage: PlannedStage, host: str, decisions: Sequence[Decision]) -> None:
        """Roll one host and wait until it is well: nobody else is asked but where all are judged together."""
        before = {decision.unit.name: STAMP_BEFORE for decision in decisions}
        await call(self.transport, host, {"do": ["stamp"], "stamps": before})
        await self._act({host: decisions})
        await self.barrier.wait(check.about(host) for check in stage.barrier)
        await self._stamp(host, decisions, settled=True)

    async def _act(self, decisions: Decisions) -> None:
        await self._touch(decisions)
        await on_each(decisions, lambda host: self._stamp(host, decisions[host]))
        for host, of_host in decisions.items():
            for decision in of_host:
                if decision.words:
                    self.changed(host, "unit", decision.unit.name, decision.words)

    async def _touch(self, decisions: Decisions) -> None:
        """Start, restart, reload, stop. A start that fails is an error only where systemd has given up.

        ``systemctl start`` fails with a unit's first attempt, even if ``Restart=`` makes the next one, and a
        member of a cluster may need two: its peers start at the same time. One that fails in the same way
        three times in a row will not come up by waiting.
        """
        units = {h: tuple(d.unit.name for d in of_host if d.unit.running) for h, of_host in decisions.items()}
        start = Start(self.transport, units, self.busy)
        again = decisions
        for attempt in range(1, _ATTEMPTS + 1):
            todo = {host: tuple(operations.units(of_host)) for host, of_host in again.items()}
            try:
                await hands.carry_out(self.transport, todo, busy=start.still)
            except HostError as error:
                downs = await start.failed(error.where or "")
                last = attempt == _ATTEMPTS or start.hopeless
                if last or not await self._come_up(error.where or "", decisions):
                    raise await self._with_journal(error, decisions, downs) from None
            else:
                return
            again = {host: tuple(started_again(d) for d in of_host) for host, of_host in decisions.items()}

    async def _come_up(self, host: str, decisions: Decisions) -> bool:
        units = [d.unit.name for d in decisions.get(host, ()) if d.unit.running]
        answer = await self.transport.run(host, ("sh", "-c", _ALL_COME_UP, "sh", *units))
        return answer.code == 0

    async def _stamp(self, host: str, decisions: Iterable[Decision], *, settled: bool = False) -> None:
        stamps = {d.unit.name: stamp_after(d, self.wanted.stamp(host, d.unit.name)) for d in decisions}
        if settled:
            stamps = {name: stamp and {**stamp, "settled": True} for name, stamp in stamps.items()}
        await call(self.transport, host, {"do": ["stamp"], "stamps": stamps})

    async def _with_journal(self, error: HostError, decisions: Decisions, downs: Sequence[Down]) -> HostError:
        """The error with why the units did not start, and then what systemd knows of them."""
        host = error.where or ""
        names = [d.unit.name for d in decisions.get(host, ()) if d.unit.running]
        said = await self.transport.run(host, ("sh", "-c", _STATUS_OF_WHAT_IS_DOWN, "sh", *names))
        output = "\n".join((*explained(downs), error.output, said.stdout))
        return HostError(error.what, where=host, try_this=error.try_this, output=output)


def _together(decisions: Iterable[Decisions]) -> Decisions:
    merged: dict[str, tuple[Decision, ...]] = {}
    for of_stage in decisions:
        for host, of_host in of_stage.items():
            merged[host] = (*merged.get(host, ()), *of_host)
    return merged
