"""Waiting until every check of the site passes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import anyio

from fournines.kit.check import Check
from fournines.kit.listed import first_few
from fournines.kit.verdict import Verdict, unknown
from fournines.probe.watch import Clock

FIRST = 4
"""How many open checks are asked at once to begin with."""
Judged = list[tuple[Check, Verdict]]
Asker = Callable[[Sequence[Check]], Awaitable[Judged]]
"""Asks hosts what checks want to know and judges the answers."""


@dataclass(frozen=True)
class Settled:
    """How waiting ended.

    ``at`` is when the last check was seen to pass, None if that did not happen in time; then ``waiting``
    are those that had not passed, with what was seen of them last. ``by_hand`` says that somebody ended it.
    """

    at: float | None
    waiting: Judged
    by_hand: bool = False

    @property
    def words(self) -> str:
        """What had not passed, and why."""
        return first_few([f"{check.id}: {verdict.seen}" for check, verdict in self.waiting], 5, between="; ")


def not_passed(judged: Judged) -> Judged:
    """Those that fail or are unknown."""
    return [(check, verdict) for check, verdict in judged if not verdict.passed]


async def settle(
    ask: Asker,
    checks: Sequence[Check],
    *,
    clock: Clock,
    within: float,
    pause: float = 1.0,
    unwell: bool = False,
    least: float = 0.0,
    told: Callable[[Judged], None] = lambda _: None,
) -> Settled:
    """Ask until every check has passed since the last one that did not, or ``within`` seconds are over.

    A round may take ``least`` seconds also when they are, so that who allows no time at all is still told
    what the site is like.

    Asking costs the hosts something, just when they have most to do. So only the first few that have not
    passed yet are asked, in the plan's order, in which what others need comes first; the more pass, the
    more are asked at once. What passed before another check failed may have turned meanwhile, and is asked
    again at the end. A site that is well is asked for everything at once; one that is known to be ``unwell``
    is not asked for everything before it had the time to heal. Between two rounds lie ``pause`` seconds,
    or as many as the last one took, but no more than leave time for another like it: what takes most of
    the time there is would else be asked once only.
    """
    deadline = clock() + within
    open_checks = tuple(checks) if unwell else ()
    passed: frozenset[str] = frozenset()
    few = FIRST
    while True:
        asked = open_checks[:few] or tuple(check for check in checks if check.id not in passed)
        begun = clock()
        waiting = [(check, unknown("not answered when the time was up")) for check in asked]
        with anyio.move_on_after(max(least, deadline - begun)):
            waiting = not_passed(await ask(asked))
            told(waiting)
            bad = {check.id for check, _ in waiting}
            passed = frozenset() if bad else passed.union(check.id for check in asked)
            if len(passed) == len(checks):
                return Settled(clock(), [])
            later = open_checks[few:] if open_checks else ()
            open_checks = (*(check for check in asked if check.id in bad), *later)
            few = FIRST if bad else 2 * few
            if bad:
                took, left = clock() - begun, max(0.0, deadline - clock())
                await anyio.sleep(max(min(pause, left), min(took, left - took)))
        if clock() >= deadline:
            return Settled(None, waiting)
