"""The order of the components' stages: levels, each needing only what earlier levels provide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from fournines.errors import PlanError
from fournines.kit.component import Component, Stage, no_steps
from fournines.kit.declare import Declaration
from fournines.spec.model import Site

_Number = tuple[str, int]
"""A stage by its component's name and its place among that one's stages."""


class Placed(NamedTuple):
    """A stage with the component whose it is; ``awaited`` says that some other stage comes after it.

    ``after`` are the names of all stages that it comes after, however far before it.
    """

    component: Component
    stage: Stage
    awaited: bool
    after: frozenset[str]

    @property
    def name(self) -> str:
        """The component's name, with the stage's where it has several."""
        return _name(self.component, self.stage)

    @property
    def completes(self) -> bool:
        """Whether it is not the component's first stage."""
        return self.stage is not self.component.stages[0]

    @property
    def acts(self) -> bool:
        """Whether it does something, and not only waits for its checks."""
        return self.stage.steps is not no_steps


def levels(site: Site, components: Sequence[Component]) -> tuple[tuple[Placed, ...], ...]:
    """Stages grouped so that each group can be deployed at once, after the groups before it.

    Each stage comes as early as it can, but for what completes a component and nobody waits for: that comes
    beside the last stage that somebody does wait for, and holds up nothing before.

    Raises:
        PlanError: a need that no component provides, or components that need each other.
    """
    by_name = {component.name: component for component in components}
    graph = {
        (name, number): before
        for name in by_name
        for number, before in _stages(site, by_name[name], components)
    }
    awaited = frozenset[_Number]().union(*graph.values())
    sorter = TopologicalSorter(graph)
    try:
        sorter.prepare()
    except CycleError as error:
        circle = dict.fromkeys(name for name, _ in error.args[1])
        names = " -> ".join((*circle, next(iter(circle))))
        raise PlanError(f"components need one another in a circle: {names}") from None
    found: list[tuple[_Number, ...]] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        found.append(tuple(ready))
        sorter.done(*ready)
    before: dict[_Number, frozenset[_Number]] = {}
    for one in (one for level in found for one in level):
        before[one] = frozenset(graph[one]).union(*(before[earlier] for earlier in graph[one]))

    def placed(one: _Number) -> Placed:
        names = (_name(by_name[name], by_name[name].stages[i]) for name, i in before[one])
        component = by_name[one[0]]
        return Placed(component, component.stages[one[1]], one in awaited, frozenset(names))

    return _completing_late(tuple(tuple(placed(one) for one in level) for level in found))


def _name(component: Component, stage: Stage) -> str:
    return f"{component.name} {stage.name}" if len(component.stages) > 1 else component.name


def _completing_late(early: tuple[tuple[Placed, ...], ...]) -> tuple[tuple[Placed, ...], ...]:
    """The same levels, with what completes a component and is not awaited beside the last awaited steps."""
    last = max((n for n, level in enumerate(early) if any(p.awaited and p.acts for p in level)), default=0)
    late = tuple(p for level in early[:last] for p in level if p.completes and not p.awaited)
    kept = [tuple(p for p in level if p not in late) for level in early[:last]]
    beside = tuple(sorted((*early[last], *late), key=lambda placed: placed.name))
    return tuple(level for level in (*kept, beside, *early[last + 1 :]) if level)


def _stages(
    site: Site, component: Component, components: Sequence[Component]
) -> Iterator[tuple[int, set[tuple[str, int]]]]:
    """The number of each stage, with the stages (component and number) that come right before it."""
    for number in range(len(component.stages)):
        before = {
            *_needed(component, component.needed(site, number), components),
            *_provided(component, component.stages[number].after, components),
        }
        kinds = component.stages[number].collects
        before |= {
            (one.name, one.stage_that_brings(kinds)) for one in _collected(component, kinds, components, site)
        }
        yield number, before | ({(component.name, number - 1)} if number else set())


def _collected(
    component: Component, kinds: tuple[type[Declaration], ...], components: Sequence[Component], site: Site
) -> Iterator[Component]:
    """The other components that declare what a stage collects."""
    for other in components if kinds else ():
        if other is not component and any(isinstance(one, kinds) for one in other.declarations(site)):
            yield other


def _needed(
    component: Component, needs: Sequence[str], components: Sequence[Component]
) -> Iterator[tuple[str, int]]:
    for capability in needs:
        if not any(capability in other.provides for other in components):
            raise PlanError(
                f"{component.name} needs {capability!r}, which no component of this site provides",
                try_this="add the service or role that provides it",
            )
    yield from _provided(component, needs, components)


def _provided(
    component: Component, capabilities: Sequence[str], components: Sequence[Component]
) -> Iterator[tuple[str, int]]:
    """The stages of others (component and number) after which these capabilities are there."""
    for other in components if capabilities else ():
        if other is not component:
            yield from ((other.name, other.stage_of(one)) for one in capabilities if one in other.provides)
