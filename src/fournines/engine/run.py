"""Carrying a plan out: phases in order, hosts in parallel, each phase ending in its barrier."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import zip_longest

import anyio

from fournines.engine import events, operations, pyinfra
from fournines.engine.asking.claimed import claimed
from fournines.engine.asking.interfaces import with_interfaces
from fournines.engine.asking.observe import Observed, Sight, differences, lacks, look_at_all
from fournines.engine.asking.relied import examine, notes, require
from fournines.engine.barriers import Barriers
from fournines.engine.desired import Desired, desired
from fournines.engine.difference import Difference
from fournines.engine.leaving import LEAVING, Claims, leaving
from fournines.engine.mask import Masker, masked
from fournines.engine.meanwhile import Meanwhile
from fournines.engine.phase import PhaseRun
from fournines.engine.units.decide import started
from fournines.engine.wire.transport import Transport
from fournines.errors import HostError, LateError, NinesError, TransportError
from fournines.plan.limit import indispensable, without
from fournines.plan.model import Phase, Plan, PlannedStage
from fournines.plan.packages import relied_on

PACKAGES = "packages"
"""The phase before those of the plan: what all of them install."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a deployment did. ``changes`` counts per phase and host, where there are any.

    ``absent`` are the hosts that could not be reached and were left out.
    """

    changes: Mapping[str, Mapping[str, int]]
    seconds: float
    absent: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """How many changes were made; 0 for a site that was as wanted."""
        return sum(sum(of_host.values()) for of_host in self.changes.values())


async def deploy(
    plan: Plan,
    transport: Transport,
    *,
    masker: Masker | None = None,
    listen: events.Listener = lambda _: None,
) -> Summary:
    """Carry a plan out. Can be interrupted anywhere and run again; a site that is as wanted is left alone.

    All hosts are looked at first, in one round trip each. Those that the others cannot do without
    (``plan.limit.indispensable``) must be reachable: nothing is begun that an absent host would leave half
    done. Others that are away are left out, and named.

    Raises:
        TransportError, HostError, RejectedError, BarrierError: where the run ended; secrets are masked.
    """
    hide = masker or Masker(plan.context.secrets.values())
    run = _Run(desired(plan), transport, hide, listen, anyio.current_time())
    try:
        with masked(hide):
            return await run.whole(plan)
    except NinesError as error:
        run.tell(
            events.Failed,
            where=error.where,
            what=error.what,
            try_this=error.try_this,
            output=error.output if isinstance(error, HostError) else "",
        )
        raise


@dataclass
class _Run:
    """One deployment on its way."""

    wanted: Desired
    transport: Transport
    masker: Masker
    listen: events.Listener
    began: float
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    unproved: list[Phase] = field(default_factory=list)
    late: list[Phase] = field(default_factory=list)
    claims: Claims = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    leaving: Mapping[str, Claims] = field(default_factory=dict)
    meanwhile: Meanwhile = field(init=False)

    def __post_init__(self) -> None:
        self._barriers = Barriers(self.transport, self.masker, self.tell)

    async def whole(self, plan: Plan) -> Summary:
        """All phases, and what goes on beside them."""
        async with anyio.create_task_group() as tasks:
            self.meanwhile = Meanwhile(tasks, self._barriers)
            try:
                return await self._all(plan)
            except NinesError as error:
                ended = error  # raised out here it is itself, and no group of one
                tasks.cancel_scope.cancel()
        raise ended

    async def _all(self, plan: Plan) -> Summary:
        self.tell(
            events.Started,
            site=plan.context.site.name,
            phases=(PACKAGES, *(phase.name for phase in self.wanted.phases)),
            hosts=self.wanted.hosts,
        )
        settled = await with_interfaces(plan, self.transport)
        sight = await self._look(settled.phases, needed=indispensable(settled))
        for host, error in sight.absent.items():
            self.tell(events.HostAbsent, host=host, what=error.what)
        if settled is not plan or sight.absent:
            settled = without(settled, sight.absent)
            self.wanted = desired(settled)
        self.absent = tuple(sight.absent)
        observed = sight.phases
        self.claims = await claimed(self.transport, self.wanted, sight)
        self.leaving = leaving(self.wanted, self.claims)
        difference = self._difference(observed)
        of_hosts = (seen for phase in observed.values() for seen in phase.values())
        self.meanwhile.first = not any(map(started, of_hosts))
        self._tell_observed(difference)
        if difference.changes:
            await self._packages(settled, observed)
        for phase, then in zip_longest(self.wanted.phases, self.wanted.phases[1:]):
            await self.meanwhile.joined(phase)
            if self.counts:  # earlier phases changed the hosts since
                observed |= (await self._look([phase])).phases
                difference = self._difference(observed)
            if difference.of(phase.name):
                await self._settle()
                await self._phase(phase, observed[phase.name], difference, then)
            else:
                self.unproved.append(phase)
        await self.meanwhile.joined()
        if LEAVING in self.leaving:
            await self._settle()
            await self._phase(Phase((PlannedStage(LEAVING, LEAVING, {}),)), {}, difference)
        await self._settle(everything=True)
        return self._finished()

    def _finished(self) -> Summary:
        summary = Summary(
            {phase: dict(of_host) for phase, of_host in self.counts.items()},
            anyio.current_time() - self.began,
            self.absent,
        )
        self.tell(events.Finished, changes=summary.total, seconds=summary.seconds)
        return summary

    def _difference(self, observed: Mapping[str, Observed]) -> Difference:
        return differences(self.wanted, observed, self.masker, self.leaving)

    async def _look(self, phases: Sequence[Phase], *, needed: Collection[str] | None = None) -> Sight:
        self._seconds: dict[str, float] = {}
        return await look_at_all(self.transport, phases, done=self._seconds.__setitem__, needed=needed)

    def _tell_observed(self, difference: Difference) -> None:
        differing = Counter(change.host for change in difference.changes)
        for host, seconds in self._seconds.items():
            self.tell(events.HostObserved, host=host, differing=differing[host], seconds=seconds)

    async def _packages(self, plan: Plan, observed: Mapping[str, Observed]) -> None:
        """The packages of all phases, in one installation; then what is relied on in them, before any file.

        Raises:
            PackageError: a package is not what its component takes for granted.
        """
        began = anyio.current_time()
        lacking = lacks(observed)
        if lacking:
            self.tell(events.PhaseStarted, phase=PACKAGES, hosts=tuple(lacking))
            todo = {host: tuple(operations.installation(names)) for host, names in lacking.items()}
            await pyinfra.carry_out(self.transport, todo, busy=self._busy(PACKAGES))
        for host, names in lacking.items():
            for name in names:
                self._changed(PACKAGES, host, "packages", name, "installed")
            self.tell(events.HostChanged, phase=PACKAGES, host=host, changes=len(names))
        found = await examine(self.transport, relied_on(plan))
        require(found)
        for note in notes(found):
            self.tell(events.Noted, what=note)
        if lacking:
            changes, seconds = self.counts[PACKAGES].total(), anyio.current_time() - began
            self.tell(events.PhaseFinished, phase=PACKAGES, changes=changes, seconds=seconds)

    def _changed(self, phase: str, host: str, kind: str, subject: str, what: str) -> None:
        self.counts.setdefault(phase, Counter())[host] += 1
        self.tell(events.StepChanged, phase=phase, host=host, kind=kind, subject=subject, what=what)

    def _busy(self, phase: str) -> pyinfra.Busy:
        """Tells what takes long once per change: nobody reads the same line every 15 s."""
        told: list[tuple[tuple[str, str], ...]] = [()]

        async def busy(hosts: tuple[tuple[str, str], ...], seconds: float) -> None:
            shown = tuple((host, self.masker.mask(what)) for host, what in hosts)
            if shown != told[-1]:
                told.append(shown)
                self.tell(events.StillBusy, phase=phase, busy=shown, seconds=seconds)

        return busy

    async def _phase(
        self, phase: Phase, observed: Observed, difference: Difference, then: Phase | None = None
    ) -> None:
        began = anyio.current_time()
        hosts = tuple(dict.fromkeys(change.host for change in difference.of(phase.name)))
        self.tell(events.PhaseStarted, phase=phase.name, hosts=hosts)
        counted = self.counts.setdefault(phase.name, Counter())

        run = PhaseRun(
            self.transport,
            self.wanted,
            phase,
            self._barriers.of(phase),
            partial(self._changed, phase.name),
            self._busy(phase.name),
            self.claims,
            self.leaving.get(phase.name, {}),
            self.meanwhile.beside(phase, then, counted),
            self.meanwhile.first,
        )
        try:
            proved = await run.carry_out(observed)
        except LateError:
            raise  # what hangs now hangs again, and meanwhile a roll would touch what still runs
        except TransportError as error:
            # A phase may break its own connection (a firewall, a network). It is begun anew, once, with
            # what the hosts show now; a host that is really gone fails this look.
            self.tell(events.PhaseBroken, phase=phase.name, where=error.where, what=error.what)
            await self.meanwhile.joined()
            proved = await run.carry_out((await self._look([phase])).phases[phase.name])
        for host in dict.fromkeys((*phase.steps, *hosts)):
            if counted[host]:
                self.tell(events.HostChanged, phase=phase.name, host=host, changes=counted[host])
            else:
                self.tell(events.HostUnchanged, phase=phase.name, host=host)
        await self._barriers.wait((check for check in phase.gate if check.id not in proved), [phase])
        self.late.append(phase)
        seconds = anyio.current_time() - began
        self.tell(events.PhaseFinished, phase=phase.name, changes=counted.total(), seconds=seconds)

    # --- barriers ---------------------------------------------------------------------------------------

    async def _settle(self, *, everything: bool = False) -> None:
        """What later phases rely on in the unchanged ones so far, all at once; ``everything`` at the end."""
        phases, self.unproved = self.unproved, []
        checks = [check for phase in phases for check in phase.gate]
        self.late += phases
        if everything:
            checks += [check for phase in self.late for check in phase.rest]
            phases = self.late
        await self._barriers.wait(checks, phases)

    def tell(self, event: Callable[..., events.Event], **fields: object) -> None:
        """Tell the listener of an event, with the time since the run began."""
        self.listen(event(at=anyio.current_time() - self.began, **fields))
