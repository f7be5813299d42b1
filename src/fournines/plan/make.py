"""From a site and its secrets to the plan. Pure: equal input gives an equal plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fournines.errors import PlanError
from fournines.kit.check import Check
from fournines.kit.component import Component
from fournines.kit.context import Context
from fournines.kit.step import Absent, Directory, File, Step
from fournines.plan.context import context_for, taking_part
from fournines.plan.model import Phase, Plan
from fournines.plan.order import levels
from fournines.spec.model import Site


def make_plan(
    site: Site, secrets: Mapping[str, str], interfaces: Mapping[str, Mapping[str, str]] | None = None
) -> Plan:
    """The site's plan; ``interfaces`` are those found on the hosts, by host and network.

    Raises:
        PlanError: a need nobody provides, a circle of needs, or two components claiming one path.
    """
    context = context_for(site, secrets, interfaces)
    components = taking_part(site)
    checks = {component.name: tuple(component.checks(context)) for component in components}
    plan = Plan(
        context=context,
        phases=tuple(_phase(context, level, checks) for level in levels(components)),
        checks=tuple(check for level in levels(components) for c in level for check in checks[c.name]),
    )
    _refuse_shared_paths(plan)
    return plan


def _phase(context: Context, level: tuple[Component, ...], checks: Mapping[str, tuple[Check, ...]]) -> Phase:
    steps: dict[str, list[Step]] = {}
    for component in level:
        for host in component.hosts(context.site):
            steps.setdefault(host.name, []).extend(component.steps(context, host))
    names = tuple(component.name for component in level)
    return Phase(
        name=", ".join(names),
        components=names,
        steps={host: tuple(steps[host]) for host in context.site.hosts if host in steps},
        barrier=tuple(check for name in names for check in checks[name] if check.barrier),
    )


def _refuse_shared_paths(plan: Plan) -> None:
    """Two steps for one path would overwrite each other at every run."""
    for host in plan.context.site.hosts:
        owners: dict[str, str] = {}
        for phase in plan.phases:
            for path in _paths(phase.steps.get(host, ())):
                if path in owners:
                    raise PlanError(
                        f"{path} is written by two steps, in phases {owners[path]!r} and {phase.name!r}",
                        where=host,
                    )
                owners[path] = phase.name


def _paths(steps: tuple[Step, ...]) -> Iterator[str]:
    return (step.path for step in steps if isinstance(step, File | Absent | Directory))
