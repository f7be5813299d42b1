"""What a report says of a campaign, worked out once for the terminal and for the page. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fournines.drill.result import Campaign, DrillRun, Series
from fournines.kit.verdict import Outcome
from fournines.probe.ledger import Account
from fournines.probe.outage import Outage
from fournines.report.style import count, limit, seconds

OUTAGE = "I4"
"""The invariant that bounds outages: ``I4.fault.<client>``, ``I4.return.<client>``."""
PARTS = ("fault", "return")
"""The parts of a drill whose outages are told apart; a run without a fault has the one part ``""``."""
KINDS = {
    "http": "HTTP",
    "token": "old token",
    "sql": "SQL",
    "amqp": "publish",
    "vip": "VIP",
    "object": "objects",
    "ping": "ping",
    "lease": "DHCP lease",
}
"""Kinds of clients in the words of a reader; a kind that is not here is its own word."""


@dataclass(frozen=True, slots=True)
class Longest:
    """A client's longest outage in one part of a run against its bound, all in seconds.

    ``outcome`` is None where nobody promised anything.
    """

    series: Series
    part: str
    seconds: float | None
    bound: float | None
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Balance:
    """What became of one client's time in some runs. ``availability`` is a share, None of nothing.

    ``worst`` maps a window's length in seconds to the smallest share of good attempts in any of them.
    """

    attempts: int
    failed: int
    unknown: int
    outage: float
    availability: float | None
    worst: Mapping[float, float]


@dataclass(frozen=True, slots=True)
class Environment:
    """Versions and configuration that these runs had in common: (package, version, its hosts)."""

    digest: str
    packages: tuple[tuple[str, str, tuple[str, ...]], ...]
    runs: tuple[str, ...]


def parts(run: DrillRun) -> tuple[str, ...]:
    """The parts whose outages are told apart in this run."""
    return PARTS if run.fault is not None else ("",)


def outage_id(series: Series, part: str) -> str:
    """The id of the promise that bounds a client's outages in a part of a run."""
    return ".".join(filter(None, (OUTAGE, part, series.name)))


def outages(series: Series, part: str) -> tuple[Outage, ...]:
    """A client's outages in a part of its run."""
    figures = series.figures
    if not part:
        return figures.outages
    cost = figures.by_fault if part == PARTS[0] else figures.by_return
    return cost.outages if cost else ()


def longest(run: DrillRun, series: Series, part: str) -> Longest:
    """One client's longest outage in a part of the run, and whether it kept its bound."""
    found = outages(series, part)
    seen = max((o.seconds for o in found), default=0.0) if series.figures.attempts else None
    judged = next((j for j in run.judgements if j.id == outage_id(series, part)), None)
    if judged is None:
        return Longest(series, part, seen, None, None)
    return Longest(series, part, seen, judged.bound, judged.verdict.outcome)


def _names(runs: Iterable[DrillRun]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(series.name for run in runs for series in run.series))


def by_kind(campaign: Campaign) -> tuple[str, ...]:
    """The kinds of all clients of all runs, in the order of their first appearance."""
    return tuple(dict.fromkeys(s.kind for run in campaign.runs for s in run.series))


def worst_of_kind(run: DrillRun, kind: str) -> tuple[Longest, ...]:
    """Per part the longest outage among the clients of a kind, a broken bound before a kept one.

    Empty where the run had no client of that kind.
    """
    clients = [s for s in run.series if s.kind == kind]
    found = [[longest(run, s, part) for s in clients] for part in parts(run)] if clients else []
    return tuple(max(of_part, key=_weight) for of_part in found)


def _weight(one: Longest) -> tuple[int, float]:
    weights = {Outcome.FAIL: 2, Outcome.UNKNOWN: 1}
    return (weights.get(one.outcome, 0) if one.outcome else 0), one.seconds or 0.0


def earlier(run: DrillRun, last: Campaign | None) -> DrillRun | None:
    """The same drill in the campaign before, if it was run there."""
    return next((one for one in last.runs if one.name == run.name), None) if last else None


def lost(run: DrillRun) -> int | None:
    """How many acknowledged writes are missing; None if no ledger could be read back on any replica."""
    read = [account for account in run.accounts if account.replicas]
    return sum(account.lost for account in read) if read else None


def takeover(run: DrillRun) -> tuple[tuple[float, float, str], ...]:
    """What an outage consisted of: seconds since the fault, since the moment before, and what happened."""
    began = run.fault[0] if run.fault else 0.0
    moments = [moment.at for moment in run.takeover]
    return tuple(
        (moment.at - began, moment.at - before, moment.what)
        for before, moment in zip([began, *moments], run.takeover, strict=False)
    )


def bounds_kept(campaign: Campaign) -> tuple[int, int]:
    """How many bounds on outages were kept, and how many there were: two per client and drill."""
    found = [
        longest(run, series, part).outcome
        for run in campaign.drills
        for series in run.series
        for part in parts(run)
    ]
    promised = [outcome for outcome in found if outcome is not None]
    return promised.count(Outcome.PASS), len(promised)


def balances(runs: Sequence[DrillRun]) -> dict[str, Balance]:
    """Per client: what it attempted in these runs together, and what share of its time it was served."""
    return {
        name: _balance([s for run in runs for s in run.series if s.name == name]) for name in _names(runs)
    }


def _balance(series: Sequence[Series]) -> Balance:
    observed = sum(s.figures.attempts * s.interval for s in series)
    outage = sum(s.figures.total or 0.0 for s in series)
    windows = sorted({window for s in series for window in s.figures.worst})
    return Balance(
        attempts=sum(s.figures.attempts for s in series),
        failed=sum(s.figures.failed for s in series),
        unknown=sum(s.figures.unknown for s in series),
        outage=outage,
        availability=max(0.0, 1 - outage / observed) if observed else None,
        worst={w: min(s.figures.worst[w] for s in series if w in s.figures.worst) for w in windows},
    )


def requests(runs: Iterable[DrillRun]) -> tuple[int, int, int]:
    """Attempts, failed and unknown ones of all clients of these runs."""
    figures = [s.figures for run in runs for s in run.series]
    attempts, failed = sum(f.attempts for f in figures), sum(f.failed for f in figures)
    return attempts, failed, sum(f.unknown for f in figures)


def headline(run: DrillRun) -> str:
    """A run in a few short sentences: the longest outages, the failed requests, the lost writes."""
    return " ".join((*_outage_words(run), *_request_words(run), _loss_words(run)))


def _outage_words(run: DrillRun) -> Iterable[str]:
    for part in parts(run):
        seen = [one for one in (longest(run, s, part) for s in run.series) if one.seconds is not None]
        worst = max(seen, key=lambda one: one.seconds or 0.0, default=None)
        by = f" by the {part}" if part else ""
        if worst is None:
            yield "No client attempted anything."
            return
        if not worst.seconds:
            yield f"No client saw an outage{by}."
            continue
        bound = "" if worst.bound is None else f", bound {limit(worst.bound)}"
        yield f"The longest outage{by} was {seconds(worst.seconds)} ({worst.series.name}{bound})."


def _request_words(run: DrillRun) -> Iterable[str]:
    attempts, failed, unknown = requests([run])
    if attempts:
        yield f"{count(failed)} of {count(attempts)} requests failed, {count(unknown)} ended unknown."


def _loss_words(run: DrillRun) -> str:
    missing = lost(run)
    if missing is None:
        return "Nothing could be read back, so nothing is known about lost writes."
    acknowledged = sum(account.acknowledged for account in run.accounts if account.replicas)
    if missing:
        return f"{count(missing)} of {count(acknowledged)} acknowledged writes were lost."
    unread = sorted({place for account in run.accounts for place in account.unread})
    but = f" ({', '.join(unread)} could not be read)" if unread else ""
    return f"None of {count(acknowledged)} acknowledged writes was lost{but}."


def bad_ids(account: Account) -> tuple[tuple[str, str], ...]:
    """The numbers of the bad writes of a ledger by kind, as a readable list."""
    totals = {
        "lost": account.lost,
        "duplicated": account.duplicated,
        "unexpected": account.unexpected,
        "torn": account.torn,
    }
    return tuple(
        (kind, ", ".join(map(str, ids)) + (", …" if totals.get(kind, 0) > len(ids) else ""))
        for kind, ids in account.ids.items()
    )


def conclusion(campaign: Campaign) -> str:
    """One line: ``5 drills pass, 1 fails, 0 unknown``; the control run is no drill."""
    outcomes = [run.outcome for run in campaign.drills]
    passed, failed, unknown = (outcomes.count(o) for o in (Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN))
    passes = "1 drill passes" if passed == 1 else f"{passed} drills pass"
    return f"{passes}, {failed} {'fails' if failed == 1 else 'fail'}, {unknown} unknown"


def untested(campaign: Campaign) -> tuple[str, ...]:
    """What these runs cannot prove, each once."""
    return tuple(dict.fromkeys(said for run in campaign.runs for said in run.untested))


def environments(campaign: Campaign) -> tuple[Environment, ...]:
    """Versions and configuration, told once for all runs that had the same."""
    groups: list[tuple[DrillRun, list[str]]] = []
    for run in campaign.runs:
        for first, names in groups:
            if (first.digest, first.versions) == (run.digest, run.versions):
                names.append(run.name)
                break
        else:
            groups.append((run, [run.name]))
    return tuple(
        Environment(run.digest, packages(run.versions), tuple(names))
        for run, names in groups
        if run.digest or run.versions
    )


def packages(versions: Mapping[str, Mapping[str, str]]) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Versions by package instead of by host: (package, version, hosts), sorted by package."""
    hosts: dict[tuple[str, str], list[str]] = {}
    for host, installed in versions.items():
        for package, version in installed.items():
            hosts.setdefault((package, version), []).append(host)
    return tuple((package, version, tuple(found)) for (package, version), found in sorted(hosts.items()))
