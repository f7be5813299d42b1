"""Waiting until every check of the site passes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import anyio

from fournines.kit.check import Check
from fournines.kit.verdict import Verdict
from fournines.probe.watch import Clock

Judged = list[tuple[Check, Verdict]]
Asker = Callable[[Sequence[Check]], Awaitable[Judged]]
"""Asks hosts what checks want to know and judges the answers."""


@dataclass(frozen=True)
class Settled:
    """How waiting ended.

    ``at`` is when the last check was seen to pass, None if that did not happen in time; then ``waiting``
    are those that had not passed, with what was seen of them last.
    """

    at: float | None
    waiting: Judged


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
    told: Callable[[Judged], None] = lambda _: None,
) -> Settled:
    """Ask until one whole round passes, or ``within`` seconds are over.

    Only what has not passed yet is asked again, because asking costs the hosts something; when all have
    passed once, one round of everything must pass as a whole: a check that passed early may have
    turned meanwhile.
    """
    deadline = clock() + within
    open_checks = list(checks)
    waiting: Judged = []
    while True:
        whole = len(open_checks) == len(checks)
        with anyio.move_on_after(max(0.0, deadline - clock())):
            waiting = not_passed(await ask(open_checks))
            told(waiting)
            if not waiting and whole:
                return Settled(clock(), [])
            open_checks = [check for check, _ in waiting] or list(checks)
            if waiting:
                await anyio.sleep(pause)
        if clock() >= deadline:
            return Settled(None, waiting)
