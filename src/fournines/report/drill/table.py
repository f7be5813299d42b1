"""A campaign on a terminal: what did not hold and why, a line per drill and part, one line of conclusion."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from fournines.drill.result import Campaign, DrillRun
from fournines.kit.verdict import Outcome
from fournines.report.drill.apis import api_table
from fournines.report.drill.reasons import machine_words, reasons, worst_first
from fournines.report.drill.view import (
    Longest,
    by_kind,
    conclusion,
    earlier,
    headline,
    lost,
    parts,
    takeover,
    worst_of_kind,
)
from fournines.report.style import ascii_only, count, mark, plain, seconds, verdict


def table(campaign: Campaign, console: Console, last: Campaign | None = None) -> RenderableType:
    """What ``nines drill`` prints at its end: what failed and why, longest outages by part, one conclusion.

    ``last`` is the campaign before this one, to compare with.
    """
    told: list[RenderableType] = []
    why = _why(campaign, console)
    if why.row_count:
        told += [why, Text()]
    if campaign.runs:
        lines = _lines(campaign, console, last)
        unlimited = console.options.update(max_width=10_000)
        fits = console.measure(lines, options=unlimited).maximum <= console.width
        told += [lines if fits else _stacked(campaign, console), Text()]
    apis = api_table(campaign, console)
    told += [apis, Text()] if apis else []
    told += [part for run in worst_first(campaign) if run.takeover for part in (_takeover(run), Text())]
    if len(campaign.drills) == 1:
        told.append(Text(headline(campaign.drills[0])))
    told.append(Text(conclusion(campaign), style=f"nines.{campaign.outcome.value}"))
    return Group(*told)


def _takeover(run: DrillRun) -> Table:
    """What the outage consisted of, a moment a line."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="nines.dim")
    made.add_column("since the fault", justify="right", no_wrap=True)
    made.add_column("took", justify="right", no_wrap=True)
    made.add_column(plain(run.name), overflow="fold")
    for at, took, what in takeover(run):
        made.add_row(seconds(at), seconds(took), plain(what))
    return made


def _lines(campaign: Campaign, console: Console, last: Campaign | None) -> Table:
    """A drill's line for the fault and one for the return below it."""
    kinds = _kinds(campaign)
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="nines.dim")
    made.add_column("drill", style="nines.name", overflow="fold")
    made.add_column("verdict", no_wrap=True)
    made.add_column("by the", style="nines.dim", no_wrap=True)
    for kind in kinds:
        made.add_column(plain(kind), justify="right", no_wrap=True)
    made.add_column("lost", justify="right", no_wrap=True)
    made.add_column("healed", justify="right", no_wrap=True)
    for run in worst_first(campaign):
        before = earlier(run, last)
        for place, part in enumerate(parts(run)):
            cells = [
                _outage(_at(worst_of_kind(run, kind), place), _was(before, kind, place)) for kind in kinds
            ]
            if place == 0:
                outcome = verdict(run.outcome, ascii_only=ascii_only(console))
                made.add_row(Text(plain(run.name)), outcome, part, *cells, _lost(run), _healed(run))
            else:
                made.add_row("", "", part, *cells)
    return made


def _stacked(campaign: Campaign, console: Console) -> Table:
    """The same as words below each drill's name, for narrow terminals."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    made.add_column(no_wrap=True)
    made.add_column(overflow="fold")
    for run in worst_first(campaign):
        lines = [
            Text(plain(run.name), style="nines.name").append(" lost ", style="nines.dim").append(_lost(run))
        ]
        for place, part in enumerate(parts(run)):
            found = [(kind, _at(worst_of_kind(run, kind), place)) for kind in _kinds(campaign)]
            cells = [Text(f"{plain(kind)} ").append(_outage(seen)) for kind, seen in found if seen]
            by = Text(f"by the {part}: " if part else "", style="nines.dim")
            lines.append(by.append(Text(", ").join(cells)))
        made.add_row(verdict(run.outcome, ascii_only=ascii_only(console)), Text("\n").join(lines))
    return made


def _kinds(campaign: Campaign) -> list[str]:
    return [kind for kind in by_kind(campaign) if kind != "vip"]


def _at(found: tuple[Longest, ...], place: int) -> Longest | None:
    return found[place] if place < len(found) else None


def _was(before: DrillRun | None, kind: str, place: int) -> Longest | None:
    return _at(worst_of_kind(before, kind), place) if before else None


def _outage(seen: Longest | None, before: Longest | None = None) -> Text:
    if seen is None or seen.seconds is None:
        return Text("-" if seen is None else "?", style="nines.dim")
    # A sign besides the colour: a broken bound must show in a log file too.
    sign, style = _SIGNS.get(seen.outcome, ("", "")) if seen.outcome else ("", "")
    cell = Text(f"{seconds(seen.seconds)}{sign}", style=style)
    if before is not None and before.seconds is not None:
        cell.append(f" ({seconds(before.seconds)})", style="nines.dim")
    return cell


_SIGNS = {Outcome.FAIL: ("!", "nines.fail"), Outcome.UNKNOWN: ("?", "nines.unknown")}


def _lost(run: DrillRun) -> Text:
    missing = lost(run)
    if missing is None:
        return Text("?", style="nines.unknown")
    return Text(count(missing), style="nines.fail" if missing else "")


def _healed(run: DrillRun) -> Text:
    return Text("?" if run.healed is None else seconds(run.healed))


def _why(campaign: Campaign, console: Console) -> Table:
    """Per drill every promise that was not kept or could not be judged, and what was seen."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    made.add_column(no_wrap=True)
    made.add_column(overflow="fold")
    ascii_marks = ascii_only(console)
    for run in worst_first(campaign):
        found = reasons(run)
        if not found:
            continue
        made.add_row(verdict(run.outcome, ascii_only=ascii_marks), Text(plain(run.name), style="nines.name"))
        for reason in found:
            style = f"nines.{reason.outcome.value}"
            said = Text(f"{mark(reason.outcome, ascii_only=ascii_marks)} ", style=style)
            said.append(f"{plain(reason.promise)}: ", style="none").append(plain(reason.seen), style=style)
            said.append(f" from {reason.at} UTC" if reason.at else "", style="nines.dim")
            made.add_row("", said)
        if run.load is not None:
            made.add_row("", Text(f"machine: {plain(machine_words(run))}", style="nines.dim"))
    return made
