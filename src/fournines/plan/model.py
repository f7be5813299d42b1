"""A plan: the site's steps in phases, each phase ending in a barrier of checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fournines.kit.check import Check
from fournines.kit.context import Context
from fournines.kit.step import Step


@dataclass(frozen=True, slots=True)
class Phase:
    """Steps that may be carried out on all their hosts at once.

    ``components`` are the names of those whose steps these are; ``steps`` maps host name to steps;
    ``barrier`` are the checks that must pass before the next phase begins.
    """

    name: str
    components: tuple[str, ...]
    steps: Mapping[str, tuple[Step, ...]]
    barrier: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that would be done to a site, in order. Pure: no host was asked."""

    context: Context
    phases: tuple[Phase, ...]
    checks: tuple[Check, ...]
