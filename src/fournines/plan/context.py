"""The context of a site: which components take part, what they declare, their options."""

from __future__ import annotations

from collections.abc import Mapping

from fournines.components import registered
from fournines.kit.component import Component
from fournines.kit.context import Context
from fournines.kit.declare import Declaration, Secret
from fournines.kit.family import Family
from fournines.kit.template import Templates
from fournines.plan.participation import participation
from fournines.spec.model import Site


def taking_part(site: Site) -> tuple[Component, ...]:
    """The components of this site, by name (``plan.participation``)."""
    return participation(site, tuple(registered().values())).components


def declarations(site: Site) -> tuple[Declaration, ...]:
    """Everything the site's components declare, in the components' order."""
    return tuple(d for component in taking_part(site) for d in component.declarations(site))


def wanted_secrets(site: Site) -> tuple[Secret, ...]:
    """The secrets the site's components declare; one that two declare alike counts once."""
    return tuple(dict.fromkeys(d for d in declarations(site) if isinstance(d, Secret)))


def context_for(
    site: Site,
    secrets: Mapping[str, str],
    interfaces: Mapping[str, Mapping[str, str]] | None = None,
    family: Family = Family.DEBIAN,
) -> Context:
    """The context that every component of the site sees; ``interfaces`` as they were found on the hosts."""
    components = taking_part(site)
    return Context(
        site=site,
        declarations=tuple(d for component in components for d in component.declarations(site)),
        secrets=secrets,
        interfaces=interfaces or {},
        parsed={c.name: c.options_of(site) for c in components},
        templates=Templates(family),
    )
