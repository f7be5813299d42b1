"""What a client's attempts say about a service: outages, availability, latency. Pure arithmetic.

**Outage.** A client that is answered every ``interval`` seconds may wait that long between two good
answers. It sees an outage when a good answer is overdue: for two consecutive good answers that
arrived at *a* and *b*, the outage is ``b - a - interval`` seconds long and lasts from ``a + interval``
to *b*, provided an attempt meant to start between them did not succeed, or *b* came more than one
whole interval late (less is the schedule's own jitter). Before the first and after the last good
answer the edges of the observation stand in for the missing answer.

Arrivals are compared, not starts: a commit that stalls for 1.2 s and then succeeds, with all that
queued up behind it, has an outage of 1.2 s although no attempt failed. Where attempts fail fast it is
the same as the time "from the last good start to the next good start" by which VRRP fail-over is
measured, less the interval, and the same as "first to last error" of OpenStack's performance-docs
(reliability test plan, version 2) with the neighbouring successes counted in: never smaller.

**Availability.** The worst share of good attempts in any window of a given length (Hauer et al.,
"Meaningful Availability", NSDI 2020): one long outage and many short ones look different in it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import ceil

from fournines.probe.sample import Reply, Sample

WINDOWS = (1.0, 10.0, 60.0)
"""Window lengths for the worst availability, in seconds."""


@dataclass(frozen=True, slots=True)
class Outage:
    """A time without a good answer, from ``began`` to ``ended`` (seconds on the run's clock)."""

    began: float
    ended: float

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        return self.ended - self.began


@dataclass(frozen=True, slots=True)
class Latency:
    """Latency of the good attempts in a part of the run, in seconds; None where there were none."""

    count: int
    p50: float | None
    p99: float | None


@dataclass(frozen=True, slots=True)
class Toll:
    """What a part of a run cost a client: its outages, cut to that part; the longest, and all, in seconds."""

    outages: tuple[Outage, ...]
    longest: float
    total: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What one client saw in one run.

    ``outages`` are in order; ``longest`` and ``total`` are None when nothing was attempted, because
    nothing was learned. ``by_fault`` is what happened from the injection to the begin of the undo,
    ``by_return`` what happened from there on; None in a run without a fault or where nothing was
    attempted. ``worst`` maps a window's length in seconds to the worst share of good
    attempts in it; windows longer than the observation are left out. ``before``, ``during`` and
    ``after`` are the latencies by intended start relative to the fault. ``lag`` is the longest time
    by which the probe itself started an attempt late.
    """

    attempts: int
    ok: int
    failed: int
    unknown: int
    outages: tuple[Outage, ...]
    longest: float | None
    total: float | None
    worst: Mapping[float, float]
    before: Latency
    during: Latency
    after: Latency
    lag: float
    by_fault: Toll | None = None
    by_return: Toll | None = None


def outages(samples: Iterable[Sample], *, interval: float, began: float, ended: float) -> tuple[Outage, ...]:
    """The outages between ``began`` and ``ended``, as defined at the top of this module."""
    ordered = sorted(samples, key=lambda s: s.intended)
    bad = [s.intended for s in ordered if not s.good]
    answers = sorted(min(max(s.ended, began), ended) for s in ordered if s.good)
    edges = [began, *answers, ended]
    found = []
    for a, b in pairwise(edges):
        overdue = b - a - interval
        missed = bisect_left(bad, b) > bisect_left(bad, a)
        if overdue > interval or (missed and overdue > 0):
            found.append(Outage(a + interval, b))
    return tuple(found)


def toll(found: Iterable[Outage], began: float, ended: float) -> Toll:
    """What these outages cost between two moments; one that reaches beyond them is cut there."""
    cut = (Outage(max(o.began, began), min(o.ended, ended)) for o in found)
    inside = tuple(o for o in cut if o.seconds > 0)
    lengths = [o.seconds for o in inside]
    return Toll(inside, max(lengths, default=0.0), sum(lengths))


def worst_availability(
    samples: Iterable[Sample], window: float, *, began: float, ended: float
) -> float | None:
    """The smallest share of good attempts in any window of that length within the observation.

    None when the observation is shorter than the window or no attempt was meant to start in it.
    Windows are half open and begin at an attempt's intended start, or end with the observation: the
    share only changes there.
    """
    if ended - began < window:
        return None
    ordered = sorted((s for s in samples if began <= s.intended < ended), key=lambda s: s.intended)
    starts = [s.intended for s in ordered]
    good = [0, *accumulate(int(s.good) for s in ordered)]
    shares = []
    for left in [*(t for t in starts if t + window <= ended), ended - window]:
        i, j = bisect_left(starts, left), bisect_left(starts, left + window)
        if j > i:
            shares.append((good[j] - good[i]) / (j - i))
    return min(shares, default=None)


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that ``share`` of all values do not exceed (nearest rank); None of nothing."""
    if not values:
        return None
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]


def latency(samples: Iterable[Sample]) -> Latency:
    """Latency of the good ones among these."""
    seconds = [s.latency for s in samples if s.good]
    return Latency(len(seconds), percentile(seconds, 0.5), percentile(seconds, 0.99))


def lag(samples: Iterable[Sample], *, serial: bool) -> float:
    """The longest time by which an attempt started late through the probe's own fault, in seconds.

    A serial client that still waits for an answer is late through the service's fault: that is part of
    its latency, not of its lag.
    """
    longest = busy_until = 0.0
    for sample in sorted(samples, key=lambda s: (s.started, s.intended)):
        due = max(sample.intended, busy_until) if serial else sample.intended
        longest = max(longest, sample.started - due)
        busy_until = max(busy_until, sample.ended)
    return longest


def figures(
    samples: Sequence[Sample],
    *,
    interval: float,
    observed: tuple[float, float],
    fault: tuple[float, float] | None = None,
    serial: bool = False,
) -> Figures:
    """Everything that can be said of one client's attempts.

    Args:
        samples: the attempts of one probe.
        interval: seconds between two intended starts.
        observed: from when to when the probe was meant to be answered.
        fault: from when to when the fault lasted; None in a run without one (all of it is before).
        serial: the client makes one attempt after the other.
    """
    began, ended = observed
    hurt, healed = fault or (ended, ended)
    found = outages(samples, interval=interval, began=began, ended=ended) if samples else ()
    shares = {w: worst_availability(samples, w, began=began, ended=ended) for w in WINDOWS}
    return Figures(
        attempts=len(samples),
        ok=sum(s.reply is Reply.OK for s in samples),
        failed=sum(s.reply is Reply.FAIL for s in samples),
        unknown=sum(s.reply is Reply.UNKNOWN for s in samples),
        outages=found,
        longest=max((o.seconds for o in found), default=0.0) if samples else None,
        total=sum(o.seconds for o in found) if samples else None,
        worst={window: share for window, share in shares.items() if share is not None},
        before=latency(s for s in samples if s.intended < hurt),
        during=latency(s for s in samples if hurt <= s.intended < healed),
        after=latency(s for s in samples if fault and s.intended >= healed),
        lag=lag(samples, serial=serial),
        by_fault=toll(found, hurt, healed) if fault and samples else None,
        by_return=toll(found, healed, ended) if fault and samples else None,
    )
