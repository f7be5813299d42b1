"""The words a spec may use, and what judges a whole site, collected from the components."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from fournines.components import registered
from fournines.plan.capacity import too_many_connections
from fournines.plan.judges.idle import idle, idle_networks
from fournines.plan.judges.ports import opened_ports
from fournines.plan.judges.volumes import unkept_volumes
from fournines.plan.judges.votes import tied
from fournines.plan.participation import participation, providers
from fournines.spec.document import Problem
from fournines.spec.model import Site
from fournines.spec.vocabulary import Vocabulary


@cache
def vocabulary() -> Vocabulary:
    """What the components' names, options, roles and capabilities are, and whether they fit together."""
    components = registered()
    return Vocabulary(
        services=frozenset(name for name, component in components.items() if component.service),
        options={name: component.options for name, component in components.items()},
        roles={name: c.on.roles for name, c in components.items() if c.on.roles is not None},
        providers=providers(components),
        judges=(
            _participation,
            _idle,
            _own,
            tied,
            too_many_connections,
            unkept_volumes,
            opened_ports,
            idle_networks,
        ),
    )


def services_needed(site: Site) -> dict[str, tuple[str, ...]]:
    """The services that each service needs in a site, whether it lists any of them or not."""
    services = {name: component for name, component in registered().items() if component.service}
    whose = {capability: name for name, one in services.items() for capability in one.provides}
    wanted = {name: set(map(whose.get, one.needed_by_all(site))) for name, one in services.items()}
    return {name: tuple(one for one in services if one in wanted[name]) for name in services}


def _participation(site: Site) -> Iterable[Problem]:
    return participation(site, tuple(registered().values())).problems


def _idle(site: Site) -> Iterable[Problem]:
    known = tuple(registered().values())
    return idle(site, participation(site, known).components, known)


def _own(site: Site) -> Iterable[Problem]:
    """What the components that take part refuse by themselves."""
    taking_part = participation(site, tuple(registered().values())).components
    return (problem for c in taking_part for problem in c.judge(site, c.options_of(site)))
