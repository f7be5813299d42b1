"""pyinfra as a guest: packages, and what goes with their installation, carried out over our own wire.

The only place that imports pyinfra. What its manners ask of a host who lets it in:

- One State is one run: every call makes a fresh Inventory and State.
- A failing host is dropped silently by default: ``FAIL_PERCENT=0``, and afterwards every operation of
  every host is looked at once more.
- Its State is global to the process: a lock lets one run in at a time.
- It lives on gevent, we on asyncio: it runs in a worker thread with a gevent hub of its own, nothing is
  monkey-patched, and its connector hands each command to our event loop and waits as a greenlet, so
  hosts run side by side.
- It asks each fact twice, to prepare and to execute; our observation has prepared already, so it is told
  not to (``check_for_changes=False``).
"""

from __future__ import annotations

import logging
import math
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from itertools import zip_longest
from threading import Lock
from typing import Any

import anyio
from anyio import to_thread
from anyio.from_thread import BlockingPortal

from fournines.engine.wire.transport import Transport
from fournines.errors import HostError, NinesError
from fournines.kit.check import Output

_ONE_AT_A_TIME = Lock()
_WORST_SECONDS = 1800.0


@dataclass(frozen=True, slots=True)
class Operation:
    """One pyinfra operation: ``apt.packages``, and its arguments (global ones begin with ``_``)."""

    name: str
    what: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    timeout: float = _WORST_SECONDS


Operations = Mapping[str, Sequence[Operation]]
"""Per host, in order. The n-th operations of all hosts run at the same time."""


Busy = Callable[[tuple[tuple[str, str], ...], float], Awaitable[None]]
"""Is told, every ``BUSY_SECONDS``, which host is at what, and for how long the run has lasted."""

BUSY_SECONDS = 15.0


async def nobody(_busy: tuple[tuple[str, str], ...], _seconds: float) -> None:
    """Tell nobody."""


async def carry_out(transport: Transport, operations: Operations, *, busy: Busy = nobody) -> None:
    """Run the operations on their hosts; the first failure anywhere stops all hosts.

    Raises:
        HostError: an operation failed; the message is the program's own.
        TransportError: a host could not be reached.
    """
    wanted = {host: tuple(todo) for host, todo in operations.items() if todo}
    if not wanted:
        return
    async with BlockingPortal() as portal, anyio.create_task_group() as tasks:
        wire = _Wire(portal, transport)
        tasks.start_soon(tell, wire.busy, busy)
        error = await to_thread.run_sync(partial(_visit, wire, wanted))
        tasks.cancel_scope.cancel()
    if error is not None:
        raise error


async def tell(at: Mapping[str, str], busy: Busy) -> None:
    """Tell, again and again, what each host is at."""
    began = anyio.current_time()
    while True:
        await anyio.sleep(BUSY_SECONDS)
        if at:
            await busy(tuple(at.items()), anyio.current_time() - began)


def _visit(wire: _Wire, wanted: Mapping[str, tuple[Operation, ...]]) -> NinesError | None:
    """One run of pyinfra, in a thread of its own, while no other is running; returns what went wrong."""
    with _ONE_AT_A_TIME:
        logging.getLogger("pyinfra").setLevel(logging.CRITICAL)
        errors = import_module("pyinfra.api.exceptions")
        state = _state(wire, wanted)
        said = ""
        try:
            import_module("pyinfra.api.connect").connect_all(state)
            for name, todo in wanted.items():
                for operation in todo:
                    _add(state, state.inventory.get_host(name), operation)
            state.current_stage = import_module("pyinfra.api.state").StateStage.Execute
            import_module("pyinfra.api.operations").run_ops(state)
        except errors.PyinfraError as error:
            said = str(error)
        finally:
            import_module("pyinfra.context").ctx_state.reset()
        return wire.error or _first_failure(state, wanted, said)


def _state(wire: _Wire, wanted: Mapping[str, tuple[Operation, ...]]) -> Any:  # noqa: ANN401 - pyinfra's own, untyped
    api = import_module("pyinfra.api")
    inventory = api.Inventory((list(wanted), {}))
    for host in inventory:
        host.connector_cls = _connector_class()
        host.connector_data["wire"] = wire
    state = api.State(inventory, api.Config(FAIL_PERCENT=0), check_for_changes=False)
    state.current_stage = import_module("pyinfra.api.state").StateStage.Prepare
    return state


def _add(state: Any, host: Any, operation: Operation) -> None:  # noqa: ANN401 - pyinfra's own, untyped
    module, name = operation.name.rsplit(".", 1)
    function = getattr(import_module(f"pyinfra.operations.{module}"), name)
    import_module("pyinfra.api.operation").add_op(
        state,
        function,
        name=operation.what,
        host=host,
        _timeout=math.ceil(operation.timeout),
        **operation.arguments,
    )


def _first_failure(
    state: Any,  # noqa: ANN401
    wanted: Mapping[str, tuple[Operation, ...]],
    said: str,
) -> HostError | None:
    """The first operation that failed, else the first that pyinfra silently left out, else None."""
    left_out = None
    for host in state.inventory:
        for operation, done in zip_longest(wanted[host.name], state.ops[host].values()):
            meta = done and done.operation_meta
            if meta is None or not meta.is_complete():
                left_out = left_out or HostError(f"not done: {operation.what}", where=host.name, output=said)
            elif not meta.did_succeed():
                output = f"{meta.stdout}\n{meta.stderr}".strip() or said
                return HostError(f"failed: {operation.what}", where=host.name, output=output)
    return left_out


class _Wire:
    """Between a greenlet in pyinfra's thread and the event loop: send a command there, wait here."""

    def __init__(self, portal: BlockingPortal, transport: Transport) -> None:
        self._portal = portal
        self._transport = transport
        self.error: NinesError | None = None
        self.busy: dict[str, str] = {}

    def run(self, host: str, what: str, script: str, timeout: float, stdin: str) -> Output:
        # The watcher is started before the work is: a signal to one that is not started would be lost.
        done = import_module("gevent.event").Event()
        watcher = import_module("gevent").get_hub().loop.async_()
        watcher.start(done.set)
        self.busy[host] = what
        try:
            call = partial(self._transport.run, host, ("sh", "-c", script), stdin=stdin, timeout=timeout)
            future: Future[Output] = self._portal.start_task_soon(call)
            future.add_done_callback(lambda _: watcher.send())
            done.wait()
        finally:
            del self.busy[host]
            watcher.stop()
            watcher.close()
        try:
            return future.result()
        except NinesError as error:
            self.error = self.error or error
            raise OSError(str(error)) from error
        except CancelledError as error:
            raise OSError("the deployment was ended") from error


def _connector_class() -> type[Any]:
    """Our connector. A class made late, because its base class costs half a second of imports."""
    base = import_module("pyinfra.connectors.base")
    util = import_module("pyinfra.connectors.util")

    class Connector(base.BaseConnector):  # type: ignore[misc,name-defined]
        """Runs pyinfra's commands over our transport, which is root already."""

        handles_execution = True

        @staticmethod
        def make_names_data(name: str) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
            yield name, {}, []

        def run_shell_command(
            self,
            command: Any,  # noqa: ANN401
            print_output: bool = False,  # noqa: FBT001, FBT002 - pyinfra's signature
            print_input: bool = False,  # noqa: FBT001, FBT002
            **arguments: Any,  # noqa: ANN401
        ) -> tuple[bool, Any]:
            del print_output, print_input
            timeout = arguments.pop("_timeout", None) or _WORST_SECONDS
            stdin = arguments.pop("_stdin", None) or ""
            good = arguments.pop("_success_exit_codes", None) or (0,)
            arguments.pop("_get_pty", None)
            line = util.make_unix_command_for_host(self.state, self.host, command, **arguments)
            what = ", ".join(self.state.get_op_meta(self.host.executing_op_hash).names)
            output = self.host.connector_data["wire"].run(
                self.host.name, what, line.get_raw_value(), float(timeout), str(stdin)
            )
            lines = [util.OutputLine("stdout", text) for text in output.stdout.splitlines()]
            lines += [util.OutputLine("stderr", text) for text in output.stderr.splitlines()]
            return output.code in good, util.CommandOutput(lines)

        def put_file(self, *_: object, **__: object) -> bool:
            raise NotImplementedError("files travel as trees, not through pyinfra")

        def get_file(self, *_: object, **__: object) -> bool:
            raise NotImplementedError("files travel as trees, not through pyinfra")

    return Connector
