"""I12: whoever is lost is known to be off before anything of it is started elsewhere. Pure.

Two owners of an address or of data are not seen by clients on one side of a cut. What tells is the order of
events in the journals of those who were not hurt: first the fencing, then the first start or promotion.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from fournines.drill.result import Judgement, Moment
from fournines.drill.scenario import Scenario
from fournines.kit.probe import Milestones
from fournines.kit.verdict import Verdict, failed, passed, unknown


def fenced_first(
    scenario: Scenario,
    moments: Iterable[Moment],
    told: Sequence[Milestones],
    *,
    hurt: Collection[str],
    fault: tuple[float, float] | None,
) -> Iterator[Judgement]:
    """The judgement, where the scenario has it."""
    if not scenario.fences or fault is None:
        return
    within = [moment for moment in moments if fault[0] <= moment.at <= fault[1]]
    off = _first(within, [one.fenced for one in told], lambda host: host in hurt)
    taken = _first(within, [one.taken for one in told], lambda host: host not in hurt)
    yield Judgement(
        "I12.fenced",
        "who is lost is fenced before anything is started elsewhere",
        _verdict(hurt, off, min(taken.values(), default=None), fault[0]),
    )


def _first(moments: Iterable[Moment], patterns: Sequence[str], of: Callable[[str], bool]) -> dict[str, float]:
    """Each host that the patterns' group names, with the first moment at which it is."""
    found: dict[str, float] = {}
    for moment in sorted(moments, key=lambda one: one.at):
        for pattern in filter(None, patterns):
            if (match := re.fullmatch(pattern, moment.what)) and of(match[1]):
                found.setdefault(match[1], moment.at)
    return found


def _verdict(hurt: Collection[str], off: dict[str, float], taken: float | None, began: float) -> Verdict:
    missing = sorted(set(hurt) - set(off))
    if taken is None:
        return unknown("no journal tells that anything was started elsewhere")
    if missing:
        return failed(f"{', '.join(missing)} never fenced, a start elsewhere after {taken - began:.1f} s")
    last = max(off.values())
    said = f"fenced after {last - began:.1f} s, the first start elsewhere after {taken - began:.1f} s"
    return passed(said) if last <= taken else failed(said)
