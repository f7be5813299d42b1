"""What nobody packages in another family, and what no source proves of its names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fournines.components import registered
from fournines.kit.family import Family, Kind, Row
from fournines.kit.family.common import COMMON
from fournines.plan.model import Plan


@dataclass(frozen=True, slots=True)
class Doubt:
    """One of Debian's names that a family has nothing for (as ``source`` shows), or that no source proves."""

    component: str
    what: str
    source: str

    def __str__(self) -> str:
        """A line for people."""
        said = f"not packaged there ({self.source})" if self.source else "not proved there"
        return f"{self.component}: {self.what} {said}"


def doubts(plan: Plan, family: Family) -> Iterator[Doubt]:
    """Of the components that a plan is made of, and of what several of them use."""
    if family is Family.DEBIAN:
        return
    yield from _of("several components", COMMON, family)
    for component in dict.fromkeys(stage.component for phase in plan.phases for stage in phase.stages):
        rows = registered()[component].families
        if not rows:
            yield Doubt(component, "all its names are", "")
        yield from _of(component, rows, family)


def _of(component: str, rows: tuple[Row, ...], family: Family) -> Iterator[Doubt]:
    for row in rows:
        found = row.families[family]
        if not found.source or (row.kind is Kind.PACKAGE and found.names == ()):
            yield Doubt(component, f"the {row.kind} {row.debian} is", found.source)
