"""A plan for some of a site's hosts.

``limited``: what is done to the others is left out, what is asked of them is not. ``without``: both are, the
hosts are away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches

from fournines.errors import PlanError
from fournines.kit.check import Check
from fournines.kit.step import Command
from fournines.plan.model import Phase, Plan, PlannedStage
from fournines.spec.model import Site


def limited(plan: Plan, hosts: Collection[str]) -> Plan:
    """The plan with the steps of these hosts only.

    A stage that has nothing to do on them is left out, with its barrier. The barriers that stay ask every
    host they always ask: a host is not restarted because nobody looked whether its partner stands. The
    promises of the plan are those that these hosts alone can answer for.

    Raises:
        PlanError: one of them is no host of the site.
    """
    need_hosts(plan.context.site, hosts, "--limit")
    only = frozenset(hosts)
    phases = (Phase(tuple(filter(None, (_of(stage, only) for stage in p.stages)))) for p in plan.phases)
    return replace(
        plan,
        phases=tuple(phase for phase in phases if phase.stages),
        checks=tuple(check for check in plan.checks if only.issuperset(check.asks)),
        only=only,
    )


def _of(stage: PlannedStage, only: frozenset[str]) -> PlannedStage | None:
    steps = {host: of_host for host, of_host in stage.steps.items() if host in only}
    return replace(stage, steps=steps) if steps else None


def without(plan: Plan, hosts: Collection[str]) -> Plan:
    """The plan as if these hosts were away: nothing is done to them, and nothing is asked of them.

    Raises:
        PlanError: one of them is no host of the site, or the others cannot do without it.
    """
    need_hosts(plan.context.site, hosts, "--without")
    reasons = indispensable(plan)
    for host in hosts:
        if host in reasons:
            raise PlanError(f"{host} cannot be left out: {reasons[host]}", where="--without")
    gone = frozenset(hosts)
    return replace(
        plan,
        phases=tuple(Phase(tuple(_less(stage, gone) for stage in phase.stages)) for phase in plan.phases),
        checks=tuple(_asked_less(plan.checks, gone)),
        absent=plan.absent | gone,
    )


def narrowed_like(plan: Plan, other: Plan) -> Plan:
    """A whole plan of the same site, about the same hosts as another one."""
    limited_too = plan if other.only is None else limited(plan, other.only)
    return without(limited_too, other.absent) if other.absent else limited_too


def indispensable(plan: Plan) -> dict[str, str]:
    """The hosts without which nothing is deployed, each with the reason.

    Those that vote: a change while one of them is away leaves the others without a margin, and the one that
    comes back in a state that nobody planned. The jump host. And whoever has a command in a stage in which no
    other host has one: that is work that is done once for the site, and others wait for it.
    """
    site = plan.context.site
    found: dict[str, str] = {}
    for phase in plan.phases:
        for stage in phase.stages:
            at_work = [h for h, steps in stage.steps.items() if any(isinstance(s, Command) for s in steps)]
            if len(at_work) == 1:
                found[at_work[0]] = f"it does for all what {stage.name} does once"
    if site.ssh.through:
        found[site.ssh.through] = "the others are reached through it"
    return found | {host.name: "it is one of those whose majority decides" for host in site.voters}


def _less(stage: PlannedStage, gone: frozenset[str]) -> PlannedStage:
    """The stage on the hosts that are left; where that is none, nobody waits for it either."""
    steps = {host: of_host for host, of_host in stage.steps.items() if host not in gone}
    over = bool(stage.steps) and not steps
    return replace(stage, steps=steps, barrier=() if over else tuple(_asked_less(stage.barrier, gone)))


def _asked_less(checks: Iterable[Check], gone: frozenset[str]) -> Iterator[Check]:
    for check in checks:
        asks = {host: ask for host, ask in check.asks.items() if host not in gone}
        if asks or not check.asks:
            yield check if len(asks) == len(check.asks) else replace(check, asks=asks)


def need_hosts(site: Site, hosts: Iterable[str], said: str) -> None:
    """Return only when the site has all these hosts; ``said`` is where they were named.

    Raises:
        PlanError: one of them is no host of the site.
    """
    known = site.hosts
    for host in hosts:
        if host not in known:
            near = get_close_matches(host, known, n=1)
            raise PlanError(
                f"the site has no host {host}",
                where=said,
                try_this=f"did you mean {near[0]}?" if near else f"one of {', '.join(known)}",
            )
