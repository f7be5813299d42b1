"""What an outage consisted of: the moments of a takeover, from hosts' journals and from the clients. Pure.

Only what was told between the fault and the last client's first good answer belongs to it. A moment that
several hosts tell counts when the first of them told it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from fournines.drill.result import Moment, Series
from fournines.kit.probe import Milestones

WORTH = 1.0
"""Seconds of an outage from which on it is told what it consisted of."""


def moments(log: str, told: Milestones, *, zero: float) -> Iterator[Moment]:
    """What a journal tells (``journalctl -o short-unix``); ``zero`` is when the run's clock began (epoch)."""
    for line in log.splitlines():
        stamp, _, text = line.partition(" ")
        if not re.fullmatch(r"\d+\.\d+", stamp):
            continue
        for pattern, says in told.lines:
            if match := re.search(pattern, text):
                yield Moment(round(float(stamp) - zero, 3), match.expand(says))
                break


def takeover(
    found: Iterable[Moment], series: Sequence[Series], fault: tuple[float, float] | None
) -> tuple[Moment, ...]:
    """The moments of a takeover in their order, the clients' first good answers after it among them.

    Nothing without a fault, where no journal told anything, or where no client saw an outage worth telling.
    """
    found = tuple(found)
    if fault is None or not found:
        return ()
    answered = tuple(_answered(series, fault))
    if not answered:
        return ()
    last = max(moment.at for moment in answered)
    first: dict[str, Moment] = {}
    for moment in sorted(found, key=lambda one: one.at):
        if fault[0] <= moment.at <= last:
            first.setdefault(moment.what, moment)
    return tuple(sorted((*first.values(), *answered), key=lambda one: one.at))


def _answered(series: Sequence[Series], fault: tuple[float, float]) -> Iterator[Moment]:
    """Where an outage reaches beyond the undo its own end counts, not the undo."""
    for one in series:
        hurt = [o for o in one.figures.outages if fault[0] <= o.ended and o.began < fault[1]]
        longest = max(hurt, key=lambda outage: outage.seconds, default=None)
        if longest is not None and longest.seconds >= WORTH:
            yield Moment(longest.ended, f"{one.name} is answered again")
