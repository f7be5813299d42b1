"""How often Keystone's keys are rotated, by cron or by a timer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Place, Reader, Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_HOUR, _DAY, _WEEK = 3600.0, 86400.0, 604800.0
NICK = {
    "hourly": _HOUR,
    "daily": _DAY,
    "midnight": _DAY,
    "weekly": _WEEK,
    "monthly": 30 * _DAY,
    "yearly": 365 * _DAY,
    "annually": 365 * _DAY,
}
"""Words for a schedule, crontab(5) and systemd.time(7): seconds between two runs."""
_FOLDER = re.compile(r"cron\.(hourly|daily|weekly|monthly)/")
_FIELD = re.compile(r"[\d*,/\-]+|(?:sun|mon|tue|wed|thu|fri|sat)(?:,\w{3})*", re.IGNORECASE)


@dataclass(frozen=True)
class Rotation:
    """A job that rotates the fernet keys; ``every``: seconds between two of its runs."""

    at: Place
    every: float


def interval(fields: Sequence[str]) -> float | None:
    """Seconds between two runs of a crontab(5) line, by its first words; None where they are no schedule."""
    if fields and fields[0].startswith("@"):
        return NICK.get(fields[0][1:].lower())
    if len(fields) < 5 or not all(_FIELD.fullmatch(field) for field in fields[:5]):  # noqa: PLR2004 - crontab(5)
        return None
    minute, hour, day, _, weekday = fields[:5]
    for field, unit, span in ((minute, 60.0, 60), (hour, _HOUR, 24)):
        times = _times(field, span)
        if times > 1:
            return unit * span / times
    if weekday not in ("*", "?"):
        return _WEEK / max(1, _times(weekday, 7))
    return _DAY * 30 / _times(day, 30) if day not in ("*", "?") else _DAY


def _times(field: str, span: int) -> int:
    """How often a field of a schedule comes true within its span."""
    count = 0
    for part in field.split(","):
        reach, _, step = part.partition("/")
        low, dash, high = reach.partition("-")
        width = span
        if dash and low.isdecimal() and high.isdecimal():
            width = max(1, int(high) - int(low) + 1)
        elif reach != "*":
            width = span if step else 1
        count += max(1, width // max(1, int(step) if step.isdecimal() else 1))
    return count


def read_cron(source: Source) -> Iterator[Rotation]:
    """The rotations of a crontab."""
    for node in source.nodes:
        every = interval(node.words)
        if every and any("fernet_rotate" in word for word in node.words):
            yield Rotation(source.at(node), every)


def read_script(source: Source) -> Iterator[Rotation]:
    """Scripts of ``cron.daily`` and its like, and the cron lines a script writes."""
    folder = _FOLDER.search(source.name or source.path)
    for number, line in enumerate(source.text.split("\n"), start=1):
        if "fernet_rotate" not in line or line.lstrip().startswith("#"):
            continue
        words = line.strip().removeprefix("echo").strip(" \"'").split()
        every = NICK[folder.group(1)] if folder else interval(words)
        if every:
            yield Rotation(source.at(number), every)


CRON = Reader("crontab", read_cron)
IN_SCRIPTS = Reader("script", read_script)
