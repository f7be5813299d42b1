"""Operations on hosts: shell commands over our own wire, packages by pyinfra.

A unit, an account, a kernel parameter is a line of shell about something that was just looked at. pyinfra has
nothing to add to it but its import, which is a second of processor time, and one run at a time in a process.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import anyio

from fournines.engine import pyinfra
from fournines.engine.fanout import on_each
from fournines.engine.pyinfra import Busy, Operation, Operations, nobody
from fournines.engine.wire.transport import Transport
from fournines.errors import HostError, NinesError


async def carry_out(transport: Transport, operations: Operations, *, busy: Busy = nobody) -> None:
    """Run the operations on their hosts; a failure anywhere stops all hosts before their next one.

    Raises:
        HostError: an operation failed; the message is the program's own.
        TransportError: a host could not be reached.
    """
    wanted = {host: tuple(todo) for host, todo in operations.items() if todo}
    if not all(_plain(operation) for todo in wanted.values() for operation in todo):
        await pyinfra.carry_out(transport, wanted, busy=busy)
    elif wanted:
        await _shells(transport, wanted, busy)


def _plain(operation: Operation) -> bool:
    """Whether it is nothing but commands for a shell."""
    return operation.name == "server.shell" and set(operation.arguments) == {"commands"}


async def _shells(transport: Transport, wanted: Operations, busy: Busy) -> None:
    at: dict[str, str] = {}
    error: NinesError | None = None

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(pyinfra.tell, at, busy)
        try:
            for number in range(max(len(todo) for todo in wanted.values())):
                these = {host: todo[number] for host, todo in wanted.items() if number < len(todo)}
                await on_each(these, partial(_shell, transport, these, at))
        except NinesError as raised:
            error = raised
        tasks.cancel_scope.cancel()
    if error is not None:
        raise error


async def _shell(transport: Transport, todo: Mapping[str, Operation], at: dict[str, str], host: str) -> None:
    operation = todo[host]
    at[host] = operation.what
    try:
        argv = ("sh", "-c", " && ".join(operation.arguments["commands"]))
        answer = await transport.run(host, argv, timeout=operation.timeout)
    finally:
        del at[host]
    if answer.code != 0:
        output = f"{answer.stdout}\n{answer.stderr}".strip()
        raise HostError(f"failed: {operation.what}", where=host, output=output)
