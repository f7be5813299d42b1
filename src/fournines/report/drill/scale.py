"""From seconds to pixels and back to words: scales, the ticks people can read, SVG path data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

_STEPS = (1.0, 2.0, 5.0, 10.0)
_CLOCK = (15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0)
"""Steps of seconds that people count in, above ten."""


@dataclass(frozen=True, slots=True)
class Linear:
    """Time along the x axis: ``began`` seconds lies at pixel ``left``, ``ended`` at ``right``."""

    began: float
    ended: float
    left: int
    right: int

    def __call__(self, seconds: float) -> float:
        """The pixel of a time, held inside the axis, to a tenth."""
        span = self.ended - self.began
        share = (seconds - self.began) / span if span > 0 else 0.0
        return round(self.left + min(max(share, 0.0), 1.0) * (self.right - self.left), 1)


@dataclass(frozen=True, slots=True)
class Logarithmic:
    """Latency up the y axis: ``low`` seconds lies at pixel ``bottom``, ``high`` at ``top``."""

    low: float
    high: float
    bottom: int
    top: int

    def __call__(self, seconds: float) -> int:
        """The pixel of a latency, held inside the axis."""
        share = log10(min(max(seconds, self.low), self.high) / self.low) / log10(self.high / self.low)
        return round(self.bottom - share * (self.bottom - self.top))

    def decades(self) -> tuple[float, ...]:
        """The powers of ten strictly between the ends."""
        first, last = floor(log10(self.low)) + 1, ceil(log10(self.high))
        return tuple(10.0**power for power in range(first, last))


def step_of(span: float, most: int) -> float:
    """The smallest round step, decimal or of the clock, of which at most ``most`` fit in ``span``."""
    rough = span / most
    if rough > 10:  # noqa: PLR2004 - from here on people count in parts of a minute or an hour
        return next((step for step in _CLOCK if step >= rough), ceil(rough / 3600) * 3600.0)
    power = 10.0 ** floor(log10(rough)) if rough > 0 else 1.0
    return next(step * power for step in _STEPS if step * power >= rough * (1 - 1e-9))


def ticks(began: float, ended: float, *, most: int = 10) -> tuple[float, ...]:
    """Round values from ``began`` to ``ended``, zero among them if it lies between."""
    if ended <= began:
        return ()
    step = step_of(ended - began, most)
    # 1e-9: the ends themselves are ticks although a division of floats may miss them by a hair.
    first, last = ceil(began / step - 1e-9), floor(ended / step + 1e-9)
    return tuple(round(place * step, 9) + 0.0 for place in range(first, last + 1))


def _number(value: float) -> str:
    return f"{value:g}"


def step_line(heights: Sequence[int | None], *, left: int, width: int) -> str:
    """A staircase as SVG path data: one height per column, None leaves a gap.

    Columns of equal height become one horizontal stroke, which keeps long quiet stretches short.
    """
    out: list[str] = []
    previous: int | None = None
    run = 0
    for place, height in enumerate(heights):
        if height is not None and height == previous:
            run += width
            continue
        if run:
            out.append(f"h{run}")
        if height is None:
            run = 0
        else:
            out.append(f"M{left + place * width} {height}" if previous is None else f"v{height - previous}")
            run = width
        previous = height
    if run:
        out.append(f"h{run}")
    return "".join(out)


def step_area(heights: Sequence[int | None], *, base: int, left: int, width: int) -> str:
    """The area between a staircase and ``base`` as SVG path data; None leaves a gap."""
    out: list[str] = []
    for place, height in enumerate(heights):
        before = heights[place - 1] if place else None
        after = heights[place + 1] if place + 1 < len(heights) else None
        if height is None:
            continue
        if before is None:
            out.append(f"M{left + place * width} {base}V{height}")
        elif height != before:
            out.append(f"v{height - before}")
        # The strokes of equal columns are merged: only the last one of them is drawn, as long as all.
        if after != height:
            out.append(f"H{left + (place + 1) * width}")
        if after is None:
            out.append(f"V{base}z")
    return "".join(out)


def dots(points: Iterable[tuple[float, float]]) -> str:
    """Points as SVG path data of no length: a round line cap makes a dot of each."""
    return "".join(f"M{_number(x)} {_number(y)}h0" for x, y in points)


def crosses(points: Iterable[tuple[float, float]], size: float = 2.5) -> str:
    """Diagonal crosses as SVG path data."""
    w = _number(2 * size)
    return "".join(f"M{_number(x - size)} {_number(y - size)}l{w} {w}m-{w} 0l{w}-{w}" for x, y in points)


def squares(points: Iterable[tuple[float, float]], size: float = 2.5) -> str:
    """Squares standing on a corner as SVG path data."""
    d = _number(size)
    return "".join(f"M{_number(x)} {_number(y - size)}l{d} {d}-{d} {d}-{d}-{d}z" for x, y in points)
