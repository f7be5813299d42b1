"""A plan for some of a site's hosts: what is done to the others is left out, what is asked of them is not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from difflib import get_close_matches

from fournines.errors import PlanError
from fournines.plan.model import Phase, Plan, PlannedStage


def limited(plan: Plan, hosts: Collection[str]) -> Plan:
    """The plan with the steps of these hosts only.

    A stage that has nothing to do on them is left out, with its barrier. The barriers that stay ask every
    host they always ask: a host is not restarted because nobody looked whether its partner stands. The
    promises of the plan are those that these hosts alone can answer for.

    Raises:
        PlanError: one of them is no host of the site.
    """
    known = plan.context.site.hosts
    for host in hosts:
        if host not in known:
            near = get_close_matches(host, known, n=1)
            raise PlanError(
                f"the site has no host {host}",
                where="--limit",
                try_this=f"did you mean {near[0]}?" if near else f"one of {', '.join(known)}",
            )
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
