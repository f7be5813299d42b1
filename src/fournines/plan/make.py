"""From a site and its secrets to the plan. Pure: equal input gives an equal plan."""

from __future__ import annotations

from collections.abc import Mapping

from fournines.kit.check import Check
from fournines.kit.context import Context
from fournines.kit.family import Family
from fournines.plan.context import context_for, taking_part
from fournines.plan.family.translate import for_family
from fournines.plan.kernel import with_kernel_file
from fournines.plan.merge import merged
from fournines.plan.model import Phase, Plan, PlannedStage
from fournines.plan.order import Placed, levels
from fournines.plan.patience import patient_check, patient_step
from fournines.spec.model import Site


def make_plan(
    site: Site,
    secrets: Mapping[str, str],
    interfaces: Mapping[str, Mapping[str, str]] | None = None,
    family: Family = Family.DEBIAN,
) -> Plan:
    """The site's plan; ``interfaces`` are those found on the hosts, by host and network.

    For another ``family`` than Debian's it is one to be read, never to be carried out (``plan.family``).

    Raises:
        PlanError: a need nobody provides, a circle of needs, or components that contradict each other.
    """
    context = context_for(site, secrets, interfaces, family)
    planned = [[_stage(context, placed) for placed in level] for level in levels(site, taking_part(site))]
    phases = merged(Phase(tuple(stage for stage, _ in level)) for level in planned)
    plan = Plan(
        context=context,
        phases=with_kernel_file(site, phases),
        checks=tuple(check for level in planned for _, checks in level for check in checks),
    )
    return for_family(plan, family)


def _stage(context: Context, placed: Placed) -> tuple[PlannedStage, tuple[Check, ...]]:
    component, stage = placed.component, placed.stage
    times = context.site.patience
    checks = tuple(patient_check(check, times) for check in stage.checks(context))
    of_hosts = {
        host.name: tuple(patient_step(step, times) for step in stage.steps(context, host))
        for host in component.hosts_of(stage, context.site)
    }
    planned = PlannedStage(
        name=placed.name,
        component=component.name,
        steps={host: of_hosts[host] for host in context.site.hosts if of_hosts.get(host)},
        barrier=tuple(check for check in checks if check.barrier),
        awaited=placed.awaited,
        after=placed.after,
        slow=stage.slow,
    )
    return planned, checks
