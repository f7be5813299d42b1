"""Running one scenario on a site: the order of things, and that the undo always comes.

steady state -> baseline -> fault -> hold -> undo -> heal -> read back -> verdicts. Clients ask from the
baseline to the end of healing. Whatever ends a run early - an error, a cancellation - the undo runs
first, shielded from both. One that is ended by hand (``Enough``) after something was hurt is undone, read
back as far as the site answers, and judged by what it saw.
"""

from __future__ import annotations

import random
from dataclasses import asdict, replace
from datetime import UTC, datetime

import anyio

from fournines.drill import record
from fournines.drill.enough import Enough
from fournines.drill.findings import Findings, result_of
from fournines.drill.hurt.aim import cast_of
from fournines.drill.hurt.harm import Harm, harm_of, to_all
from fournines.drill.hurt.parts import chosen
from fournines.drill.journal import Journal
from fournines.drill.judging.invariants import told
from fournines.drill.judging.minority import refused, write_alone
from fournines.drill.keepsakes import AFTERWARDS, WITHOUT, Keeper
from fournines.drill.readback import read_back
from fournines.drill.result import DrillRun, StageName
from fournines.drill.rig import Pace, Rig
from fournines.drill.scenario import Part, Scenario
from fournines.drill.settle import Judged, Settled, settle
from fournines.errors import DrillError, NinesError
from fournines.kit.probe import TableLedger
from fournines.probe.fleet import Fleet
from fournines.probe.watch import Watch

ROUND_SECONDS = 60.0
"""How long one round of questions may take a site that was given no time to be well."""
UNDO_SECONDS = 240.0
"""How long undoing may take before the drill says that it could not; a database's start may need minutes."""
BY_HAND = "ended by hand before anything was hurt"


async def run_drill(
    scenario: Scenario,
    rig: Rig,
    journal: Journal,
    *,
    seed: int = 0,
    pace: Pace | None = None,
    events: str = "",
    after: DrillRun | None = None,
    enough: Enough | None = None,
) -> DrillRun:
    """Run one scenario and say what was seen.

    A drill that cannot begin (the site is not in its steady state, nobody plays the part, the power is
    missing) or whose injection fails hurts nothing that is not undone, and ends as unknown. The clock is
    the journal's; ``events`` is the name of its file.

    ``after`` is a run that ended on this site just now and healed: the round of checks with which it ended
    stands for this one's steady state. ``enough`` is by whom the run may be ended before its time.

    Raises:
        NinesError: the fault could not be undone: the site needs a human.
    """
    asked = _Run(
        scenario, rig, journal, seed=seed, pace=pace or Pace(), after=after, enough=enough or Enough()
    )
    run = await asked.run()
    return replace(run, events=events)


class _Run:
    def __init__(
        self,
        scenario: Scenario,
        rig: Rig,
        journal: Journal,
        *,
        seed: int,
        pace: Pace,
        after: DrillRun | None,
        enough: Enough,
    ) -> None:
        self.scenario = scenario
        self.rig = rig
        self.journal = journal
        self.clock = journal.clock
        self.seed = seed
        self.pace = pace
        self.after = after
        self.enough = enough
        self.patience = rig.plan.context.site.patience
        self.started = datetime.now(UTC)
        self.found = Findings()
        name = f"{scenario.name}-{self.started:%m%d%H%M%S}-{random.Random(seed).randrange(10**6):06d}"  # noqa: S311 - a name, not a secret
        self.fleet: Fleet = rig.fleet(name).reaching(scenario.reached)
        self.keeper = Keeper(rig.plan.context, rig.transport, journal)

    async def run(self) -> DrillRun:
        try:
            self.journal.enter(StageName.STEADY)
            try:
                hosts, harm = await self._ready()
            except (OSError, NinesError) as error:
                self.found.refused = str(error)
            else:
                await self._watched(hosts, harm)
        finally:
            with anyio.CancelScope(shield=True):
                await self.fleet.close()
            self.journal.enter(None)
        return result_of(
            self.scenario,
            self.rig,
            self.journal,
            self.found,
            self.fleet,
            seed=self.seed,
            started=self.started,
        )

    async def _ready(self) -> tuple[tuple[str, ...], Harm]:
        with self.enough.cut_short():
            return await self._steady()
        raise DrillError(BY_HAND)

    async def _steady(self) -> tuple[tuple[str, ...], Harm]:
        """Make sure that the site is well, that clients can begin, and whom to hurt; touch nothing yet.

        Raises:
            DrillError: the site is not in its steady state, or nobody plays the part.
            OSError: a client cannot begin.
        """
        if self.after is not None and self.after.healed is not None:
            self.found.versions = self.after.versions
        else:
            steady = await self._settled(self.pace.steady, least=ROUND_SECONDS * self.patience)
            if steady.at is None:
                raise DrillError(f"the site is not in its steady state: {steady.words}")
            self.found.versions = await record.versions(self.rig.transport, self.rig.plan)
        self.fleet = await self.fleet.open()
        hosts, harm = await self._aim()
        await self.keeper.put(hosts)
        return hosts, harm

    async def _watched(self, hosts: tuple[str, ...], harm: Harm) -> None:
        """Everything that happens while the clients ask, then the read-back."""
        watch = Watch(self.fleet.clients, clock=self.clock, note=self.journal.sample)
        meter = self.rig.meter()
        failure: NinesError | None = None
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watch.run)
            tasks.start_soon(meter.run, self.clock, self.journal.stall)
            try:
                with self.enough.cut_short():
                    await self._story(hosts, harm)
            except NinesError as error:
                failure = error  # raised below: out of a task group it would come wrapped
            finally:
                # Attempts under way are waited for; nobody is missed who was not asked meanwhile.
                self.found.until = self.clock()
                watch.stop()
                meter.stop()
        self.found.load = meter.load()
        if failure is not None:
            raise failure
        self._note_an_early_end()
        if self.found.refused is None:
            self.journal.enter(StageName.READ_BACK)
            self.found.partings = await record.losses(self.rig.transport, self.rig.plan, self.clock)
            self.journal.says("members lost", partings=[asdict(one) for one in self.found.partings])
            self.found.moments = await record.told_moments(
                self.rig.transport, self.rig.plan, self.clock, hurt=self.found.hurt
            )
            await self.keeper.read(AFTERWARDS, ())
            self.found.accounts = (
                *await read_back(self.fleet, self.rig.transport, self.rig.plan.context, self.journal),
                *self.keeper.accounts(),
            )

    async def _story(self, hosts: tuple[str, ...], harm: Harm) -> None:
        self.journal.enter(StageName.BASELINE)
        await anyio.sleep(self.pace.baseline)
        troubled = sorted({s.probe for s in self.journal.samples if not s.good})
        if troubled:
            self.found.refused = f"clients fail before anything is hurt: {', '.join(troubled)}"
            return
        await self._hurt(hosts, harm)
        await self._heal()

    async def _aim(self) -> tuple[tuple[str, ...], Harm]:
        site = self.rig.plan.context.site
        harm = harm_of(self.scenario.injury, self.rig)
        cast = await cast_of(self.scenario.part, self.rig, self.fleet)
        self.found.hurt = hosts = chosen(self.scenario.part, cast, site, self.scenario.hosts)
        parts = {Part.VIP_HOLDER.value: "+".join(cast.vip_holders), Part.DATABASE_WRITER.value: cast.writer}
        self.found.targets = {part: host for part, host in parts.items() if host}
        if hosts:
            self.found.targets["hurt"] = ", ".join(hosts)
        self.journal.says("cast", **self.found.targets, leaders=dict(cast.leaders))
        return hosts, harm

    async def _hurt(self, hosts: tuple[str, ...], harm: Harm) -> None:
        """Inject, hold, undo. The undo comes whatever happens in between, even half an injection."""
        try:
            self.journal.enter(StageName.FAULT)
            await self._inject(hosts, harm)
            if self.found.refused is None:
                self.journal.enter(StageName.HOLD)
                await anyio.sleep(self.scenario.hold if self.pace.hold is None else self.pace.hold)
                await self._ask_alone(hosts)
                await self._ask_warned()
                await self.keeper.read(WITHOUT, hosts)
        finally:
            with anyio.CancelScope(shield=True):
                self.journal.enter(StageName.UNDO)
                await self._undo(hosts, harm)

    async def _ask_alone(self, hosts: tuple[str, ...]) -> None:
        power, sql = self.rig.power, self.fleet.sql
        table = next(iter(self.rig.plan.context.declared(TableLedger)), None)
        if not self.scenario.alone or power is None or sql is None or table is None:
            return
        for host in hosts:
            answer = await power.inside(host, write_alone(table, sql.client))
            self.found.alone = refused(table, answer)
            self.journal.says("a write alone", host=host, answer=answer and asdict(answer))

    async def _ask_warned(self) -> None:
        checks = [check for check in self.rig.plan.checks if check.id == self.scenario.warns]
        for check, verdict in await self.rig.asker(checks) if checks else ():
            self.found.warned = told(verdict)
            self.journal.says("a warning", check=check.id, seen=verdict.seen)

    async def _undo(self, hosts: tuple[str, ...], harm: Harm) -> None:
        within = UNDO_SECONDS * self.patience
        try:
            with anyio.fail_after(within):
                self.journal.undone += await to_all(harm.undo, hosts, self.scenario.returns(hosts))
        except TimeoutError:
            raise DrillError(
                f"{self.scenario.name} could not be undone within {within:g} s",
                where=", ".join(hosts),
                try_this="in a lab, nines lab up SITE gives every host its power and cables back",
            ) from None
        self.journal.says("undone", commands=self.journal.undone)

    async def _inject(self, hosts: tuple[str, ...], harm: Harm) -> None:
        try:
            self.journal.injected += await to_all(harm.inject, hosts, self.scenario.one_by_one(hosts))
            self.journal.says("injected", commands=self.journal.injected)
        except NinesError as error:
            self.found.refused = f"the fault could not be injected: {error}"

    async def _heal(self) -> None:
        self.journal.enter(StageName.HEAL)
        self.found.settled = await self._settled(self.scenario.heal, unwell=True)
        await anyio.sleep(self.pace.aftermath)

    async def _settled(self, within: float, *, unwell: bool = False, least: float = 0.0) -> Settled:
        return await settle(
            self.rig.asker,
            self.rig.plan.checks,
            clock=self.clock,
            within=within,
            pause=self.pace.pause,
            unwell=unwell,
            least=least,
            told=self._waits,
        )

    def _waits(self, waiting: Judged) -> None:
        self.found.settled = Settled(None, waiting)
        self.journal.says("waiting for", checks={c.id: v.seen for c, v in waiting})

    def _note_an_early_end(self) -> None:
        if not self.enough.said or self.found.settled.at is not None:
            return
        if self.journal.began(StageName.FAULT) is None:
            self.found.refused = BY_HAND
        self.found.settled = replace(self.found.settled, by_hand=True)
