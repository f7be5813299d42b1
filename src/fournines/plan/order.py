"""The order of components: levels, each needing only what earlier levels provide."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

from fournines.errors import PlanError
from fournines.kit.component import Component


def levels(components: Sequence[Component]) -> tuple[tuple[Component, ...], ...]:
    """Components grouped so that each group can be deployed at once, after the groups before it.

    Raises:
        PlanError: a need that no component provides, or components that need each other.
    """
    by_name = {component.name: component for component in components}
    graph = {name: _needed(component, components) for name, component in by_name.items()}
    sorter = TopologicalSorter(graph)
    try:
        sorter.prepare()
    except CycleError as error:
        raise PlanError(f"components need one another in a circle: {' -> '.join(error.args[1])}") from None
    found = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        found.append(tuple(by_name[name] for name in ready))
        sorter.done(*ready)
    return tuple(found)


def _needed(component: Component, components: Sequence[Component]) -> set[str]:
    needed: set[str] = set()
    for capability in component.needs:
        providers = {other.name for other in components if capability in other.provides}
        if not providers:
            raise PlanError(
                f"{component.name} needs {capability!r}, which no component of this site provides",
                try_this="add the service or role that provides it",
            )
        needed |= providers
    return needed - {component.name}
