"""When the machine stood still: stalls as values, and how much of them fell into a stretch of time. Pure.

A client's outage may be the machine's and not the site's: hosts of a lab and the clients share processors,
memory and a disk. What is counted as a stall is only a time in which nothing could go on: a process that
wanted to run and did not, or a moment in which all that had work to do waited (``full`` of the kernel's
pressure stall information, Documentation/accounting/psi.rst). That somebody waited for something (``some``)
is what busy machines do all the time, and is told but excuses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stall:
    """Between ``began`` and ``ended``, ``who`` stood still for ``seconds`` in all.

    ``who`` is a host, the machine, a processor or the clients; ``how`` goes on with the sentence
    (``controller1`` ``waited for the disk``). Times are seconds on the run's clock.
    """

    who: str
    how: str
    began: float
    ended: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Load:
    """What the machine under the clients was busy with while they asked.

    ``waited`` is the share of the time in which some task waited for a resource (``cpu``, ``io``,
    ``memory``). ``average`` is the kernel's load average over a minute at the end, ``cores`` how many it is
    to be held against. ``untold`` says what this machine does not tell.
    """

    cores: int
    average: float
    waited: Mapping[str, float]
    stalls: tuple[Stall, ...] = ()
    untold: tuple[str, ...] = ()


def within(stalls: Iterable[Stall], began: float, ended: float) -> dict[str, float]:
    """For how long each stood still between two moments, in seconds, at least.

    Of a stall that reaches beyond them, only what cannot have lain outside counts.
    """
    found: dict[str, float] = {}
    for stall in stalls:
        outside = max(0.0, began - stall.began) + max(0.0, stall.ended - ended)
        inside = min(stall.seconds - outside, ended - began)
        if inside > 0:
            words = f"{stall.who} {stall.how}"
            found[words] = found.get(words, 0.0) + inside
    return found


def longest(stalls: Iterable[Stall], began: float, ended: float) -> tuple[float, str]:
    """The longest time for which one stood still between two moments, and who and how; (0, "") if nobody did.

    Several that stood still are not added up: they did it at the same time.
    """
    found = within(stalls, began, ended)
    words = max(found, key=lambda words: (found[words], words), default="")
    return found.get(words, 0.0), words
