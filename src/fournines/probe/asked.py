"""A client that stands on a host of the site, beside what was made for a run, and asks by a command.

What a guest sees of a virtual network can be asked from nowhere else: a lease by DHCP is a broadcast.
"""

from __future__ import annotations

import time

import anyio

from fournines.errors import TransportError
from fournines.kit.probe import Asked
from fournines.probe.client import Attempt
from fournines.probe.made import Made
from fournines.probe.sample import Reply

_SERVED_WITHIN = 60.0
"""Seconds that it may take until somebody serves for the first time."""


class AskedClient:
    """Asks one command after the other where what it asks for was made; good is that somebody served it.

    The way to that host (SSH) is in each attempt, and in what it takes.
    """

    serial = True

    def __init__(self, made: Made, asked: Asked, *, patience: float = 1.0) -> None:
        self.name = made.name
        self.kind = asked.kind
        self.asks = f"{asked.what}, on {made.host}"
        self.interval = asked.interval * patience
        self.timeout = asked.timeout * patience
        self.address = ""
        self._made = made
        self._asked = asked

    async def open(self) -> None:
        """Have it made, and wait until somebody serves it for the first time.

        Raises:
            OSError: it was not made, or nobody serves it.
        """
        self.address = await self._made.make()
        until = time.monotonic() + _SERVED_WITHIN
        while True:
            reply, said = await self.attempt(Attempt(0))
            if reply is Reply.OK:
                return
            if time.monotonic() > until:
                raise OSError(f"nobody serves {self.asks} within {_SERVED_WITHIN:g} s: {said}")
            await anyio.sleep(self.interval)

    async def attempt(self, this: Attempt) -> tuple[Reply, str]:
        """One command; who served it, or what it said last."""
        this.sent = True
        ask = self._asked.ask
        try:
            said = await self._made.transport.run(
                self._made.host, ask.argv, stdin=ask.stdin, timeout=self.timeout
            )
        except TransportError as error:
            raise OSError(str(error)) from error
        server = self._asked.served(said)
        if server is not None:
            return Reply.OK, server
        return Reply.FAIL, (said.stderr.strip().splitlines() or [f"exit {said.code}"])[-1]

    async def close(self) -> None:
        """Take away what was made."""
        await self._made.unmake()
