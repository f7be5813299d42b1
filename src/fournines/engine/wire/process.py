"""Running a program on the operator's machine, bounded in time."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from subprocess import PIPE, STDOUT

import anyio
from anyio.abc import ByteReceiveStream, Process

from fournines.errors import LateError
from fournines.kit.check import Output

_PARTING = 5.0
"""Seconds that a program is given to end after its standard input has."""


async def execute(
    argv: Sequence[str],
    *,
    stdin: str = "",
    timeout: float,  # noqa: ASYNC109 - a program that is late is killed, not only left
    env: Mapping[str, str] | None = None,
) -> Output:
    """Run a program to its end and return what it said.

    A program that is not done after ``timeout`` seconds, or whose caller is cancelled, is killed.

    Raises:
        TimeoutError: it took longer.
        OSError: it could not be started.
    """
    process = await anyio.open_process(
        list(argv), stdin=PIPE, stdout=PIPE, stderr=PIPE, start_new_session=True, env=env
    )
    out, err = bytearray(), bytearray()
    try:
        with anyio.fail_after(timeout):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_feed, process, stdin.encode())
                tasks.start_soon(_drain, process.stdout, out)
                tasks.start_soon(_drain, process.stderr, err)
                await process.wait()
    finally:
        await _end(process)
    return Output(process.returncode or 0, _text(out), _text(err))


@asynccontextmanager
async def kept(
    argv: Sequence[str],
    *,
    until: str,
    timeout: float,  # noqa: ASYNC109 - a program that is late is killed, not only left
    program: str,
    host: str,
) -> AsyncIterator[Output]:
    """Run a program beside the block: it is begun when it has said a line, and goes on until the block ends.

    It learns of that, and of this process's death, by the end of its standard input, and is killed if it does
    not end then. What is yielded is all that it has said; of a program that ended instead of saying the line,
    with its exit code. ``program`` is what it is for the operator, and ``host`` where.

    Raises:
        LateError: it neither said the line nor ended within ``timeout`` seconds.
        OSError: it could not be started.
    """
    process = await anyio.open_process(
        list(argv), stdin=PIPE, stdout=PIPE, stderr=STDOUT, start_new_session=True
    )
    try:
        try:
            with anyio.fail_after(timeout):
                said = await _said(process, until)
        except TimeoutError:
            raise LateError(f"{program} said nothing within {timeout:g} s", where=host) from None
        yield Output(process.returncode or 0, said, said if process.returncode else "")
    finally:
        with anyio.CancelScope(shield=True):
            await _dismissed(process)
        await _end(process)


async def _said(process: Process, until: str) -> str:
    """What a program has said when it has said the line, or ended."""
    out = bytearray()
    if process.stdout is not None:
        async for chunk in process.stdout:
            out += chunk
            if until in _text(out).splitlines():
                return _text(out)
    await process.wait()
    return _text(out)


async def _dismissed(process: Process) -> None:
    """Let it end by itself: what it held is free when this returns, also on the other end of a connection."""
    with anyio.move_on_after(_PARTING):
        if process.stdin is not None:
            await process.stdin.aclose()
        await process.wait()


async def _feed(process: Process, data: bytes) -> None:
    if process.stdin is None:
        return
    try:
        if data:
            await process.stdin.send(data)
        await process.stdin.aclose()
    except (anyio.BrokenResourceError, anyio.ClosedResourceError, ConnectionError):
        pass  # it ended without reading all of it; its exit code tells


async def _drain(stream: ByteReceiveStream | None, into: bytearray) -> None:
    if stream is not None:
        async for chunk in stream:
            into += chunk


async def _end(process: Process) -> None:
    with anyio.CancelScope(shield=True):
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # its own session: what it started goes with it
        await process.aclose()


def _text(raw: bytearray) -> str:
    return raw.decode("utf-8", "replace")
