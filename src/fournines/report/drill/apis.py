"""What a campaign says of each API whose program was hurt: one line per API and fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fournines.drill.result import Campaign, DrillRun, Series
from fournines.kit.verdict import Outcome
from fournines.report.drill.view import PARTS, longest, lost
from fournines.report.style import ascii_only, count, plain, seconds, verdict, worst_of


@dataclass(frozen=True, slots=True)
class Spread:
    """The longest outages of several runs, in seconds."""

    median: float
    worst: float


@dataclass(frozen=True, slots=True)
class ApiLine:
    """One API and one fault of the program behind it.

    ``by_fault`` and ``by_return`` are outages of the API's own client, ``others`` the worst one of any other
    API's; None where nothing was measured. ``lost`` counts acknowledged writes, None where nobody knows.
    """

    api: str
    fault: str
    runs: int
    by_fault: Spread | None
    by_return: Spread | None
    others: float | None
    lost: int | None
    outcome: Outcome


def api_lines(campaign: Campaign) -> tuple[ApiLine, ...]:
    """A line per API and fault, in the order in which they were first run; none where no API was hurt."""
    groups: dict[tuple[str, str], list[DrillRun]] = {}
    for run in campaign.drills:
        if run.api:
            groups.setdefault((run.api, run.name.rpartition(".")[2]), []).append(run)
    return tuple(_line(api, fault, runs) for (api, fault), runs in groups.items())


def _line(api: str, fault: str, runs: list[DrillRun]) -> ApiLine:
    of_fault, of_return = ([s for run in runs for s in _seen(run, _own(run), part)] for part in PARTS)
    others = [s for run in runs for part in PARTS for s in _seen(run, _others(run), part)]
    lost_in = [lost(run) for run in runs]
    known = [one for one in lost_in if one is not None]
    return ApiLine(
        api,
        fault,
        len(runs),
        _spread(of_fault),
        _spread(of_return),
        max(others, default=None),
        sum(known) if len(known) == len(runs) else None,
        worst_of([run.outcome for run in runs]),
    )


def _own(run: DrillRun) -> Iterator[Series]:
    return (one for one in run.series if one.kind == "http" and one.name == run.api)


def _others(run: DrillRun) -> Iterator[Series]:
    return (one for one in run.series if one.kind == "http" and one.name != run.api)


def _seen(run: DrillRun, clients: Iterable[Series], part: str) -> Iterator[float]:
    """Nothing of a run that hurt nobody."""
    if run.fault is None:
        return
    for client in clients:
        seen = longest(run, client, part).seconds
        if seen is not None:
            yield seen


def _spread(seen: list[float]) -> Spread | None:
    return Spread(median(seen), max(seen)) if seen else None


def api_table(campaign: Campaign, console: Console) -> Table | None:
    """The lines as a table, medians before the worst of several runs; None where no API was hurt."""
    lines = api_lines(campaign)
    if not lines:
        return None
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="nines.dim")
    made.add_column("API", style="nines.name", overflow="fold")
    made.add_column("hurt by", overflow="fold")
    made.add_column("verdict", overflow="fold")
    for heading in ("runs", "by the fault", "by the return", "other APIs", "lost"):
        made.add_column(heading, justify="right", overflow="fold")
    for one in lines:
        made.add_row(
            plain(one.api),
            plain(one.fault),
            verdict(one.outcome, ascii_only=ascii_only(console)),
            count(one.runs),
            *(spread_words(spread) for spread in (one.by_fault, one.by_return)),
            "?" if one.others is None else seconds(one.others),
            Text("?" if one.lost is None else count(one.lost), style="nines.fail" if one.lost else ""),
        )
    return made


def spread_words(spread: Spread | None) -> str:
    """``0.12 s``, and of several runs ``0.12 s, at worst 0.31 s``."""
    if spread is None:
        return "?"
    typical, worst = seconds(spread.median), seconds(spread.worst)
    return typical if typical == worst else f"{typical}, at worst {worst}"
