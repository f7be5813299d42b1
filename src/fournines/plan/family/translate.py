"""The same plan in another family's names."""

from __future__ import annotations

from dataclasses import replace

from fournines.components import registered
from fournines.kit.family import Family, Names, Row
from fournines.kit.family.common import COMMON
from fournines.plan.model import Phase, Plan, PlannedStage


def for_family(plan: Plan, family: Family) -> Plan:
    """The same plan in a family's names; Debian's is the plan itself."""
    if family is Family.DEBIAN:
        return plan
    names = {name: Names(rows_of(name), family) for name in registered()}

    def said(stage: PlannedStage) -> PlannedStage:
        steps = {host: names[stage.component].steps(of_host) for host, of_host in stage.steps.items()}
        return replace(stage, steps=steps)

    return replace(plan, phases=tuple(Phase(tuple(map(said, phase.stages))) for phase in plan.phases))


def rows_of(component: str) -> tuple[Row, ...]:
    """What is known of the names that a component uses: what all use, then its own, which counts more."""
    return (*COMMON, *registered()[component].families)
