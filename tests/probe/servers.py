"""Servers that stall and refuse on a schedule, in this process."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio


class Http:
    """Answers 200 unless told otherwise. ``mode``: serve, stall, reset, or a status."""

    def __init__(self) -> None:
        self.mode = "serve"
        self.status = 200
        self.accepted = 0
        self.held = 0
        self.resume = asyncio.Event()

    def stall(self) -> None:
        """Accept and say nothing until ``go_on``; then answer all who waited."""
        self.mode, self.resume = "stall", asyncio.Event()

    def go_on(self) -> None:
        """Serve again."""
        self.mode = "serve"
        self.resume.set()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.accepted += 1
        try:
            asked = await reader.readuntil(b"\r\n\r\n")
            if self.mode == "stall":
                self.held += 1
                await self.resume.wait()
            if self.mode != "reset":
                writer.write(self.answer(asked))
                await writer.drain()
        except (OSError, EOFError):
            pass  # the client gave up
        finally:
            writer.close()

    def answer(self, asked: bytes) -> bytes:
        """The response to a request."""
        del asked
        return f"HTTP/1.1 {self.status} X\r\nContent-Length: 2\r\n\r\nok".encode()


@asynccontextmanager
async def serving(server: Http, certificate: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Listen on a loopback port, behind TLS if there is a certificate; the port."""
    listener = await asyncio.start_server(server.accept, "127.0.0.1", ssl=certificate)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()


async def until(reached: Callable[[], bool]) -> None:
    """Wait for something to have happened, however slow the machine is."""
    with anyio.fail_after(60):
        while not reached():  # noqa: ASYNC110 - what is watched knows nothing of it
            await anyio.sleep(0.002)
