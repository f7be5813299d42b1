"""The VIP's owners over time, from what the VIP client saw. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from fournines.drill.result import Owned
from fournines.probe.outage import Outage, toll
from fournines.probe.sample import Sample
from fournines.probe.vip import NOBODY, SHARED


def band(samples: Iterable[Sample]) -> tuple[Owned, ...]:
    """Who answered for the VIP, as one span per uninterrupted owner.

    A span begins with the question that was first answered so and ends where the next span begins. An
    attempt that could not ask (its turn never came) says nothing about owners and is left out.
    """
    spans: list[Owned] = []
    for sample in sorted(samples, key=lambda s: s.started):
        hosts = _owners(sample)
        if hosts is None:
            continue
        last = spans[-1] if spans else None
        if last is not None and last.hosts == hosts:
            spans[-1] = Owned(hosts, last.began, sample.ended)
        else:
            if last is not None:
                spans[-1] = Owned(last.hosts, last.began, sample.started)
            spans.append(Owned(hosts, sample.started, sample.ended))
    return tuple(spans)


def _owners(sample: Sample) -> tuple[str, ...] | None:
    if sample.good or SHARED in sample.detail:
        return tuple(sample.detail.split(SHARED))
    return () if sample.detail == NOBODY else None


def moves(spans: Iterable[Owned]) -> int:
    """How often the VIP changed hosts; a time with no owner or with two is part of the change."""
    single = [span.hosts[0] for span in spans if len(span.hosts) == 1]
    return sum(a != b for a, b in itertools.pairwise(single))


def shared(spans: Iterable[Owned], began: float, ended: float) -> tuple[Outage, ...]:
    """When several hosts answered for the VIP between two moments."""
    several = (Outage(span.began, span.ended) for span in spans if len(span.hosts) > 1)
    return toll(several, began, ended).outages
