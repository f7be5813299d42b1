"""One run at a time changes a site: two would delete each other's staged files and roll hosts together.

The lock lies on the hosts, because they are what is changed: the other operator may sit at another machine.
It is held by a program on each host that votes (``agent/hold.py``), as long as this process and its
connection live. Verbs that only look do not ask for it.
"""

from __future__ import annotations

import getpass
import json
import os
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from fournines.engine.agent import hold
from fournines.engine.agent.durable import HOME
from fournines.engine.fanout import on_each
from fournines.engine.wire.transport import Wire
from fournines.errors import HeldError, HostError, TransportError
from fournines.kit.check import Output

PLACE = f"{HOME}/held"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who changes a site: what for, since when (UTC), and the process to look for on which machine."""

    verb: str
    user: str
    machine: str
    pid: int
    since: str

    @classmethod
    def this(cls, verb: str, environment: Mapping[str, str] = os.environ) -> Holder:
        """This process, and the person behind it."""
        user = environment.get("SUDO_USER") or getpass.getuser()
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
        return cls(verb, user, socket.gethostname(), os.getpid(), now)

    def __str__(self) -> str:
        """A line about it."""
        return (
            f"nines {self.verb} of {self.user} on {self.machine} (process {self.pid}, since {self.since} UTC)"
        )


@asynccontextmanager
async def alone(
    transport: Wire, hosts: Sequence[str], who: Holder, *, place: str = PLACE
) -> AsyncIterator[None]:
    """Hold these hosts while the block runs; those that cannot be reached are left out.

    They are asked one after another: of two runs that begin at once one gets the first, the other is told.

    Raises:
        HeldError: somebody else holds one of them; nothing was done.
        HostError: the program that holds a host did not run there.
    """
    there = await _reached(transport, hosts)
    async with AsyncExitStack() as stack:
        for host in there:
            try:
                said = await stack.enter_async_context(
                    transport.hold(host, _argv(who, place), until=hold.HELD)
                )
            except TransportError:
                continue  # it went a moment ago
            refused(host, said)
        yield


async def _reached(transport: Wire, hosts: Sequence[str]) -> list[str]:
    """Those that answer, in the same order; connections are opened side by side and not in a row."""

    async def answers(host: str) -> bool:
        try:
            await transport.run(host, ("true",))
        except TransportError:
            return False  # whether it can be done without is for the run to say
        return True

    return [host for host, there in (await on_each(hosts, answers)).items() if there]


def refused(host: str, said: Output) -> None:
    """Judge what the program on a host said.

    Raises:
        HeldError, HostError: as above.
    """
    lines = said.stdout.splitlines()  # a login shell's greeting before them does no harm
    if hold.HELD in lines:
        return
    if said.code != hold.TAKEN:
        raise HostError(
            f"it cannot be held for one run at a time (exit {said.code})",
            where=host,
            try_this="python3 must be installed on the host, and the login must become root",
            output=(said.stdout + said.stderr)[-4000:],
        )
    other = _read(lines[-1] if lines else "")
    raise HeldError(
        f"{other or 'somebody else'} is changing the site; nothing was done",
        where=host,
        try_this="wait until it has ended"
        + (f", or end it there: kill {other.pid}, on {other.machine}" if other else ""),
    )


def _read(text: str) -> Holder | None:
    """Who is written there; None in the moment before the other has written it."""
    try:
        return Holder(**json.loads(text))
    except (ValueError, TypeError):
        return None


def _argv(who: Holder, place: str) -> tuple[str, ...]:
    source = Path(hold.__file__).read_text(encoding="utf-8")
    return ("python3", "-I", "-S", "-c", source, place, json.dumps(asdict(who)))
