"""The open loop: attempts start on an absolute schedule, whatever became of those before.

A closed loop (ask, wait for the answer, ask again) stops asking just when the service stalls, and so
reports one slow answer where a hundred clients would have waited.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import anyio
from anyio.abc import TaskGroup

from fournines.probe.client import Attempt, Client
from fournines.probe.sample import Reply, Sample

Clock = Callable[[], float]
"""Seconds since the run's start, monotonic."""


def new_clock() -> Clock:
    """A clock that begins at 0 now."""
    zero = time.monotonic()
    return lambda: time.monotonic() - zero


class Watch:
    """Drives clients until told to stop, handing every finished attempt to ``note``.

    Attempts of different clients are spread over the interval, so that the probes do not make the very
    bursts that they would measure.
    """

    def __init__(self, clients: Sequence[Client], *, clock: Clock, note: Callable[[Sample], None]) -> None:
        self.clients = tuple(clients)
        self.clock = clock
        self._note = note
        self._over = anyio.Event()

    def stop(self) -> None:
        """Start no further attempts; those under way are waited for."""
        self._over.set()

    async def run(self) -> None:
        """Make attempts until :meth:`stop`; returns when the last one has ended."""
        begin = self.clock()
        async with anyio.create_task_group() as clients:
            for position, client in enumerate(self.clients):
                offset = client.interval * position / len(self.clients)
                clients.start_soon(self._drive, client, begin + offset)

    async def _drive(self, client: Client, first: float) -> None:
        turn = anyio.Lock() if client.serial else None
        number = 0
        async with anyio.create_task_group() as attempts:
            while await self._reached(first + number * client.interval):
                intended = first + number * client.interval
                self._start(attempts, client, Attempt(number), intended, turn)
                number += 1

    async def _reached(self, moment: float) -> bool:
        """Sleep until the moment; False when the watch was stopped before it."""
        with anyio.move_on_after(max(0.0, moment - self.clock())):
            await self._over.wait()
        return not self._over.is_set()

    def _start(
        self, attempts: TaskGroup, client: Client, this: Attempt, intended: float, turn: anyio.Lock | None
    ) -> None:
        if turn is None:
            attempts.start_soon(self._attempt, client, this, intended)
        else:
            attempts.start_soon(self._in_turn, client, this, intended, turn)

    async def _in_turn(self, client: Client, this: Attempt, intended: float, turn: anyio.Lock) -> None:
        """An attempt of a serial client waits for those before it, but no longer than its timeout."""
        with anyio.move_on_after(intended + client.timeout - self.clock()):
            async with turn:
                with anyio.CancelScope(shield=True):
                    await self._attempt(client, this, intended)
                    return
        now = self.clock()
        self._note(
            Sample(client.name, intended, now, now, Reply.FAIL, "the connection was busy all the time")
        )

    async def _attempt(self, client: Client, this: Attempt, intended: float) -> None:
        started = self.clock()
        reply, detail = Reply.UNKNOWN if this.sent else Reply.FAIL, f"no answer in {client.timeout:g} s"
        answered = False
        try:
            with anyio.move_on_after(client.timeout):
                reply, detail = await client.attempt(this)
                answered = True
        except (OSError, EOFError) as error:
            detail = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        if not answered:
            reply = Reply.UNKNOWN if this.sent else Reply.FAIL
        self._note(Sample(client.name, intended, started, self.clock(), reply, detail))
