"""What several components want of one host: equal wishes are one, contradictions are refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from fournines.errors import PlanError
from fournines.kit.step import Absent, Account, Command, Directory, File, Packages, Step, Sysctl, Unit
from fournines.plan.model import Phase, PlannedStage

Claims = dict[tuple[str, str], tuple[Step, str]]
"""Of one host: what has been claimed so far, by which step of which component."""


def merged(phases: Iterable[Phase]) -> tuple[Phase, ...]:
    """The same phases, each wish of a host only where it stands first.

    Two steps are about the same thing when they name the same path, unit, kernel parameter, account or
    command. Applied one after the other, unequal ones would overwrite each other at every deployment.

    Raises:
        PlanError: two components want the same thing differently.
    """
    claimed: dict[str, Claims] = {}
    return tuple(Phase(tuple(_first_only(stage, claimed) for stage in phase.stages)) for phase in phases)


def _first_only(stage: PlannedStage, claimed: dict[str, Claims]) -> PlannedStage:
    kept: Mapping[str, tuple[Step, ...]] = {
        host: tuple(
            step for step in steps if _is_first(step, stage.component, host, claimed.setdefault(host, {}))
        )
        for host, steps in stage.steps.items()
    }
    return replace(stage, steps={host: steps for host, steps in kept.items() if steps})


def _is_first(step: Step, component: str, host: str, claims: Claims) -> bool:
    subject = _subject(step)
    if subject is None:
        return True
    if subject not in claims:
        claims[subject] = step, component
        return True
    earlier, one = claims[subject]
    if earlier == step:
        return False
    other = component
    raise PlanError(
        f"{one} and {other} want {subject[1]} differently"
        if one != other
        else f"{one} wants {subject[1]} twice, and differently",
        where=host,
        try_this="shared software is a component of its own, to which the others declare what they need",
    )


def _subject(step: Step) -> tuple[str, str] | None:
    """What a step is about; None for packages, which only add up."""
    match step:
        case File() | Absent() | Directory():
            return "path", step.path
        case Sysctl():
            return "kernel parameter", step.key
        case Unit() | Account() | Command():
            return type(step).__name__, step.name
        case Packages():
            return None
