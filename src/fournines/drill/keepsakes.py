"""What a host was given before it was hurt, and who had it back: images, whose bits must outlive a host.

A keepsake is a ledger of one entry: put through the host that is about to be hurt, acknowledged, and read
back twice: while that host is gone, from whoever is left, and once the site has healed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import anyio

from fournines.drill.journal import Journal
from fournines.engine.wire.transport import Transport
from fournines.errors import DrillError, TransportError
from fournines.kit.check import Ask, Output
from fournines.kit.context import Context
from fournines.kit.probe import Keepsake
from fournines.kit.program import complaint, heard
from fournines.probe.ledger import Account, account
from fournines.probe.sample import Reply

PATIENCE, PAUSE = 10.0, 0.5
"""Seconds to ask again for as long as nobody can say, and between two questions."""
WITHOUT, AFTERWARDS = "the others", "the healed site"


@dataclass
class Kept:
    """One of them: what it is, through which host it was put, what was answered then, who had it back."""

    keepsake: Keepsake
    host: str
    answer: Mapping[str, Any]
    read: dict[str, list[int] | None] = field(default_factory=dict)


class Keeper:
    """Puts a site's keepsakes and has them back; asks on a host that is not hurt."""

    def __init__(self, context: Context, transport: Transport, journal: Journal) -> None:
        self._context = context
        self._transport = transport
        self._journal = journal
        self._kept: list[Kept] = []

    async def put(self, hosts: Sequence[str]) -> None:
        """Give every keepsake to each of these hosts that takes it.

        Raises:
            DrillError: one of them does not take it, though nothing is hurt yet.
        """
        for keepsake in self._context.declared(Keepsake):
            for host in (name for name in hosts if name in keepsake.hosts):
                output = await self._said(keepsake.put(self._context, host), self._context.client_host)
                answer = heard(output) if output is not None else None
                if answer is None:
                    why = complaint(output) if output is not None else "no answer"
                    raise DrillError(f"{host} does not take an {keepsake.name}: {why}")
                self._kept.append(Kept(keepsake, host, answer))

    async def read(self, when: str, hurt: Sequence[str]) -> None:
        """Have all of them back, asked where nobody is ``hurt``; nobody asks where everybody is."""
        asking = asks_from(self._context, hurt)
        for kept in self._kept if asking is not None else ():
            question = kept.keepsake.get(self._context, kept.answer, last=when == AFTERWARDS)
            output = await self._answer(question, asking or "")
            kept.read[when] = had_back(output)
            self._journal.says(
                "a keepsake",
                name=kept.keepsake.name,
                host=kept.host,
                when=when,
                answer=output and asdict(output),
            )

    def accounts(self) -> tuple[Account, ...]:
        """The balance of each: acknowledged once, and read from whom."""
        return tuple(
            account(f"{kept.keepsake.name} through {kept.host}", {0: Reply.OK}, kept.read)
            for kept in self._kept
        )

    async def _answer(self, ask: Ask, host: str) -> Output | None:
        """The first answer that says something of it, within some patience: an outage is no loss."""
        output = None
        with anyio.move_on_after(PATIENCE):
            while had_back(output := await self._said(ask, host)) is None:  # noqa: ASYNC110 - it is asked
                await anyio.sleep(PAUSE)
        return output

    async def _said(self, ask: Ask, host: str) -> Output | None:
        try:
            return await self._transport.run(host, ask.argv, stdin=ask.stdin, timeout=ask.timeout)
        except TransportError:
            return None


def asks_from(context: Context, hurt: Sequence[str]) -> str | None:
    """The host where a client is played while some are hurt: the site's own if it is well, else another."""
    well = [host.name for host in context.site.hosts.values() if host.name not in hurt]
    first = context.client_host
    return first if first in well else next(iter(well), None)


def had_back(output: Output | None) -> list[int] | None:
    """The ledger's entries that an answer shows: the one there is, or none; None if nobody could say."""
    answer = heard(output) if output is not None else None
    if answer is None or not isinstance(answer.get("same"), bool):
        return None
    return [0] if answer["same"] else []
