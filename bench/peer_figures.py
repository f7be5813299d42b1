"""What the clients of the drills saw under each option set: as values, and as tables. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fournines.drill.judging.excuse import without
from fournines.drill.result import DrillRun, Series
from fournines.probe.machine.stall import Stall, longest
from fournines.probe.outage import Outage

CLIENTS = {"http": "an API", "token": "an old token", "sql": "the database", "amqp": "the broker"}


@dataclass(frozen=True, slots=True)
class Cost:
    """What a fault cost the clients of a kind, in seconds: of the one that saw most of it.

    ``longest`` is its longest outage, ``total`` all of them. ``lasted`` says that the longest was not over
    when the fault was undone. ``stalled`` is how long the machine itself stood still within it. ``interval``
    is how often the client asked: less than that was not measured.
    """

    longest: float
    total: float
    lasted: bool
    stalled: float
    interval: float


@dataclass(frozen=True, slots=True)
class Seen:
    """One drill, run once.

    ``hurt`` is who played which part. ``refused`` says why it did not begin; ``lost`` is None where not
    everything was read back.
    """

    options: str
    run: int
    drill: str
    hurt: Mapping[str, str]
    costs: Mapping[str, Cost]
    lost: int | None
    healed: float | None
    refused: str


def seen(options: str, number: int, run: DrillRun) -> Seen:
    """The figures of one run of a drill."""
    costs = {}
    if run.fault is not None:
        for kind in CLIENTS:
            clients = [one for one in run.series if one.kind == kind]
            found = [cost for one in clients for cost in _cost(one, run.fault[1], _excusing(run))]
            if found:
                costs[kind] = max(found, key=lambda cost: (cost.longest, cost.total))
    whole = bool(run.accounts) and not any(account.unread for account in run.accounts)
    return Seen(
        options=options,
        run=number,
        drill=run.name,
        hurt=run.targets,
        costs=costs,
        lost=sum(account.lost for account in run.accounts) if whole else None,
        healed=run.healed,
        refused="" if run.fault is not None else "; ".join(j.verdict.seen for j in run.judgements[:1]),
    )


def _excusing(run: DrillRun) -> tuple[Stall, ...]:
    """The machine's stalls, and those of hosts that were not hurt on purpose."""
    return without(run.load.stalls if run.load else (), run.targets.get("hurt", "").split(", "))


def _cost(one: Series, undone: float, stalls: tuple[Stall, ...]) -> Iterator[Cost]:
    toll = one.figures.by_fault
    if toll is None:
        return
    worst = max(toll.outages, key=lambda outage: outage.seconds, default=Outage(undone, undone))
    stalled, _ = longest(stalls, worst.began, worst.ended)
    lasted = toll.longest > 0 and worst.ended >= undone
    yield Cost(toll.longest, toll.total, lasted, stalled, one.interval)


def table(found: Sequence[Seen], names: Mapping[str, str], of: Callable[[Cost], float]) -> Iterator[str]:
    """A row for each drill and kind of client, a column for each option set.

    Median and range, and how many times as long as under the first set: at least so many times, where the
    first was shorter than can be measured or the other was not over. ``*`` marks an outage in which the
    machine stood still for a tenth of it or more.
    """
    yield f"| drill | client | {' | '.join(names.values())} |"
    yield "|---|---|" + "---|" * len(names)
    first = next(iter(names))
    for drill in dict.fromkeys(one.drill for one in found):
        for kind, client in CLIENTS.items():
            costs = {name: _costs(found, name, drill, kind) for name in names}
            if any(costs.values()):
                cells = [
                    _cell(costs[name], of) + ("" if name == first else _times(costs[name], costs[first], of))
                    for name in names
                ]
                yield f"| {drill} | {client} | {' | '.join(cells)} |"


def _costs(found: Iterable[Seen], name: str, drill: str, kind: str) -> list[Cost]:
    return [
        one.costs[kind] for one in found if (one.options, one.drill) == (name, drill) and kind in one.costs
    ]


def _cell(costs: Sequence[Cost], of: Callable[[Cost], float]) -> str:
    if not costs:
        return "-"
    values = [of(cost) for cost in costs]
    over = "> " if any(cost.lasted for cost in costs) else ""
    spread = f" ({min(values):.1f}-{max(values):.1f})" if len(values) > 1 else ""
    stood = "*" if any(cost.stalled >= 0.1 * cost.longest > 0 for cost in costs) else ""
    return f"{over}{statistics.median(values):.1f} s{spread}{stood}"


def _times(theirs: Sequence[Cost], ours: Sequence[Cost], of: Callable[[Cost], float]) -> str:
    if not theirs or not ours:
        return ""
    interval = ours[0].interval
    least = statistics.median(of(cost) for cost in ours)
    most = statistics.median(of(cost) for cost in theirs)
    if most < interval:
        return "" if least < interval else f", at most x {interval / least:.1f}"
    open_end = least < interval or any(cost.lasted for cost in theirs)
    return f", {'at least ' if open_end else ''}x {most / max(least, interval):.1f}"


def accounts(found: Sequence[Seen], names: Mapping[str, str]) -> Iterator[str]:
    """A row for each option set and drill: what was lost, how long healing took, what did not begin."""
    yield "| values | drill | parts | acknowledged writes lost | healed within | not begun |"
    yield "|---|---|---|---|---|---|"
    for name in names:
        for drill in dict.fromkeys(one.drill for one in found):
            runs = [one for one in found if (one.options, one.drill) == (name, drill)]
            if runs:
                lost = ", ".join("not read back" if one.lost is None else str(one.lost) for one in runs)
                healed = ", ".join("not" if one.healed is None else f"{one.healed:.0f} s" for one in runs)
                refused = "; ".join(one.refused for one in runs if one.refused) or "-"
                parts = "; ".join(
                    ", ".join(f"{what} {host}" for what, host in one.hurt.items()) for one in runs
                )
                yield f"| {names[name]} | {drill} | {parts} | {lost} | {healed} | {refused} |"
