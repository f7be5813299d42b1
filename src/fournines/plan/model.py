"""A plan: the site's steps in phases, each phase ending in a barrier of checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from fournines.kit.check import Check
from fournines.kit.context import Context
from fournines.kit.step import Step


@dataclass(frozen=True, slots=True)
class PlannedStage:
    """One component's stage as it is planned: the steps of each host, and the checks that end it."""

    name: str
    component: str
    steps: Mapping[str, tuple[Step, ...]]
    barrier: tuple[Check, ...] = ()
    awaited: bool = True
    """Whether a stage of a later phase needs this one; what nobody waits for holds up nothing but the end."""
    after: frozenset[str] | None = None
    """The names of all stages that must be well before this one begins; None for all of earlier phases."""
    slow: bool = False
    """Whether its units take long until they are well."""

    def comes_after(self, stage: PlannedStage) -> bool:
        """Whether it needs that stage of an earlier phase."""
        return self.after is None or stage.name in self.after


@dataclass(frozen=True)
class Phase:
    """Stages of several components that may be carried out at the same time, on all their hosts at once."""

    stages: tuple[PlannedStage, ...]

    @cached_property
    def name(self) -> str:
        """The stages' names."""
        return ", ".join(stage.name for stage in self.stages)

    @cached_property
    def steps(self) -> Mapping[str, tuple[Step, ...]]:
        """Each host's steps of all the stages."""
        merged: dict[str, tuple[Step, ...]] = {}
        for stage in self.stages:
            for host, steps in stage.steps.items():
                merged[host] = (*merged.get(host, ()), *steps)
        return merged

    @cached_property
    def barrier(self) -> tuple[Check, ...]:
        """The checks that end the stages."""
        return tuple(check for stage in self.stages for check in stage.barrier)

    @cached_property
    def gate(self) -> tuple[Check, ...]:
        """Those of them that must pass before the next phase begins."""
        return tuple(check for stage in self.stages if stage.awaited for check in stage.barrier)

    @cached_property
    def rest(self) -> tuple[Check, ...]:
        """Those of them that must pass before the run ends."""
        return tuple(check for stage in self.stages if not stage.awaited for check in stage.barrier)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that would be done to a site, in order. Pure: no host was asked."""

    context: Context
    phases: tuple[Phase, ...]
    checks: tuple[Check, ...]
    only: frozenset[str] | None = None
    """The hosts that a limited run is about (``plan.limit``); None for all of them."""
    absent: frozenset[str] = frozenset()
    """The hosts that are away and left out, with whatever would be asked of them."""

    def concerns(self, host: str) -> bool:
        """Whether the plan is about this host."""
        return host not in self.absent and (self.only is None or host in self.only)
