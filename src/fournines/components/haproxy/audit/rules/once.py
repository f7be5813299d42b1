"""What holds of several hosts alike is one finding: the file was made once, and is corrected once."""

from __future__ import annotations

from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING

from fournines.kit.audit.rule import Hit, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fournines.kit.audit.evidence import Evidence

    Judge = Callable[[Evidence], Iterator[Hit | Unknown]]


def once(judge: Judge) -> Judge:
    """A judge that says the same of several hosts once, with the places on the other hosts beside it."""

    @wraps(judge)
    def folded(site: Evidence) -> Iterator[Hit | Unknown]:
        groups: dict[object, list[Hit]] = {}
        for said in judge(site):
            if isinstance(said, Unknown):
                yield said
            else:
                groups.setdefault((said.what, said.severity, said.fix), []).append(said)
        for hits in groups.values():
            yield from _fold(hits)

    return folded


def _fold(hits: list[Hit]) -> Iterator[Hit]:
    """One hit for the first of each host; a second one of the same host stays a finding of its own."""
    first = hits[0]
    beside = {}
    for hit in hits[1:]:
        if hit.at.host in ("", first.at.host) or hit.at.host in beside:
            yield hit
        else:
            beside[hit.at.host] = hit
    also = f" (also on {', '.join(beside)})" if beside else ""
    places = tuple(place for hit in beside.values() for place in (hit.at, *hit.related))
    yield replace(first, what=first.what + also, related=(*first.related, *places))
