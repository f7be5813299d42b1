"""Everything that was heard as one picture: how bad it is, why, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from fournines.kit.check import Output
from fournines.kit.verdict import Outcome
from fournines.plan.model import Plan
from fournines.report.document import Judged
from fournines.report.status.answers import component_states, host_state, pools_of_holder, vip_states
from fournines.report.status.document import (
    ComponentState,
    HostState,
    Level,
    PoolState,
    StatusDocument,
    VipState,
)
from fournines.report.status.questions import units_of
from fournines.report.style import WORST_FIRST


def assess(
    plan: Plan,
    judged: Sequence[Judged],
    looked: Mapping[str, Output | None],
    pools: Mapping[str, Output | None],
    *,
    at: datetime,
    seconds: float,
) -> StatusDocument:
    """Everything that was heard as one picture.

    Args:
        plan: the site's plan.
        judged: the quick checks and their verdicts.
        looked: every host's answer to its look, None if it gave none.
        pools: every balancer's answer about its pools.
        at: when this was asked.
        seconds: how long asking took.
    """
    units = units_of(plan)
    hosts = tuple(host_state(name, wanted, looked.get(name)) for name, wanted in units.items())
    # Who holds a VIP only all hosts together can tell.
    vips = tuple(vip_states(plan.context, looked)) if plan.only is None else ()
    seen = pools_of_holder(plan.context, vips, pools)
    components = tuple(component_states(judged))
    level, why = _level(vips, hosts, seen, components)
    return StatusDocument(
        site=plan.context.site.name,
        at=at,
        seconds=round(seconds, 3),
        level=level,
        why=why,
        vips=vips,
        hosts=hosts,
        pools=seen,
        components=components,
        hint=_hint(str(plan.context.site.file), hosts, components),
    )


def _level(
    vips: Sequence[VipState],
    hosts: Sequence[HostState],
    pools: Sequence[PoolState],
    components: Sequence[ComponentState],
) -> tuple[Level, str]:
    if not any(host.reachable for host in hosts):
        return Level.UNKNOWN, "no host answered"
    for why in _unserved(vips, pools):
        return Level.CRITICAL, why
    for why in _degraded(hosts, pools, components):
        return Level.WARNING, why
    return Level.OK, "every promise that was asked about holds"


def _unserved(vips: Sequence[VipState], pools: Sequence[PoolState]) -> Iterator[str]:
    for vip in vips:
        if not vip.holders:
            yield f"no host that answers holds {vip.name} ({vip.address})"
        elif len(vip.holders) > 1:
            yield f"{' and '.join(vip.holders)} hold {vip.name} ({vip.address}) at once"
    for pool in pools:
        if not pool.up:
            yield f"{pool.name} has no usable backend"


def _degraded(
    hosts: Sequence[HostState], pools: Sequence[PoolState], components: Sequence[ComponentState]
) -> Iterator[str]:
    for host in hosts:
        if not host.reachable:
            yield f"{host.name} does not answer"
    for host in hosts:
        for unit in host.not_running:
            yield f"{unit.unit} is {unit.state} on {host.name}"
    for pool in pools:
        if pool.down:
            yield f"{pool.name} runs without {', '.join(pool.down)}"
    for component in sorted(components, key=lambda c: WORST_FIRST.index(c.outcome)):
        if component.outcome is not Outcome.PASS:
            yield f"{component.name}: {component.seen}"


def _hint(file: str, hosts: Sequence[HostState], components: Sequence[ComponentState]) -> str:
    """The one command that helps most: reach the host, read the unit's log, ask the broken promise."""
    if not any(host.reachable for host in hosts):
        return f"is it there? for a lab: nines lab up {file}"
    for host in hosts:
        if not host.reachable:
            return f"look at {host.name}'s power and network; for a lab: nines lab status"
    for host in hosts:
        for unit in host.not_running:
            return f"on {host.name}: journalctl -b -n 50 -u {unit.unit}; then: nines deploy {file}"
    for component in sorted(components, key=lambda c: WORST_FIRST.index(c.outcome)):
        if component.outcome is not Outcome.PASS:
            return f"nines verify {file} --only '{component.name}.*'"
    return f"nines verify {file} asks about everything; nines drill {file} proves it"
