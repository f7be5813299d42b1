"""The barrier at a phase's end: waiting for checks, never for a sleep."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import anyio

from fournines.engine.asking.ask import verdicts
from fournines.engine.wire.transport import Transport
from fournines.errors import BarrierError
from fournines.kit.check import Check
from fournines.kit.verdict import Verdict

_SOON = 0.3
_LATER = 1.0
"""Seconds between two questions: at first often, because most things come up quickly, then less."""

Waiting = Callable[[Sequence[tuple[Check, Verdict]]], None]
"""Is told what is not yet well, each time that changed."""


async def wait_until_well(
    transport: Transport,
    checks: Sequence[Check],
    *,
    waiting: Waiting = lambda _: None,
    clock: Callable[[], float] = anyio.current_time,
) -> float:
    """Ask until every check passes at the same time; returns the seconds that took.

    Hosts that are slow to answer are left alone for as long as the last answers took: what is waited for
    needs their processors too.

    Raises:
        BarrierError: a check did not pass within its own ``seconds``.
    """
    began = clock()
    told: list[tuple[str, str]] = []
    pause = _SOON
    while True:
        asked = clock()
        found = await verdicts(transport, checks)
        unwell = [(check, verdict) for check, verdict in found if not verdict.passed]
        elapsed = clock() - began
        if not unwell:
            return elapsed
        news = [(check.id, verdict.seen) for check, verdict in unwell]
        if news != told:
            waiting(unwell)
            told = news
        for check, verdict in unwell:
            if elapsed >= check.seconds:
                raise BarrierError(
                    f"{check.id} did not pass within {check.seconds:g} s: {check.promise}; "
                    f"seen: {verdict.seen}",
                    where=", ".join(check.asks),
                    try_this="look at the daemon's log on that host, then run the same command again",
                )
        await anyio.sleep(max(pause, clock() - asked))
        pause = min(_LATER, pause * 1.3)
