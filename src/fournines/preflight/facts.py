"""What was seen of each host, or why it could not be seen."""

from __future__ import annotations

import time
from collections.abc import Mapping
from ipaddress import IPv4Interface
from typing import Any

import anyio
from pydantic import ValidationError

from fournines.engine.wire.transport import Transport
from fournines.errors import TransportError
from fournines.kit import program
from fournines.kit.step import Packages
from fournines.plan.model import Plan
from fournines.preflight.on_host import look
from fournines.spec.model import Strict

SECONDS = 150.0
"""How long looking at one host may take: fetching the package lists is most of it."""


class Facts(Strict):
    """What one host is. Sizes in bytes, ``offset`` in seconds (positive: its clock is ahead of ours)."""

    system: Mapping[str, str]
    """The fields of os-release(5)."""
    architecture: str
    """dpkg's name of it."""
    systemd: bool
    """Whether systemd runs the host."""
    addresses: tuple[tuple[str, IPv4Interface], ...] | None
    """Interface and address; None where it could not be found out."""
    disk: int
    """Free below /var."""
    memory: int
    """All there is."""
    listeners: tuple[tuple[str, str, int, str], ...] | None
    """Protocol, address, port and holder of everything that listens."""
    packages: Mapping[str, tuple[str | None, str | None]]
    """Package -> installed and candidate version; packages that no source knows are absent."""
    trouble: str
    """Why the package sources could not be asked; empty where they could."""
    answering: tuple[str, ...]
    """VIPs that somebody answers for."""
    deployed: bool
    """Whether fournines has changed something there before."""
    offset: float | None
    """The host's clock less ours; None where its clock could not be read."""


class Refusal(Strict):
    """Why a host could not be looked at, and what to do about it."""

    stage: str
    """``ssh``, ``root`` or ``python``: what it failed at."""
    what: str
    """In words."""


Seen = Mapping[str, Facts | Refusal]
"""Every host of the site with what was seen of it."""


def packages_of(plan: Plan, host: str) -> tuple[str, ...]:
    """The packages that a deployment installs on a host."""
    steps = (step for phase in plan.phases for step in phase.steps.get(host, ()))
    names = (name for step in steps if isinstance(step, Packages) for name in step.names)
    return tuple(dict.fromkeys(names))


async def gather(plan: Plan, transport: Transport) -> dict[str, Facts | Refusal]:
    """Look at all hosts at once. Never raises for a host that cannot be looked at."""
    found: dict[str, Facts | Refusal] = {}

    async def one(host: str) -> None:
        try:
            found[host] = await _look(plan, transport, host)
        except TransportError as error:
            advice = f" (try: {error.try_this})" if error.try_this else ""
            found[host] = Refusal(stage="ssh", what=f"{error.what}{advice}")

    async with anyio.create_task_group() as tasks:
        for host in plan.context.site.hosts:
            tasks.start_soon(one, host)
    return {host: found[host] for host in plan.context.site.hosts}


async def _look(plan: Plan, transport: Transport, host: str) -> Facts | Refusal:
    identity = await transport.run(host, ("id", "-u"))
    if identity.stdout.strip() != "0":
        said = (identity.stderr or identity.stdout).strip().splitlines() or [f"exit {identity.code}"]
        user = plan.context.site.ssh.user
        return Refusal(stage="root", what=f"{user} cannot become root without a password: {said[-1]}")
    began = time.time()
    clock = await transport.run(host, ("date", "+%s.%N"))
    offset = _offset(clock.stdout, began, time.time())
    vips = sorted({str(vip.address) for vip in plan.context.site.vips.values()})
    values: dict[str, object] = {"packages": packages_of(plan, host), "vips": vips}
    answer = await transport.run(host, program.argv(look), stdin=program.fed(values), timeout=SECONDS)
    told = program.heard(answer)
    if told is None:
        return Refusal(stage="python", what=f"python3 cannot look at the host: {program.complaint(answer)}")
    return _facts(told, offset)


def _facts(told: Mapping[str, Any], offset: float | None) -> Facts | Refusal:
    try:
        return Facts.model_validate({**told, "offset": offset})
    except ValidationError as error:
        first = error.errors()[0]
        return Refusal(
            stage="python", what=f"the host's answer makes no sense: {first['loc']}: {first['msg']}"
        )


def _offset(said: str, began: float, ended: float) -> float | None:
    """The host's clock less ours in the middle of the round trip; what the trip may hide is left out."""
    try:
        ahead = float(said) - (began + ended) / 2
    except ValueError:
        return None
    hidden = (ended - began) / 2
    return max(0.0, ahead - hidden) if ahead > 0 else min(0.0, ahead + hidden)
