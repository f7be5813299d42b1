"""The wire: one question to one host, and its answer. Everything above talks to hosts through this."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from fournines.engine.wire.process import execute
from fournines.engine.wire.ssh import OpenSsh
from fournines.errors import LateError
from fournines.kit.check import Output

__all__ = ["Call", "Fake", "Local", "OpenSsh", "Transport"]


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

    async def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True
