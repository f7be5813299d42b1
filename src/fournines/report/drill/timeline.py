"""One run as a picture: who owned the VIP, what each client saw, when the fault lasted.

Everything is worked out here in pixels; the template only writes it down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

from fournines.drill.result import DrillRun, Owned, Series, Stage
from fournines.probe.outage import Outage
from fournines.probe.sample import Reply, Sample
from fournines.report.drill.bins import columns
from fournines.report.drill.reasons import wall_clock
from fournines.report.drill.scale import (
    Linear,
    Logarithmic,
    crosses,
    dots,
    squares,
    step_area,
    step_line,
    ticks,
)
from fournines.report.drill.view import Longest, longest, parts
from fournines.report.style import limit, mark, seconds

COLUMN = 4
COLUMNS = 190
LEFT, RIGHT = 128, 112
PLOT = COLUMN * COLUMNS
WIDTH = LEFT + PLOT + RIGHT
"""Pixels: the names' gutter, the plot, the figures' gutter."""

SINGLE = 240
"""Up to so many attempts in a lane are drawn one by one; more are put into columns."""

DRAWN = 40
"""Up to so many outages are drawn in a lane, the longest ones; the figures count all of them."""

FASTEST = 0.001
"""The bottom of the latency axis in seconds: nothing a client sees through a network is faster."""

_STAGES, _MARKS, _BAND, _LANE, _GAP, _AXIS = 18, 20, 22, 50, 8, 40
_ERRORS = 13
_CHARACTER = 6.4
"""Width of a character of the small print in pixels, on average and a bit more."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of time: ``label`` is empty where there is no room for it, ``title`` never."""

    x: float
    width: float
    label: str
    title: str
    style: str = ""

    @property
    def middle(self) -> float:
        """Where its label is centred."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment, with its label to the right of the line or (``anchor`` end) to the left."""

    x: float
    label: str
    style: str
    anchor: str

    @property
    def label_x(self) -> float:
        """Where the label is anchored."""
        return round(self.x + (5 if self.anchor == "start" else -5), 1)


@dataclass(frozen=True, slots=True)
class Lane:
    """One client: latencies and errors over time. Paths are SVG path data, empty if there is nothing."""

    name: str
    kind: str
    asks: str
    top: int
    grid: tuple[tuple[int, str], ...]
    worst: str
    median: str
    answered: str
    failed: str
    unknown: str
    outages: tuple[Segment, ...]
    longest: tuple[tuple[str, str], ...] = ()
    """Per part of the run its longest outage in words, and the outcome."""

    @property
    def bottom(self) -> int:
        """Where latency is smallest."""
        return self.top + _LANE

    @property
    def middle(self) -> int:
        """Where its name stands."""
        return self.top + _LANE // 2 + 4


@dataclass(frozen=True, slots=True)
class Timeline:
    """A drawing, ready to be written as SVG."""

    title: str
    description: str
    caption: str
    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    ticks: tuple[tuple[float, str], ...]
    stages: tuple[Segment, ...]
    fault: Segment | None
    marks: tuple[Mark, ...]
    band_top: int
    band_height: int
    owners: tuple[Segment, ...]
    lanes: tuple[Lane, ...]

    @property
    def singly(self) -> bool:
        """Whether every attempt is drawn, in every lane."""
        return not any(lane.worst for lane in self.lanes)


def lanes_of(run: DrillRun) -> tuple[Series, ...]:
    """The series that get a lane: the VIP has a band of its own."""
    return tuple(s for s in run.series if s.kind != "vip" or not run.owners)


def span(run: DrillRun) -> tuple[float, float]:
    """From the first to the last thing that was seen."""
    healed = run.fault[1] + run.healed if run.fault and run.healed is not None else None
    times = [
        *(t for s in run.series for x in s.samples for t in (x.intended, x.ended)),
        *(t for owned in run.owners for t in (owned.began, owned.ended)),
        *(run.fault or ()),
        *(() if healed is None else (healed,)),
    ] or [t for stage in run.stages for t in (stage.began, stage.ended)]
    return (min(times), max(times)) if times else (0.0, 0.0)


def close_ups(run: DrillRun) -> list[tuple[float, float]]:
    """What to look at closely: the fault, and the undo if it hurt the clients as well.

    A close-up that would cover half of the run or more adds nothing and is left out.
    """
    if run.fault is None:
        return []
    began, ended = span(run)
    spans: list[tuple[float, float]] = []
    for moment in run.fault:
        last = _hurt_until(run, moment)
        if last is None and moment != run.fault[0]:
            continue
        left, right = max(began, moment - 1.0), min(ended, max(last or moment, moment + 1.0) + 1.5)
        if 0 < right - left < (ended - began) / 2 and not (spans and left < spans[-1][1]):
            spans.append((left, right))
    return spans


def _hurt_until(run: DrillRun, moment: float) -> float | None:
    """The end of the last outage in the chain that a moment set off, None if it set off none."""
    last = None
    found = (o for s in lanes_of(run) for o in s.figures.outages)
    for outage in sorted(found, key=lambda o: o.began):
        if moment - 0.5 <= outage.began <= (moment if last is None else last) + 2.0:
            last = max(last or 0.0, outage.ended)
    return last


def timeline(run: DrillRun, began: float, ended: float, *, stages: bool = True) -> Timeline:
    """Draw the part of a run from ``began`` to ``ended`` (seconds on the run's clock)."""
    x = Linear(began, ended, LEFT, LEFT + PLOT)
    top = (_STAGES if stages else 0) + _MARKS
    band = _BAND if run.owners else 0
    series = lanes_of(run)
    first = top + band + (_GAP if band else 0)
    bottom = first + len(series) * (_LANE + _GAP) - (_GAP if series else 0)
    zero = run.fault[0] if run.fault else 0.0
    y = _latencies(series)
    return Timeline(
        title=f"{run.name}: what clients saw from {_signed(began - zero)} s to {_signed(ended - zero)} s",
        description=describe(run, began, ended),
        caption=("seconds" if ended - began <= _IN_MINUTES else "minutes:seconds")
        + (" since the fault" if run.fault else " since the start")
        + f"; 0 is {wall_clock(run, zero)} UTC",
        width=WIDTH,
        height=bottom + _AXIS,
        left=LEFT,
        right=LEFT + PLOT,
        top=top,
        bottom=bottom,
        ticks=tuple(
            (x(zero + t), _clock(t) if ended - began > _IN_MINUTES else _signed(t))
            for t in ticks(began - zero, ended - zero, most=12)
        ),
        stages=tuple(_stages(run.stages, x)) if stages else (),
        fault=_fault(run, x),
        marks=_marks(run, x),
        band_top=top,
        band_height=band,
        owners=tuple(_owners(run, x)),
        lanes=tuple(
            _lane(run, s, x=x, y=y, top=first + i * (_LANE + _GAP), zero=zero) for i, s in enumerate(series)
        ),
    )


def describe(run: DrillRun, began: float, ended: float) -> str:
    """The picture in words, for those who do not see it."""
    words = []
    for series in lanes_of(run):
        seen = [o for o in series.figures.outages if o.began < ended and o.ended > began]
        worst = max((o.seconds for o in seen), default=None)
        many = f"{len(seen)} outage{'s' if len(seen) > 1 else ''}, the longest {seconds(worst or 0.0)}"
        words.append(f"{series.name}: {many if seen else 'no outage'}")
    moves = " then ".join(
        " and ".join(o.hosts) or "nobody" for o in run.owners if o.began < ended and o.ended > began
    )
    return ". ".join([*words, f"The VIP was held by {moves}" if moves else ""]).strip(". ") + "."


_IN_MINUTES = 300.0


def _signed(value: float) -> str:
    return f"{value:.6g}".replace("-", "\N{MINUS SIGN}")


def _clock(value: float) -> str:
    minutes, rest = divmod(round(abs(value)), 60)
    sign = "\N{MINUS SIGN}" if value < 0 else ""
    return f"{sign}{minutes}:{rest:02}"


def _latency(decade: float) -> str:
    return f"{decade * 1000:g} ms" if decade < 1 else f"{decade:g} s"


def _fits(text: str, width: float) -> str:
    return text if len(text) * _CHARACTER + 6 <= width else ""


def _segment(
    x: Linear, began: float, ended: float, *, label: str, title: str, style: str = ""
) -> Segment | None:
    if ended < x.began or began > x.ended:
        return None
    left, right = x(began), x(ended)
    return Segment(left, round(right - left, 1), _fits(label, right - left), title, style)


def _stages(stages: Sequence[Stage], x: Linear) -> list[Segment]:
    found = (
        _segment(
            x,
            s.began,
            s.ended,
            label=s.name.value,
            title=f"{s.name.value}, {seconds(s.ended - s.began)}",
        )
        for s in stages
    )
    return [segment for segment in found if segment and segment.width >= 1]


def _fault(run: DrillRun, x: Linear) -> Segment | None:
    if run.fault is None:
        return None
    length = seconds(run.fault[1] - run.fault[0])
    return _segment(x, *run.fault, label="", title=f"the fault, {length} until the undo began")


def _marks(run: DrillRun, x: Linear) -> tuple[Mark, ...]:
    if run.fault is None:
        return ()
    moments = [(run.fault[0], "fault", "inject"), (run.fault[1], "undo", "undo")]
    if run.healed is not None:
        moments.append((run.fault[1] + run.healed, f"healed after {seconds(run.healed)}", "healed"))
    inside = [(x(t), label, style) for t, label, style in moments if x.began <= t <= x.ended]
    made = []
    for place, (at, label, style) in enumerate(inside):
        limit = inside[place + 1][0] if place + 1 < len(inside) else x.right
        made.append(Mark(at, label, style, "start" if _fits(label, limit - at) else "end"))
    return tuple(made)


def _owners(run: DrillRun, x: Linear) -> list[Segment]:
    order = sorted({host for s in run.owners for host in s.hosts})
    found = (_owner(owned, order, x) for owned in run.owners)
    return [segment for segment in found if segment]


def _owner(owned: Owned, order: Sequence[str], x: Linear) -> Segment | None:
    label = " + ".join(owned.hosts) or "nobody"
    if len(owned.hosts) == 1:
        style = f"host{order.index(owned.hosts[0]) % 6}"
    else:
        style = "several" if owned.hosts else "nobody"
    title = f"VIP: {label}, {seconds(owned.ended - owned.began)}"
    return _segment(x, owned.began, owned.ended, label=label, title=title, style=style)


def _latencies(series: Sequence[Series]) -> Logarithmic:
    """The axis all lanes share: up to the slowest good answer, a tenth of a second at least."""
    slowest = max((x.latency for s in series for x in s.samples if x.good), default=0.0)
    # Half a decade of air above; 10 ** 0.5 is about 3.
    high = max(0.1, 10 ** (log10(slowest) + 0.15)) if slowest > 0 else 0.1
    return Logarithmic(FASTEST, high, _LANE, _ERRORS)


def _lane(run: DrillRun, series: Series, *, x: Linear, y: Logarithmic, top: int, zero: float) -> Lane:
    seen = [s for s in series.samples if x.began <= s.intended <= x.ended]
    singly = len(seen) <= SINGLE
    paths = _single(seen, x, y, top) if singly else _columned(seen, x, y, top)
    return Lane(
        name=series.name,
        kind=series.kind,
        asks=f"{series.asks}, every {limit(series.interval)}, given up after {limit(series.timeout)}",
        top=top,
        grid=tuple((top + y(decade), _latency(decade)) for decade in y.decades()),
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
    began, ended = _signed(round(outage.began - zero, 3)), _signed(round(outage.ended - zero, 3))
    title = f"{name}: {seconds(outage.seconds)} without a good answer, from {began} s to {ended} s"
    return _segment(x, outage.began, outage.ended, label=seconds(outage.seconds), title=title)
