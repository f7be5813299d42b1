"""Several drills on one site, one after the other, each beginning where the last one healed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

from fournines.drill import record
from fournines.drill.choosing.here import faults_of
from fournines.drill.enough import Enough
from fournines.drill.hurt.power import Power
from fournines.drill.journal import Journal
from fournines.drill.result import Campaign, DrillRun
from fournines.drill.rig import Pace, Rig
from fournines.drill.run import run_drill
from fournines.drill.scenario import Scenario
from fournines.engine.wire.transport import Transport
from fournines.kit.verdict import Outcome
from fournines.plan.model import Plan
from fournines.probe.fleet import fleet_of
from fournines.probe.machine.meter import Machine
from fournines.probe.watch import new_clock

FATAL = ("I2", "I7")
"""Invariants after whose failure a campaign stops: the evidence must not be trodden upon."""


def rig_of(plan: Plan, transport: Transport, power: Power | None) -> Rig:
    """What drills of this site work with."""
    cgroups = {host: power.cgroup(host) for host in plan.context.site.hosts} if power is not None else {}
    patience = max(plan.context.site.patience, power.patience() if power is not None else 1.0)
    here = {host: cgroup for host, cgroup in cgroups.items() if cgroup is not None}
    return Rig(
        plan=plan,
        transport=transport,
        fleet=lambda run: fleet_of(plan.context, run, transport, patience=patience),
        faults=faults_of(plan.context),
        power=power,
        meter=lambda: Machine(here),
    )


def new_seed() -> int:
    """A seed to print, so that a run can be repeated under its name."""
    return random.SystemRandom().randrange(2**31)


async def run_campaign(
    scenarios: Iterable[Scenario],
    rig: Rig,
    *,
    seed: int,
    pace: Pace,
    command: str,
    folder: Path | None = None,
    enough: Enough | None = None,
    began: Callable[[Scenario, Journal], None] = lambda _scenario, _journal: None,
    ended: Callable[[DrillRun], None] = lambda _run: None,
) -> Campaign:
    """Run drills in order; stop early when one has lost a write, or it is enough.

    Args:
        scenarios: what to run.
        rig: what to run it with.
        seed: noted in every result.
        pace: how long the parts of a run last.
        command: what repeats the campaign.
        folder: where each run's raw log goes, ``events-<n>-<name>.jsonl``; nowhere when None.
        enough: by whom the campaign may be ended before its time; the run that goes on is still judged.
        began: told of each run as it begins; its journal can be looked at meanwhile.
        ended: told of each result.

    Raises:
        NinesError: a fault could not be undone.
    """
    enough = enough or Enough()
    started = datetime.now(UTC).isoformat(timespec="seconds")
    runs: list[DrillRun] = []
    in_site = (scenario.of_site(rig.plan.context) for scenario in scenarios)
    for number, scenario in enumerate(in_site, start=1):
        name = f"events-{number}-{scenario.name}.jsonl"
        opened = (folder / name).open("w", encoding="utf-8", buffering=1) if folder else nullcontext()
        with opened as file:
            journal = Journal(new_clock(), file)
            began(scenario, journal)
            run = await run_drill(
                scenario,
                rig,
                journal,
                seed=seed,
                pace=pace,
                events=name if folder else "",
                after=runs[-1] if runs else None,
                enough=enough,
            )
        runs.append(run)
        ended(run)
        if lost_something(run) or enough.said:
            break
    return Campaign(rig.plan.context.site.name, started, record.machine(), command, tuple(runs))


def lost_something(run: DrillRun) -> bool:
    """Whether a fatal invariant failed."""
    return any(j.verdict.outcome is Outcome.FAIL and j.id.partition(".")[0] in FATAL for j in run.judgements)
