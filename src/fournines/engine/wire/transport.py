"""The wire: one question to one host, and its answer. Everything above talks to hosts through this."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from fournines.engine.wire.process import execute, kept
from fournines.engine.wire.ssh import OpenSsh
from fournines.errors import LateError
from fournines.kit.check import Output

__all__ = ["Call", "Fake", "Local", "OpenSsh", "Transport", "Wire"]


class Transport(Protocol):
    """Runs commands as root on hosts, by name."""

    async def run(
        self,
        host: str,
        argv: Sequence[str],
        *,
        stdin: str = "",
        timeout: float = 60.0,  # noqa: ASYNC109 - part of the wire's contract
    ) -> Output:
        """Run a command and return what it answered; a non-zero exit is an answer, not an error.

        Raises:
            TransportError: the host could not be reached, or did not finish within ``timeout`` seconds.
        """
        ...

    async def close(self) -> None:
        """End what was opened; the transport is of no use afterwards."""
        ...


class Wire(Transport, Protocol):
    """A transport by which something can also run on a host beside a block."""

    def hold(
        self,
        host: str,
        argv: Sequence[str],
        *,
        until: str,
        timeout: float = 30.0,
    ) -> AbstractAsyncContextManager[Output]:
        """Have a command run on a host beside the block, from its saying ``until`` to the block's end.

        It learns of the end by that of its standard input, also when this process or the connection dies.
        What it said instead of ``until`` before it ended is an answer, not an error.

        Raises:
            TransportError: the host could not be reached, or nothing was said within ``timeout`` seconds.
        """
        ...


@dataclass(frozen=True)
class Local:
    """Every host is this machine: for trying things, and for tests that want real programs."""

    sudo: bool = False

    async def run(
        self,
        host: str,
        argv: Sequence[str],
        *,
        stdin: str = "",
        timeout: float = 60.0,  # noqa: ASYNC109 - part of the wire's contract
    ) -> Output:
        """Run it here."""
        prefix = ("sudo", "-n", "--") if self.sudo else ()
        try:
            return await execute((*prefix, *argv), stdin=stdin, timeout=timeout)
        except TimeoutError:
            raise LateError(f"{argv[0]} did not end within {timeout:g} s", where=host) from None
        except OSError as error:
            return Output(127, "", f"{argv[0]}: {error.strerror}")

    @asynccontextmanager
    async def hold(
        self,
        host: str,
        argv: Sequence[str],
        *,
        until: str,
        timeout: float = 30.0,  # noqa: ASYNC109 - part of the wire's contract
    ) -> AsyncIterator[Output]:
        """Have it run here."""
        prefix = ("sudo", "-n", "--") if self.sudo else ()
        line = (*prefix, *argv)
        async with kept(line, until=until, timeout=timeout, program=argv[0], host=host) as said:
            yield said

    async def close(self) -> None:
        """Nothing was opened."""


@dataclass(frozen=True)
class Call:
    """One command a ``Fake`` was asked to run."""

    host: str
    argv: tuple[str, ...]
    stdin: str


Answering = Callable[[Call], "Output | Awaitable[Output]"]


@dataclass
class Fake:
    """Answers from a function instead of from hosts, and remembers what it was asked.

    The function may raise ``TransportError`` to play a host that is not there, and may be async.
    """

    answer: Answering
    calls: list[Call] = field(default_factory=list)
    holding: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The hosts on which something runs beside a block at this moment."""
    closed: bool = False

    async def run(
        self,
        host: str,
        argv: Sequence[str],
        *,
        stdin: str = "",
        timeout: float = 60.0,  # noqa: ASYNC109 - part of the wire's contract
    ) -> Output:
        """Give the canned answer."""
        del timeout
        call = Call(host, tuple(argv), stdin)
        self.calls.append(call)
        answered = self.answer(call)
        return await answered if inspect.isawaitable(answered) else answered

    @asynccontextmanager
    async def hold(
        self,
        host: str,
        argv: Sequence[str],
        *,
        until: str,
        timeout: float = 30.0,  # noqa: ASYNC109 - part of the wire's contract
    ) -> AsyncIterator[Output]:
        """Say that it does, as everything here does what it is asked."""
        del timeout
        self.holding[host] = tuple(argv)
        yield Output(0, f"{until}\n", "")
        del self.holding[host]

    async def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True
