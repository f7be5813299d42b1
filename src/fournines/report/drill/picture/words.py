"""Times, latencies and the picture itself in words."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

from fournines.drill.result import DrillRun
from fournines.report.drill.picture.shapes import LEFT, NUMBERS, WIDEST
from fournines.report.drill.picture.spans import lanes_of
from fournines.report.style import seconds

_CHARACTER = 6.4
"""Width of a character of the small print in pixels, on average and a bit more."""
_BOLD = 7.9
"""The same of a client's name."""


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


def signed(value: float) -> str:
    """A number with a true minus sign."""
    return f"{value:.6g}".replace("-", "\N{MINUS SIGN}")


def clock(value: float) -> str:
    """Minutes and seconds."""
    minutes, rest = divmod(round(abs(value)), 60)
    sign = "\N{MINUS SIGN}" if value < 0 else ""
    return f"{sign}{minutes}:{rest:02}"


def latency(decade: float) -> str:
    """A tick of the latency axis."""
    return f"{decade * 1000:g} ms" if decade < 1 else f"{decade:g} s"


def gutter(names: Iterable[str]) -> int:
    """How wide the gutter is in which these names stand, left of the axis' numbers."""
    longest = max((len(name) for name in names), default=0)
    return min(max(LEFT, ceil(longest * _BOLD) + NUMBERS), WIDEST)


def named(name: str, left: int) -> str:
    """A client's name as far as it has room in a gutter of ``left`` pixels."""
    most = int((left - NUMBERS) / _BOLD)
    return name if len(name) <= most else f"{name[: most - 1]}…"


def fits(text: str, width: float) -> str:
    """The text where it has room, in pixels; else nothing."""
    return text if len(text) * _CHARACTER + 6 <= width else ""
