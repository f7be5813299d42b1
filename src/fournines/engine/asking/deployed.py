"""Which hosts fournines has deployed something to before."""

from __future__ import annotations

from collections.abc import Iterable

from fournines.engine.agent.durable import HOME
from fournines.engine.asking.ask import ask_all
from fournines.engine.wire.transport import Transport
from fournines.kit.check import Ask

_STAMPS = Ask(("find", f"{HOME}/stamps", "-name", "*.json", "-print", "-quit"))
"""A unit that was started leaves its stamp."""


async def deployed(transport: Transport, hosts: Iterable[str]) -> tuple[str, ...]:
    """Those of the hosts on which a unit was started before. A host that is not there counts as new."""
    asked = tuple(hosts)
    heard = await ask_all(transport, [(host, _STAMPS) for host in asked])
    return tuple(host for host in asked if (answer := heard[host, _STAMPS]) and answer.stdout.strip())
