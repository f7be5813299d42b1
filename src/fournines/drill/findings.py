"""From what a run found to its result: the figures of every client, the VIP's owners, the verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fournines.drill import record
from fournines.drill.journal import Journal
from fournines.drill.judging.band import band
from fournines.drill.judging.excuse import without
from fournines.drill.judging.fenced import fenced_first
from fournines.drill.judging.invariants import judgements
from fournines.drill.judging.majority import resigned
from fournines.drill.judging.parting import Parting, consequent
from fournines.drill.judging.takeover import takeover
from fournines.drill.result import DrillRun, Judgement, Moment, Owned, Series, StageName
from fournines.drill.rig import Rig
from fournines.drill.scenario import Nothing, Scenario
from fournines.drill.settle import Settled
from fournines.kit.probe import Milestones
from fournines.kit.verdict import Verdict, unknown
from fournines.probe.client import Client
from fournines.probe.fleet import Fleet
from fournines.probe.ledger import Account
from fournines.probe.machine.stall import Load
from fournines.probe.outage import figures


@dataclass
class Findings:
    """What a run has found so far. ``until`` is when the clients were told to begin no more attempts."""

    targets: dict[str, str] = field(default_factory=dict)
    hurt: tuple[str, ...] = ()
    until: float = 0.0
    load: Load | None = None
    partings: tuple[Parting, ...] = ()
    moments: tuple[Moment, ...] = ()
    accounts: tuple[Account, ...] = ()
    settled: Settled = field(default_factory=lambda: Settled(None, []))
    versions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    alone: Verdict | None = None
    warned: Verdict | None = None
    refused: str | None = None


def result_of(
    scenario: Scenario,
    rig: Rig,
    journal: Journal,
    found: Findings,
    fleet: Fleet,
    *,
    seed: int,
    started: datetime,
) -> DrillRun:
    """The run as a value, judged."""
    fault = _fault_span(scenario, journal)
    undo = journal.began(StageName.UNDO)
    healed = None if found.settled.at is None or undo is None else found.settled.at - undo
    series = tuple(_series(client, journal, found.until, fault) for client in fleet.clients)
    owners = band(s for one in series if one.kind == "vip" for s in one.samples)
    missing = tuple(f"not watched: {what}" for what in fleet.missing)
    by_power = rig.power.untested() if rig.power is not None else ()
    return DrillRun(
        name=scenario.name,
        api=scenario.api,
        sentence=scenario.sentence,
        site=rig.plan.context.site.name,
        seed=seed,
        started=started.isoformat(timespec="milliseconds"),
        targets=found.targets,
        injected=tuple(journal.injected),
        undone=tuple(journal.undone),
        stages=tuple(journal.stages),
        fault=fault,
        healed=healed,
        series=series,
        owners=owners,
        accounts=found.accounts,
        judgements=_judged(
            scenario,
            found,
            rig.plan.context.declared(Milestones),
            series=series,
            owners=owners,
            healed=healed,
            fault=fault,
        ),
        takeover=takeover(found.moments, series, fault),
        load=found.load,
        versions=found.versions,
        digest=record.digest(rig.plan),
        untested=(*scenario.untested, *by_power, *missing),
    )


def _judged(
    scenario: Scenario,
    found: Findings,
    told: Sequence[Milestones],
    *,
    series: Sequence[Series],
    owners: Sequence[Owned],
    healed: float | None,
    fault: tuple[float, float] | None,
) -> tuple[Judgement, ...]:
    if found.refused is not None:
        promise = "the drill begins from a steady state, with somebody to hurt"
        return (Judgement("I0.steady", promise, unknown(found.refused)),)
    stalls = without(found.load.stalls if found.load else (), found.hurt)
    unhurt = (one for one in found.partings if one.host not in found.hurt)
    of_any_drill = judgements(
        scenario,
        series=series,
        owners=owners,
        accounts=found.accounts,
        healed=healed,
        settled=found.settled,
        fault=fault,
        alone=found.alone,
        warned=found.warned,
        stalls=(*stalls, *consequent(stalls, unhurt, fault=fault)),
    )
    return (
        *of_any_drill,
        *resigned(scenario, owners, fault),
        *fenced_first(scenario, found.moments, told, hurt=found.hurt, fault=fault),
    )


def _fault_span(scenario: Scenario, journal: Journal) -> tuple[float, float] | None:
    if isinstance(scenario.injury, Nothing):
        return None
    began, ended = journal.began(StageName.FAULT), journal.began(StageName.UNDO)
    return None if began is None or ended is None else (began, ended)


def _series(client: Client, journal: Journal, until: float, fault: tuple[float, float] | None) -> Series:
    began = journal.began(StageName.BASELINE) or 0.0
    own = tuple(s for s in journal.samples if s.probe == client.name)
    seen = figures(own, interval=client.interval, observed=(began, until), fault=fault, serial=client.serial)
    return Series(client.name, client.kind, client.asks, client.interval, client.timeout, seen, own)
