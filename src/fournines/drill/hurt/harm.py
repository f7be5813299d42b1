"""Doing what a scenario says to the chosen hosts, and undoing it, with the exact commands noted."""

from __future__ import annotations

import shlex
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

import anyio

from fournines.drill.hurt.power import Power
from fournines.drill.scenario import ComponentFault, Cut, Freeze, Injury, Nothing, PowerLoss
from fournines.engine.wire.transport import Transport
from fournines.errors import DrillError
from fournines.kit.check import Ask
from fournines.kit.fault import Fault

Deed = Callable[[str], Awaitable[str]]
"""Does something to a host and returns the command that did it."""


@dataclass(frozen=True)
class Harm:
    """A fault ready to be injected into hosts, and its undo, which is safe to run at any time."""

    inject: Deed
    undo: Deed


def harm_of(
    injury: Injury,
    *,
    faults: Mapping[str, Fault],
    transport: Transport,
    power: Power | None,
    network: str,
) -> Harm:
    """How this injury is done on this site.

    Raises:
        DrillError: the site has no such fault, or nobody here has power over its hosts.
    """
    if isinstance(injury, Nothing):
        return Harm(_nothing, _nothing)
    if isinstance(injury, ComponentFault):
        fault = faults.get(injury.id)
        if fault is None:
            raise DrillError(f"no component of this site declares the fault {injury.id}")
        return Harm(_command(transport, fault.inject), _command(transport, fault.undo))
    if power is None:
        raise DrillError(
            "this drill needs power over whole hosts, which only a lab gives", try_this="nines lab up SITE"
        )
    return _by_power(injury, power, network)


def _by_power(injury: PowerLoss | Freeze | Cut, power: Power, network: str) -> Harm:
    if isinstance(injury, PowerLoss):
        return Harm(power.off, power.on)
    if isinstance(injury, Freeze):
        return Harm(power.freeze, power.thaw)

    async def cut(host: str) -> str:
        return await power.cut(host, network)

    async def heal(host: str) -> str:
        return await power.heal(host, network)

    return Harm(cut, heal)


async def _nothing(host: str) -> str:
    return f"{host}: nothing"


def _command(transport: Transport, ask: Ask) -> Deed:
    async def run(host: str) -> str:
        output = await transport.run(host, ask.argv, stdin=ask.stdin, timeout=ask.timeout)
        if output.code != 0:
            said = output.stderr.strip() or output.stdout.strip()
            raise DrillError(f"{shlex.join(ask.argv)} ended with {output.code}: {said}", where=host)
        return f"{host}: {shlex.join(ask.argv)}"

    return run


async def to_all(deed: Deed, hosts: Iterable[str]) -> list[str]:
    """Do it to all hosts at once; the commands, in the hosts' order.

    Every host is tried before the first error is raised.

    Raises:
        Exception: what the deed raised on the first host, in order, on which it did.
    """
    wanted = list(hosts)
    done: dict[str, str] = {}
    errors: dict[str, Exception] = {}

    async def one(host: str) -> None:
        try:
            done[host] = await deed(host)
        except Exception as error:  # noqa: BLE001 - the other hosts must be tried first; raised below
            errors[host] = error

    async with anyio.create_task_group() as tasks:
        for host in wanted:
            tasks.start_soon(one, host)
    for host in wanted:
        if host in errors:
            raise errors[host]
    return [done[host] for host in wanted]
