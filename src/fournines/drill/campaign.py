"""Several drills on one site, one after the other, each beginning where the last one healed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

from fournines.drill import record
from fournines.drill.apis import of_apis, promised
from fournines.drill.enough import Enough
from fournines.drill.hurt.power import Power
from fournines.drill.journal import Journal
from fournines.drill.result import Campaign, DrillRun
from fournines.drill.rig import Pace, Rig
from fournines.drill.run import run_drill
from fournines.drill.scenario import Bounds, ComponentFault, Part, Scenario
from fournines.engine.wire.transport import Transport
from fournines.errors import DrillError
from fournines.kit.context import Context
from fournines.kit.declare import MessageUser, Volume
from fournines.kit.fault import Fault
from fournines.kit.probe import Reached
from fournines.kit.verdict import Outcome
from fournines.plan.context import taking_part
from fournines.plan.model import Plan
from fournines.plan.patience import patient_fault
from fournines.probe.fleet import fleet_of
from fournines.probe.machine.meter import Machine
from fournines.probe.watch import new_clock
from fournines.spec.model import Site

FATAL = ("I2", "I7")
"""Invariants after whose failure a campaign stops: the evidence must not be trodden upon."""


def faults_of(context: Context) -> Mapping[str, Fault]:
    """Every fault that a component of the site declares, by id, with the hosts that it can be tried on."""
    patience = context.site.patience
    return {
        fault.id: replace(
            patient_fault(fault, patience), hosts=fault.hosts or component.on.names(context.site)
        )
        for component in taking_part(context.site)
        for fault in component.faults(context)
    }


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


def fitting(known: Mapping[str, Scenario], context: Context) -> tuple[Scenario, ...]:
    """The scenarios of the site's mode that hurt something which it has.

    No queue is led without a broker, and an address that could not be reached is not pinged.
    """
    reached = {one.name for one in reachable(context)}
    faults = faults_of(context)
    return tuple(
        scenario
        for scenario in known.values()
        if scenario.mode in (None, context.site.mode)
        and (scenario.part is not Part.QUEUE_LEADER or context.declared(MessageUser))
        and (scenario.part is not Part.REACHED or scenario.reached in reached)
        and (not isinstance(scenario.injury, ComponentFault) or scenario.injury.id in faults)
        and (not scenario.volumes or bool(context.declared(Volume)))
    )


def reachable(context: Context) -> tuple[Reached, ...]:
    """The addresses that components declare to be pinged, as far as they can be made in this site."""
    return tuple(one for one in context.declared(Reached) if one.make(context) is not None)


def measuring(fault: Fault, site: Site, reached: Iterable[Reached] = ()) -> Scenario:
    """A fault that a component declares as a drill of its own: what it costs is measured, not judged.

    It is tried on the host that holds the VIP, or where that is which it is about; of what is not on every
    host that may hold the VIP, on one of its own hosts.
    """
    about = next((one for one in reached if fault.id.startswith(one.faults)), None)
    everywhere = set(fault.hosts) >= {host.name for host in site.controllers}
    where, part = "on one of its hosts", Part.ONE_OF
    if about is not None:
        where, part = f"on the host where a {about.words} is active", Part.REACHED
    elif everywhere:
        where, part = "on the host that holds the VIP", Part.VIP_HOLDER
    return Scenario(
        name=fault.id,
        when=f"{fault.what}, {where}",
        part=part,
        hosts=fault.hosts,
        reached=about.name if about else "",
        injury=ComponentFault(fault.id),
        bounds=Bounds(),
        after=Bounds(),
    )


def picked(
    known: Mapping[str, Scenario], names: Sequence[str], context: Context, each: Sequence[str] = ()
) -> tuple[Scenario, ...]:
    """The scenarios of these names in this order, where a name may be a fault's id; then APIs hurt in turn.

    ``each`` are words of faults (kill, hang): every API of the site is hurt by each of them.

    Raises:
        DrillError: there is neither a scenario nor a fault of that name, or no API with such a fault.
    """
    faults, reached = faults_of(context), reachable(context)
    names = (*names, *of_apis(each, faults))
    for name in names:
        if name not in known and name not in faults:
            alike = get_close_matches(name, faults, n=4, cutoff=0.5)
            raise DrillError(f"there is no drill {name!r}", try_this=f"one of {', '.join((*known, *alike))}")
    return tuple(
        known[name]
        if name in known
        else promised(measuring(faults[name], context.site, reached), faults[name], context)
        for name in names
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
