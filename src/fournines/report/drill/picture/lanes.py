"""A client's lane: its latencies, errors and outages over time."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10

from fournines.drill.result import DrillRun, Series
from fournines.probe.outage import Outage
from fournines.probe.sample import Reply, Sample
from fournines.report.drill.bins import columns
from fournines.report.drill.picture.shapes import COLUMN, COLUMNS, LANE, Lane, Segment
from fournines.report.drill.picture.stretches import segment
from fournines.report.drill.picture.words import latency, named, signed
from fournines.report.drill.scale import Linear, Logarithmic, crosses, dots, squares, step_area, step_line
from fournines.report.drill.view import Longest, longest, parts
from fournines.report.style import limit, mark, seconds

SINGLE = 240
"""Up to so many attempts in a lane are drawn one by one; more are put into columns."""

DRAWN = 40
"""Up to so many outages are drawn in a lane, the longest ones; the figures count all of them."""

FASTEST = 0.001
"""The bottom of the latency axis in seconds: nothing a client sees through a network is faster."""

_ERRORS = 13


def latencies(series: Sequence[Series]) -> Logarithmic:
    """The axis all lanes share: up to the slowest good answer, a tenth of a second at least."""
    slowest = max((x.latency for s in series for x in s.samples if x.good), default=0.0)
    # Half a decade of air above; 10 ** 0.5 is about 3.
    high = max(0.1, 10 ** (log10(slowest) + 0.15)) if slowest > 0 else 0.1
    return Logarithmic(FASTEST, high, LANE, _ERRORS)


def lane(run: DrillRun, series: Series, *, x: Linear, y: Logarithmic, top: int, zero: float) -> Lane:
    """A client, drawn between the moments of ``x``."""
    seen = [s for s in series.samples if x.began <= s.intended <= x.ended]
    singly = len(seen) <= SINGLE
    paths = _single(seen, x, y, top) if singly else _columned(seen, x, y, top)
    return Lane(
        name=named(series.name, x.left),
        kind=series.kind,
        asks=f"{series.asks}, every {limit(series.interval)}, given up after {limit(series.timeout)}",
        top=top,
        grid=tuple((top + y(decade), latency(decade)) for decade in y.decades()),
        **paths,
        outages=tuple(_outages(series, x, zero)),
        longest=tuple(_longest(longest(run, series, part)) for part in parts(run)),
    )


def _longest(one: Longest) -> tuple[str, str]:
    words = [one.part, "?" if one.seconds is None else seconds(one.seconds)]
    if one.outcome is None:
        return " ".join(filter(None, words)), ""
    return " ".join(filter(None, (*words, mark(one.outcome)))), one.outcome.value


def _single(seen: Sequence[Sample], x: Linear, y: Logarithmic, top: int) -> dict[str, str]:
    def at(reply: Reply) -> list[Sample]:
        return [s for s in seen if s.reply is reply]

    return {
        "worst": "",
        "median": "",
        "answered": dots((x(s.intended), top + y(s.latency)) for s in at(Reply.OK)),
        "failed": crosses((x(s.intended), top + 4) for s in at(Reply.FAIL)),
        "unknown": squares((x(s.intended), top + 10) for s in at(Reply.UNKNOWN)),
    }


def _columned(seen: Sequence[Sample], x: Linear, y: Logarithmic, top: int) -> dict[str, str]:
    found = columns(seen, began=x.began, ended=x.ended, count=COLUMNS)
    middles = [x.left + COLUMN * place + COLUMN / 2 for place in range(COLUMNS)]
    worst = [None if c.worst is None else top + y(c.worst) for c in found]
    median = [None if c.median is None else top + y(c.median) for c in found]
    return {
        "worst": step_area(worst, base=top + y.bottom, left=x.left, width=COLUMN),
        "median": step_line(median, left=x.left, width=COLUMN),
        "answered": "",
        "failed": crosses(((at, top + 4) for at, c in zip(middles, found, strict=True) if c.failed), 2),
        "unknown": squares(((at, top + 10) for at, c in zip(middles, found, strict=True) if c.unknown), 2),
    }


def _outages(series: Series, x: Linear, zero: float) -> list[Segment]:
    longest_first = sorted(series.figures.outages, key=lambda o: o.began - o.ended)
    drawn = sorted(longest_first[:DRAWN], key=lambda o: o.began)
    found = (_outage(series.name, outage, x, zero) for outage in drawn)
    return [segment for segment in found if segment]


def _outage(name: str, outage: Outage, x: Linear, zero: float) -> Segment | None:
    began, ended = signed(round(outage.began - zero, 3)), signed(round(outage.ended - zero, 3))
    title = f"{name}: {seconds(outage.seconds)} without a good answer, from {began} s to {ended} s"
    return segment(x, outage.began, outage.ended, label=seconds(outage.seconds), title=title)
