"""A plan whose files name their secrets instead of holding them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from fournines.kit.step import File, Step
from fournines.plan.model import Phase, Plan, PlannedStage


def without_secrets(plan: Plan) -> Plan:
    """The same plan with ``<secret galera/root>`` for every secret in a file, longest values first."""
    known = sorted(plan.context.secrets.items(), key=lambda pair: -len(pair[1]))
    names = [(value, f"<secret {name}>") for name, value in known if value]

    @cache
    def named(content: str) -> str:
        """Once per text: /etc/hosts of a thousand hosts is long, and the same on all of them."""
        for value, name in names:
            content = content.replace(value, name)
        return content

    return replace(
        plan,
        phases=tuple(Phase(tuple(_without(stage, named) for stage in phase.stages)) for phase in plan.phases),
    )


def _without(stage: PlannedStage, named: Callable[[str], str]) -> PlannedStage:
    cleaned = {host: tuple(_cleaned(step, named) for step in steps) for host, steps in stage.steps.items()}
    return replace(stage, steps=cleaned)


def _cleaned(step: Step, named: Callable[[str], str]) -> Step:
    if not isinstance(step, File):
        return step
    if step.secret:
        return replace(step, content=f"<secret content of {step.path}>\n", base64=False)
    content = named(step.content)
    # with a name in it, it is no base64 any more
    return step if content == step.content else replace(step, content=content, base64=False)
