"""Every way through a script, and what must have been true at its end.

An abstract interpreter. A state is a status, the values of names, and the facts that hold on every way to it;
states of equal status and names are joined, and only the facts both have are kept. So the facts at the end
are a lower bound: what they say was asked and answered so on *every* way there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.kit.audit.status.pool import ANSWER, ASKED, UNKNOWN, Outcome, common
from fournines.kit.audit.status.walk.blocks import TooMuchError, Walker

if TYPE_CHECKING:
    from fournines.kit.audit.status import steps as s
    from fournines.kit.audit.status.ask import Question
    from fournines.kit.audit.status.words import Names


def outcome(
    step: s.Step, *, names: dict[str, str] | None = None, forced: tuple[Question, bool] | None = None
) -> Outcome:
    """How these steps may end. ``names`` are set before; ``forced`` is one question whose answer is given."""
    walker = Walker(forced)
    start: Names = frozenset((names or {}).items())
    try:
        last = walker.walk(step, {("0", start): frozenset()}, guarded=False)
    except (TooMuchError, RecursionError):
        return UNKNOWN
    ends = [*last.items(), *walker.ends.items(), *walker.raised.items()]
    if walker.trapped:
        ends = [((walker.trapped, names_), facts) for (_, names_), facts in ends]
    return Outcome(
        common(f for (code, _), f in ends if code == "0"), common(f for (code, _), f in ends if code != "0")
    )


def questions(step: s.Step) -> tuple[Question, ...]:
    """Everything the steps ask, in the order in which it is met."""
    walker = Walker(None)
    try:
        walker.walk(step, {("0", frozenset()): frozenset()}, guarded=False)
    except (TooMuchError, RecursionError):
        return ()
    return tuple(walker.met)


def answers(step: s.Step) -> tuple[frozenset[str], frozenset[int]]:
    """The statuses of HTTP these steps may print before they end, and the lines that print one.

    ``""`` is a way that ends without one, and ``"?"`` one that was not made out. Ways that end before any
    program was asked (a word about the usage) do not count where others ask one. Nothing at all: there is no
    end, or they are too much to follow.
    """
    walker = Walker(None, traces=True)
    try:
        last = walker.walk(step, {("0", frozenset()): frozenset()}, guarded=False)
    except (TooMuchError, RecursionError):
        return frozenset(), frozenset()
    ends = [dict(names) for pool in (last, walker.ends, walker.raised) for _, names in pool]
    told = [names for names in ends if ANSWER in names or ASKED in names]
    counted = told if any(ASKED in names for names in told) else ends
    return frozenset(str(names.get(ANSWER, "")) for names in counted), frozenset(walker.answered)
