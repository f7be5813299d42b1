"""Running a program on the operator's machine, bounded in time."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from subprocess import PIPE

import anyio
from anyio.abc import ByteReceiveStream, Process

from fournines.kit.check import Output


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
