"""Doing what a scenario says to the chosen hosts, and undoing it, with the exact commands noted."""

from __future__ import annotations

import shlex
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

import anyio

from fournines.drill.hurt.cables import networks
from fournines.drill.hurt.power import Power
from fournines.drill.rig import Rig
from fournines.drill.scenario import (
    ComponentFault,
    Cut,
    Freeze,
    Injury,
    Lost,
    Nothing,
    PowerLoss,
    Standby,
)
from fournines.engine.wire.transport import Transport
from fournines.errors import DrillError
from fournines.kit.check import Ask
from fournines.kit.context import Context
from fournines.kit.declare import ClusterControl
from fournines.kit.program import complaint, heard

Deed = Callable[[str], Awaitable[str]]
"""Does something to a host and returns the command that did it."""


NOW: Mapping[str, float] = {}
"""Nobody waits."""


@dataclass(frozen=True)
class Harm:
    """A fault ready to be injected into hosts, and its undo, which is safe to run at any time."""

    inject: Deed
    undo: Deed


def harm_of(injury: Injury, rig: Rig) -> Harm:
    """How this injury is done on this site.

    Raises:
        DrillError: the site has no such fault, or nobody here has power over its hosts.
    """
    context = rig.plan.context
    if isinstance(injury, Nothing):
        return Harm(_nothing, _nothing)
    if isinstance(injury, ComponentFault):
        fault = rig.faults.get(injury.id)
        if fault is None:
            raise DrillError(f"no component of this site declares the fault {injury.id}")
        return Harm(_command(rig.transport, fault.inject), _command(rig.transport, fault.undo))
    if isinstance(injury, Standby):
        control = context.one(ClusterControl)
        return Harm(*(_told(rig.transport, control, verb) for verb in ("standby", "online")))
    if rig.power is None:
        raise DrillError(
            "this drill needs power over whole hosts, which only a lab gives", try_this="nines lab up SITE"
        )
    return _by_power(injury, rig.power, context)


def _by_power(injury: PowerLoss | Freeze | Cut | Lost, power: Power, context: Context) -> Harm:
    if isinstance(injury, PowerLoss):
        return Harm(power.off, power.on)
    if isinstance(injury, Freeze):
        return Harm(power.freeze, power.thaw)
    cables = injury.cables if isinstance(injury, Cut) else None

    def meant(host: str) -> tuple[str, ...]:
        return tuple(context.site.hosts[host].addresses) if cables is None else networks(cables, context)

    async def cut(host: str) -> str:
        return "; ".join([await power.cut(host, network) for network in meant(host)])

    async def heal(host: str) -> str:
        return "; ".join([await power.heal(host, network) for network in meant(host)])

    async def lose(host: str) -> str:
        return f"{await cut(host)}; {await power.off(host)}"

    async def regain(host: str) -> str:
        return f"{await power.on(host)}; {await heal(host)}"

    return Harm(cut, heal) if cables is not None else Harm(lose, regain)


def _told(transport: Transport, control: ClusterControl, verb: str) -> Deed:
    """What ``nines standby`` and ``nines online`` do, asked of a member that it is not about."""

    async def tell(host: str) -> str:
        member = next((name for name in control.hosts if name != host), host)
        ask = control.carry_out({"do": verb, "host": host})
        output = await transport.run(member, ask.argv, stdin=ask.stdin, timeout=ask.timeout)
        said = heard(output)
        if said is None or "refused" in said:
            raise DrillError(complaint(output) if said is None else said["refused"], where=member)
        return f"nines {verb} SITE {host} --yes"

    return tell


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


async def to_all(deed: Deed, hosts: Iterable[str], after: Mapping[str, float] = NOW) -> list[str]:
    """Do it to all hosts, to each ``after`` so many seconds; the commands, in the hosts' order.

    Every host is tried before the first error is raised.

    Raises:
        Exception: what the deed raised on the first host, in order, on which it did.
    """
    wanted = list(hosts)
    done: dict[str, str] = {}
    errors: dict[str, Exception] = {}

    async def one(host: str) -> None:
        await anyio.sleep(after.get(host, 0.0))
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
