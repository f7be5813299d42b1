"""What a check concludes: pass, fail or unknown, always with what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterable


class Outcome(StrEnum):
    """How a promise stands. Unknown is never a pass: nothing was learned."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"


_WORST_FIRST = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A check's conclusion.

    It has no truth value on purpose: ``if verdict:`` would let an unknown pass by accident.
    """

    outcome: Outcome
    seen: str

    def __bool__(self) -> NoReturn:
        """Refuse: compare ``outcome`` instead."""
        raise TypeError("a Verdict is neither true nor false; look at its outcome")

    @property
    def passed(self) -> bool:
        """Whether the promise was seen to hold."""
        return self.outcome is Outcome.PASS


def passed(seen: str) -> Verdict:
    """The promise holds; ``seen`` is the evidence."""
    return Verdict(Outcome.PASS, seen)


def failed(seen: str) -> Verdict:
    """The promise is broken; ``seen`` is the evidence."""
    return Verdict(Outcome.FAIL, seen)


def unknown(seen: str) -> Verdict:
    """Nothing could be learned; ``seen`` says why."""
    return Verdict(Outcome.UNKNOWN, seen)


def worst(verdicts: Iterable[tuple[str, Verdict]], *, all_well: str | None = None) -> Verdict:
    """Fold verdicts of several places into one: a fail beats an unknown, an unknown beats a pass.

    Args:
        verdicts: (place, verdict) pairs; no pair at all is unknown, never a pass.
        all_well: what to say when every one passed; their own words when None.
    """
    listed = list(verdicts)
    for outcome in _WORST_FIRST:
        chosen = [(place, v) for place, v in listed if v.outcome is outcome]
        if chosen:
            said = "; ".join(f"{place}: {v.seen}" for place, v in chosen)
            return Verdict(outcome, all_well if outcome is Outcome.PASS and all_well else said)
    return unknown("nothing was asked")
