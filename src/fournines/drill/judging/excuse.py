"""Who was slow: the site, or the machine under it? Pure.

A bound in seconds that is missed says something about the site only where the machine let the site work.
Where the machine stood still for longer than the bound was missed by, and within the very outage, nobody
can tell: that is *unknown*, neither a pass nor a fail.

Only seconds are excused here. Writes that were lost, two owners of the VIP at rest, a refused token and a
site that does not heal are judged by :mod:`fournines.drill.judging.invariants`, without asking the machine.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fournines.kit.verdict import Verdict, failed, passed, unknown
from fournines.probe.machine.stall import Stall, longest
from fournines.probe.outage import Outage

TOLD = 0.1
"""A stall of a missed bound that was no excuse is named from this many seconds on."""


def held(outages: Sequence[Outage], bound: float, stalls: Sequence[Stall]) -> Verdict:
    """Whether no outage was longer than ``bound`` seconds, with the machine's stalls held against it.

    Every outage beyond the bound needs an excuse of its own: one without makes it a fail.
    """
    beyond = [o for o in outages if o.seconds > bound]
    if not beyond:
        return passed(_seconds(max((o.seconds for o in outages), default=0.0)))
    judged = [(o, *longest(stalls, o.began, o.ended)) for o in beyond]
    unexcused = [one for one in judged if one[1] <= one[0].seconds - bound]
    outage, stalled, who = max(unexcused or judged, key=lambda one: one[0].seconds)
    lasted, stood = _seconds(outage.seconds), f"the machine stalled {stalled:.1f} s"
    if not unexcused:
        return unknown(f"{stood}: {who}; it lasted {lasted}")
    return failed(lasted if stalled < TOLD else f"{lasted}; {stood} of it: {who}")


def without(stalls: Sequence[Stall], hurt: Collection[str]) -> tuple[Stall, ...]:
    """The stalls that may excuse a site: those of a host that was hurt on purpose are the fault itself."""
    return tuple(stall for stall in stalls if stall.who not in hurt)


def _seconds(value: float) -> str:
    return f"{value:.2f} s"
