"""The order of the components' stages: levels, each needing only what earlier levels provide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from fournines.errors import PlanError
from fournines.kit.component import Component, Stage
from fournines.spec.model import Site


class Placed(NamedTuple):
    """A stage with the component whose it is; ``awaited`` says that some other stage comes after it."""

    component: Component
    stage: Stage
    awaited: bool

    @property
    def name(self) -> str:
        """The component's name, with the stage's where it has several."""
        several = len(self.component.stages) > 1
        return f"{self.component.name} {self.stage.name}" if several else self.component.name


def levels(site: Site, components: Sequence[Component]) -> tuple[tuple[Placed, ...], ...]:
    """Stages grouped so that each group can be deployed at once, after the groups before it.

    Raises:
        PlanError: a need that no component provides, or components that need each other.
    """
    by_name = {component.name: component for component in components}
    graph = {
        (name, number): before
        for name in by_name
        for number, before in _stages(site, by_name[name], components)
    }
    awaited = frozenset[tuple[str, int]]().union(*graph.values())
    sorter = TopologicalSorter(graph)
    try:
        sorter.prepare()
    except CycleError as error:
        circle = dict.fromkeys(name for name, _ in error.args[1])
        names = " -> ".join((*circle, next(iter(circle))))
        raise PlanError(f"components need one another in a circle: {names}") from None
    found = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        found.append(tuple(Placed(by_name[n], by_name[n].stages[i], (n, i) in awaited) for n, i in ready))
        sorter.done(*ready)
    return tuple(found)


def _stages(
    site: Site, component: Component, components: Sequence[Component]
) -> Iterator[tuple[int, set[tuple[str, int]]]]:
    """The number of each stage, with the stages (component and number) that come right before it."""
    for number in range(len(component.stages)):
        wanted = (
            *_needed(component, component.needed(site, number), components),
            *_provided(component, component.stages[number].after, components),
        )
        before = {(other.name, len(other.stages) - 1) for other in wanted}
        before |= {(other.name, 0) for other in _collected(component, number, components, site)}
        yield number, before | ({(component.name, number - 1)} if number else set())


def _collected(
    component: Component, number: int, components: Sequence[Component], site: Site
) -> Iterator[Component]:
    """The other components that declare what this stage collects."""
    kinds = component.stages[number].collects
    for other in components if kinds else ():
        if other is not component and any(isinstance(one, kinds) for one in other.declarations(site)):
            yield other


def _needed(
    component: Component, needs: Sequence[str], components: Sequence[Component]
) -> Iterator[Component]:
    for capability in needs:
        if not any(capability in other.provides for other in components):
            raise PlanError(
                f"{component.name} needs {capability!r}, which no component of this site provides",
                try_this="add the service or role that provides it",
            )
    yield from _provided(component, needs, components)


def _provided(
    component: Component, capabilities: Sequence[str], components: Sequence[Component]
) -> Iterator[Component]:
    """The others that provide any of these."""
    for other in components:
        if other is not component and any(one in other.provides for one in capabilities):
            yield other
