"""How fournines looks on a terminal: the one place for colours, marks and the shape of numbers.

Nothing is said by colour alone: every verdict is also a word, so a monochrome terminal, a log file and
a reader who sees no red all get the whole message.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import IO

from rich.console import Console
from rich.text import Text
from rich.theme import Theme

from fournines.kit.verdict import Outcome

THEME = Theme(
    {
        "nines.pass": "green",
        "nines.fail": "bold red",
        "nines.unknown": "bold yellow",
        "nines.warn": "yellow",
        "nines.dim": "bright_black",
        "nines.name": "bold",
        "nines.head": "bold",
        "nines.hint": "cyan",
    }
)
"""The styles by name; nothing else in fournines names a colour of the terminal."""

WORST_FIRST = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS)
"""The order in which people want to read outcomes."""

PIPED_WIDTH = 120
"""Columns when the output is no terminal and nobody said how wide it is (COLUMNS)."""

_WORDS = {Outcome.PASS: "pass", Outcome.FAIL: "FAIL", Outcome.UNKNOWN: "unknown"}
_MARKS = {Outcome.PASS: "✔", Outcome.FAIL: "✘", Outcome.UNKNOWN: "?"}
_ASCII = {Outcome.PASS: "+", Outcome.FAIL: "x", Outcome.UNKNOWN: "?"}


def console(file: IO[str] | None = None, *, stderr: bool = False, width: int | None = None) -> Console:
    """A console in the house style. Colour only on a terminal; NO_COLOR and COLUMNS are honoured."""
    made = Console(file=file, stderr=stderr, theme=THEME, highlight=False, width=width)
    if width is None and not made.is_terminal and "COLUMNS" not in os.environ:
        made.width = PIPED_WIDTH
    return made


def ascii_only(console: Console) -> bool:
    """Whether the console can show no more than ASCII (a C locale, an old serial line)."""
    return not console.encoding.lower().startswith("utf")


def mark(outcome: Outcome, *, ascii_only: bool = False) -> str:
    """One character for an outcome."""
    return (_ASCII if ascii_only else _MARKS)[outcome]


def verdict(outcome: Outcome, *, ascii_only: bool = False) -> Text:
    """An outcome as mark and word, coloured: ``✘ FAIL``."""
    return Text(f"{mark(outcome, ascii_only=ascii_only)} {_WORDS[outcome]}", style=f"nines.{outcome.value}")


def worst_of(outcomes: list[Outcome]) -> Outcome:
    """The outcome of a whole: a fail beats an unknown, an unknown a pass; nothing at all is unknown."""
    return next((o for o in WORST_FIRST if o in outcomes), Outcome.UNKNOWN)


def plain(text: str) -> str:
    """Text of a host made safe for a terminal: one line, no control characters, no escape sequences.

    A broken (or hostile) host's output must not move the cursor or colour the operator's screen.
    """
    shown = "".join(c if c.isprintable() or c.isspace() else "�" for c in text)
    return " ".join(shown.split())


def condensed(seen: str) -> str:
    """Evidence of several places, what is the same said once: ``controller1, controller2: synced``."""
    parts = [part.partition(": ") for part in seen.split("; ")]
    if any(not colon or " " in place for place, colon, _ in parts):
        return seen
    places: dict[str, list[str]] = {}
    for place, _, said in parts:
        places.setdefault(said, []).append(place)
    return "; ".join(f"{', '.join(where)}: {said}" for said, where in places.items())


def seconds(value: float) -> str:
    """A time, to three digits and with its unit: ``12 ms``, ``0.42 s``, ``75.0 s``, ``3 min 20 s``."""
    if value < 0:
        return "-" + seconds(-value)
    for below, shape in ((0.0005, "0 s"), (0.0995, f"{value * 1000:.0f} ms"), (9.995, f"{value:.2f} s")):
        if value < below:
            return shape
    if value < 99.95:  # noqa: PLR2004 - where a tenth of a second stops to matter
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:  # noqa: PLR2004 - minutes in an hour
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def limit(value: float) -> str:
    """A time that somebody chose, without digits nobody wrote: ``0.5 s``, ``2 s``, ``3 min``."""
    return f"{value:g} s" if abs(value) < 100 else seconds(value)  # noqa: PLR2004 - as in seconds()


def moment(iso: str) -> str:
    """A moment in ISO 8601 as people read it, in UTC: ``2026-11-22 18:04:11 UTC``; other text as it is."""
    try:
        found = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{found.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def count(value: int) -> str:
    """A count with a thin space every three digits, as ISO 80000-1 wants it: ``12 345``."""
    return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def share(value: float) -> str:
    """A share as a percentage that never rounds to 100 (or to 0) unless it is that: ``99.95 %``.

    As many decimals as the nines need, two at least: 0.99996 is ``99.996 %``.
    """
    if value in {0.0, 1.0}:
        return f"{value:.0%}".replace("%", " %")
    for decimals in range(2, 10):
        shown = f"{value * 100:.{decimals}f}"
        if shown.strip("0.") and not shown.startswith("100"):
            return f"{shown} %"
    return "> 99.9999999 %" if value > 0.5 else "< 0.000000001 %"  # noqa: PLR2004 - which end it is at
