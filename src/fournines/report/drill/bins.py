"""Many samples, few columns: what a chart can show of 100,000 attempts without hiding a bad one.

A column keeps the worst latency and the number of failures beside the median, so one slow or failed
attempt among a thousand good ones is still seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fournines.probe.outage import percentile
from fournines.probe.sample import Reply, Sample


@dataclass(frozen=True, slots=True)
class Column:
    """The attempts that were meant to start in one slice of time.

    ``median`` and ``worst`` are latencies of the good ones in seconds, None where there was none.
    """

    ok: int = 0
    failed: int = 0
    unknown: int = 0
    median: float | None = None
    worst: float | None = None


def columns(samples: Iterable[Sample], *, began: float, ended: float, count: int) -> tuple[Column, ...]:
    """Sort samples by intended start into ``count`` equal slices of ``began`` to ``ended``.

    A slice contains its begin; the last one its end as well. Samples outside belong to none.
    """
    slices: list[list[Sample]] = [[] for _ in range(count)]
    length = (ended - began) / count
    for sample in samples:
        if began <= sample.intended <= ended:
            place = int((sample.intended - began) / length) if length > 0 else 0
            slices[min(place, count - 1)].append(sample)
    return tuple(_column(members) for members in slices)


def _column(members: list[Sample]) -> Column:
    good = [s.latency for s in members if s.good]
    return Column(
        ok=len(good),
        failed=sum(s.reply is Reply.FAIL for s in members),
        unknown=sum(s.reply is Reply.UNKNOWN for s in members),
        median=percentile(good, 0.5),
        worst=max(good, default=None),
    )
