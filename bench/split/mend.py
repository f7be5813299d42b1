"""Mending what has parted: Pacemaker and Galera mend themselves, DRBD's copies are mended by a person."""

from __future__ import annotations

from collections.abc import Sequence

import anyio

from fournines.engine.wire.transport import Transport
from fournines.errors import NinesError, TransportError
from fournines.kit.check import Ask, Output
from fournines.kit.declare import ClusterControl, Mirror
from fournines.plan.model import Plan

SETTLES = 180.0
"""Seconds that a cluster gets to come to rest after its parts have met, so many times the site's patience."""
_PAUSE = 2.0
_CONNECTED, _CURRENT, _IN_USE = "Connected", "UpToDate/UpToDate", "Primary"


async def mend(plan: Plan, transport: Transport, cut_off: str) -> Sequence[str]:
    """Wait until the parts have met, then give up one side's copy of each volume that has parted.

    Given up is the side that the cluster does not use now; where it uses both, the one that was cut off. That
    is what DRBD's User's Guide has a person do ("Manual split brain recovery"). What was done is told.
    """
    context = plan.context
    patience = context.site.patience
    hosts = context.one(ClusterControl).hosts
    steps = _Steps(transport, patience)
    for host in (one for one in hosts if one != cut_off):
        if await steps.do(host, "crm_resource", "--wait", f"--timeout={SETTLES * patience:.0f}s") is not None:
            break
    for mirror in context.declared(Mirror):
        states = {host: await steps.ask(host, "cstate", mirror.volume) for host in mirror.hosts}
        if all(state == _CONNECTED for state in states.values()):
            continue
        in_use = [h for h in mirror.hosts if (await steps.ask(h, "role", mirror.volume)).startswith(_IN_USE)]
        kept = next((host for host in in_use if host != cut_off), (in_use or list(mirror.hosts))[0])
        lost = next(host for host in mirror.hosts if host != kept)
        steps.told.append(f"{mirror.volume}: {states}, in use on {in_use}: what only {lost} has is given up")
        await _given_up(plan, steps, mirror.volume, kept=kept, lost=lost)
    return steps.told


async def _given_up(plan: Plan, steps: _Steps, volume: str, *, kept: str, lost: str) -> None:
    control = plan.context.one(ClusterControl)
    await steps.tell(kept, control.carry_out({"do": "standby", "host": lost}), f"standby {lost}")
    await steps.do(lost, "drbdadm", "up", volume)
    await steps.do(lost, "drbdadm", "disconnect", volume)
    await steps.do(lost, "drbdadm", "secondary", volume)
    await steps.do(lost, "drbdadm", "connect", "--discard-my-data", volume)
    await steps.do(kept, "drbdadm", "connect", volume)
    with anyio.move_on_after(SETTLES * steps.patience):
        while await steps.ask(lost, "dstate", volume) != _CURRENT:  # noqa: ASYNC110 - it is asked
            await anyio.sleep(_PAUSE)
    steps.told.append(f"{volume} on {lost}: {await steps.ask(lost, 'dstate', volume)}")
    await steps.do(lost, "drbdadm", "down", volume)
    await steps.tell(kept, control.carry_out({"do": "online", "host": lost}), f"online {lost}")


class _Steps:
    """Commands on hosts, each told with its end. One that fails is told, and the next is tried."""

    def __init__(self, transport: Transport, patience: float) -> None:
        self.transport = transport
        self.patience = patience
        self.told: list[str] = []

    async def do(self, host: str, *argv: str) -> Output | None:
        """What it answered; None where the host was not reached."""
        return await self.tell(host, Ask(argv, timeout=SETTLES + 60), " ".join(argv))

    async def tell(self, host: str, ask: Ask, what: str) -> Output | None:
        """The same of a longer question, told as ``what``."""
        output = await self._run(host, ask)
        said = "not reached" if output is None else f"{output.code} {(output.stderr or '').strip()[-200:]}"
        self.told.append(f"{host}: {what}: {said.strip()}")
        return output

    async def ask(self, host: str, what: str, volume: str) -> str:
        """A word of DRBD's about a volume; nothing where there is none."""
        output = await self._run(host, Ask(("drbdadm", what, volume), timeout=30))
        return output.stdout.strip() if output is not None and output.code == 0 else ""

    async def _run(self, host: str, ask: Ask) -> Output | None:
        try:
            return await self.transport.run(
                host, ask.argv, stdin=ask.stdin, timeout=ask.timeout * self.patience
            )
        except (TransportError, NinesError):
            return None
