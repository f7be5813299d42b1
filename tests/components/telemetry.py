"""What the telemetry services see of one another in their tests: brokers, locks, Gnocchi in the catalogue."""

from __future__ import annotations

from dataclasses import replace

from tests.components.openstack import serving

from fournines.components import registered
from fournines.kit.component import Component
from fournines.kit.context import Context
from fournines.kit.declare import Coordination
from fournines.spec.model import Site

SERVICES = ("keystone", "swift", "gnocchi", "ceilometer", "aodh")


def telemetry(blog: Site, component: Component) -> Context:
    """The blog's site with all of telemetry, as one of its services sees it."""
    found = serving(blog.model_copy(update={"services": SERVICES}), component)
    others = [name for name in ("swift", "gnocchi") if name != component.name]
    known = tuple(one for name in others for one in registered()[name].declarations(found.site))
    locks = Coordination("etcd3+http://127.0.0.1:2379?timeout=10")
    return replace(found, declarations=(*found.declarations, *known, locks))
