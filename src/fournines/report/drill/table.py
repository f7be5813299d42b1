"""A campaign on a terminal: a line per drill, then what did not hold, then one line of conclusion."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from fournines.drill.result import Campaign, DrillRun
from fournines.kit.verdict import Outcome
from fournines.report.drill.view import (
    Longest,
    by_kind,
    conclusion,
    doubt,
    headline,
    lost,
    requests,
    worst_of_kind,
)
from fournines.report.style import ascii_only, count, plain, seconds, verdict

WIDE = 100
"""From this many columns on, a drill's line also says how many requests failed and how soon it healed."""


def table(campaign: Campaign, console: Console) -> RenderableType:
    """What ``nines drill`` prints at its end: longest outage per kind of client, lost writes, verdicts."""
    parts: list[RenderableType] = []
    if campaign.runs:
        lines = _lines(campaign, console)
        unlimited = console.options.update(max_width=10_000)
        fits = console.measure(lines, options=unlimited).maximum <= console.width
        parts += [lines if fits else _stacked(campaign, console), Text()]
    broken = _broken(campaign, console)
    if broken.row_count:
        parts += [broken, Text()]
    doubts = [f"{run.name}: {doubt(run)}" for run in campaign.runs if doubt(run)]
    parts += [Text(plain(said), style="nines.warn") for said in doubts]
    if len(campaign.runs) == 1:
        parts.append(Text(headline(campaign.runs[0])))
    parts.append(Text(conclusion(campaign), style=f"nines.{campaign.outcome.value}"))
    return Group(*parts)


def _lines(campaign: Campaign, console: Console) -> Table:
    wide = console.width >= WIDE
    kinds = [kind for kind in by_kind(campaign) if kind != "vip"]
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="nines.dim")
    made.add_column("drill", style="nines.name", overflow="fold")
    made.add_column("verdict", no_wrap=True)
    for kind in kinds:
        made.add_column(plain(kind), justify="right", no_wrap=True)
    made.add_column("lost", justify="right", no_wrap=True)
    if wide:
        made.add_column("failed requests", justify="right", no_wrap=True)
        made.add_column("healed after", justify="right", no_wrap=True)
    for run in campaign.runs:
        cells = [Text(plain(run.name)), verdict(run.outcome, ascii_only=ascii_only(console))]
        cells += [_outage(worst_of_kind(run, kind)) for kind in kinds]
        cells.append(_lost(run))
        made.add_row(*cells, *(_more(run) if wide else ()))
    return made


def _stacked(campaign: Campaign, console: Console) -> Table:
    """The same in two lines per drill, for narrow terminals."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    made.add_column(no_wrap=True)
    made.add_column(overflow="fold")
    for run in campaign.runs:
        found = [(kind, worst_of_kind(run, kind)) for kind in by_kind(campaign) if kind != "vip"]
        cells = [Text(f"{plain(kind)} ").append(_outage(seen)) for kind, seen in found if seen]
        cells.append(Text("lost ").append(_lost(run)))
        lines = [Text(plain(run.name), style="nines.name"), Text(", ").join(cells)]
        made.add_row(verdict(run.outcome, ascii_only=ascii_only(console)), Text("\n").join(lines))
    return made


def _outage(seen: Longest | None) -> Text:
    if seen is None or seen.seconds is None:
        return Text("-" if seen is None else "?", style="nines.dim")
    # An exclamation mark besides the colour: a broken bound must show in a log file too.
    beyond = seen.outcome is Outcome.FAIL
    return Text(seconds(seen.seconds) + ("!" if beyond else ""), style="nines.fail" if beyond else "")


def _lost(run: DrillRun) -> Text:
    missing = lost(run)
    if missing is None:
        return Text("?", style="nines.unknown")
    return Text(count(missing), style="nines.fail" if missing else "")


def _more(run: DrillRun) -> Iterator[Text]:
    attempts, failed, unknown = requests([run])
    yield Text(f"{count(failed + unknown)} of {count(attempts)}")
    yield Text("?" if run.healed is None else seconds(run.healed))


def _broken(campaign: Campaign, console: Console) -> Table:
    """Every promise that was not kept or not tested, with what was seen."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    made.add_column(no_wrap=True)
    made.add_column(overflow="fold")
    for run in campaign.runs:
        for judgement in run.judgements:
            outcome = judgement.verdict.outcome
            if outcome is Outcome.PASS:
                continue
            said = Text(f"{plain(run.name)}: {plain(judgement.promise)}")
            said.append(f" [{plain(judgement.id)}]", style="nines.dim")
            said.append(f"\n{plain(judgement.verdict.seen)}", style=f"nines.{outcome.value}")
            made.add_row(verdict(outcome, ascii_only=ascii_only(console)), said)
    return made
