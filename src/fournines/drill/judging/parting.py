"""Members of a cluster that lost one another because the machine stood still. Pure.

A machine that stands still for a second costs a cluster more than that second: its members suspect one
another, and agree anew who is there when the machine goes on. Clients wait for that too, and no site is to
blame for it. It is believed only where the cluster's own journal names the moment, where the machine stood
still just before it, and where the members came together soon; the time in which a fault is on is left out,
for then a loss is what the fault does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fournines.kit.probe import Membership
from fournines.probe.machine.stall import Stall, longest

SHARE = 0.5
"""The part of the silence after which a member is suspected that the machine must have stood still for."""
SLACK = 0.5
"""Seconds by which a suspicion may come late: looking for silent members has a pace of its own."""
LONGEST = 10.0
"""Seconds after which members that have not come together are the site's own trouble."""


@dataclass(frozen=True, slots=True)
class Parting:
    """A member of ``cluster`` on ``host`` suspected another at ``began`` and had a quorum at ``ended``.

    Seconds on the run's clock. ``patience`` is the silence it took, in seconds.
    """

    cluster: str
    host: str
    began: float
    ended: float
    patience: float


def partings(log: str, told: Membership, host: str, *, zero: float) -> Iterator[Parting]:
    """What a journal tells (``journalctl -o short-unix``); ``zero`` is when the run's clock began (epoch).

    One that has not ended is none: nothing excuses members that never came together.
    """
    began: float | None = None
    for line in log.splitlines():
        stamp, _, text = line.partition(" ")
        if not re.fullmatch(r"\d+\.\d+", stamp):
            continue
        at = float(stamp) - zero
        if began is None and re.search(told.lost, text):
            began = at
        elif began is not None and re.search(told.whole, text):
            yield Parting(told.cluster, host, began, at, told.patience)
            began = None


def consequent(
    stalls: Sequence[Stall], found: Iterable[Parting], *, fault: tuple[float, float] | None
) -> tuple[Stall, ...]:
    """The stalls by which members lost one another, each as one that lasted until they were together."""
    longer = []
    for one in found:
        reach = one.patience + SLACK
        stood, who = longest(stalls, one.began - reach, one.began)
        stood = min(stood, reach)  # stalls of one resource are taken not to overlap
        by_fault = fault is not None and fault[0] <= one.began <= fault[1]
        if by_fault or stood < SHARE * one.patience or one.ended - one.began > LONGEST:
            continue
        how = f"for {stood:.1f} s, by which {one.cluster} on {one.host} lost a member"
        began = one.began - stood
        longer.append(Stall(who, how, began, one.ended, one.ended - began))
    return tuple(longer)
