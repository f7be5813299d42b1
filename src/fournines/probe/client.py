"""What a probe is made of: a client that makes one attempt at a time and hides nothing.

A client owns no schedule and no clock; :mod:`fournines.probe.watch` has both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from fournines.probe.sample import Reply


@dataclass(slots=True)
class Attempt:
    """The attempt under way. A client sets ``sent`` just before its request leaves.

    Whatever goes wrong before that certainly had no effect (fail); afterwards nobody can tell (unknown).
    """

    number: int
    sent: bool = False


class Client(Protocol):
    """One client of the site.

    ``name`` is unique in a run; ``kind`` is http, sql, amqp, token, object, ping, lease or vip; ``asks`` says
    in words what one attempt does. An attempt that takes longer than ``timeout`` seconds is given up. A
    ``serial`` client makes one attempt after the other, as an application with one connection would; the
    others overlap.
    """

    name: str
    kind: str
    asks: str
    interval: float
    timeout: float
    serial: bool

    async def open(self) -> None:
        """Prepare (a table, a queue); not part of what is measured.

        Raises:
            OSError: the site does not answer.
        """

    async def attempt(self, this: Attempt) -> tuple[Reply, str]:
        """Make one attempt, with no retry inside; who answered, or what was wrong with the answer.

        Raises:
            OSError: the connection failed; whoever drives the client tells fail from unknown.
        """

    async def close(self) -> None:
        """Let go of connections. Never raises and never waits for a dead peer."""
