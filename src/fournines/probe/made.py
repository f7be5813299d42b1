"""What exists for one run only: made on a host before it, and taken away after it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from fournines.engine.wire.transport import Transport
from fournines.errors import NinesError
from fournines.kit.check import Ask, Output


class Made:
    """A thing with an address, which is read from what ``host`` answers to ``make``; ``unmake`` ends it."""

    def __init__(
        self,
        name: str,
        transport: Transport,
        host: str,
        *,
        make: Ask,
        address: Callable[[Output], str],
        unmake: Ask,
    ) -> None:
        self.name = name
        self.transport = transport
        self.host = host
        self._make = make
        self._address = address
        self._unmake = unmake
        self._begun = False

    async def make(self) -> str:
        """Have it made; its address.

        Raises:
            OSError: it was not made.
        """
        self._begun = True
        said = await self.transport.run(
            self.host, self._make.argv, stdin=self._make.stdin, timeout=self._make.timeout
        )
        if said.code != 0:
            why = (said.stderr.strip().splitlines() or ["no answer"])[-1]
            raise OSError(f"{self.host} could not make a {self.name}: {why}")
        return self._address(said)

    async def unmake(self) -> None:
        """Take it away, if its making was begun; what cannot be reached any more is left."""
        if not self._begun:
            return
        self._begun = False
        with suppress(NinesError):  # whoever makes it anew clears up first
            await self.transport.run(
                self.host, self._unmake.argv, stdin=self._unmake.stdin, timeout=self._unmake.timeout
            )
