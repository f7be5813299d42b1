"""A context for the OpenStack components whose secrets are their own names: golden files stay readable."""

from __future__ import annotations

import json
from dataclasses import replace

from fournines.components import registered
from fournines.kit.component import Component
from fournines.kit.context import Context
from fournines.kit.declare import Secret, SecretKind
from fournines.spec.model import Site

COMPONENTS = ("client", "glance", "horizon", "keystone", "memcached")
KEYS = {"0": "staged-key", "1": "primary-key"}
_FIXED = {
    SecretKind.FERNET_KEYS: json.dumps(KEYS),
    SecretKind.CERTIFICATE: "key, certificate, authority\n",
}


def openstack(site: Site, **secrets: str) -> Context:
    """What these components declare and nothing else; ``secrets`` with ``__`` for ``/`` replace values."""
    components = [registered()[name] for name in COMPONENTS]
    declared = tuple(d for component in components for d in component.declarations(site))
    values = {d.name: _FIXED.get(d.kind, f"<{d.name}>") for d in declared if isinstance(d, Secret)} | {
        name.replace("__", "/"): value for name, value in secrets.items()
    }
    parsed = {c.name: c.options.model_validate(site.components.get(c.name, {})) for c in components}
    return Context(site, declared, values, parsed)


def serving(site: Site, component: Component) -> Context:
    """The same with what a further service declares, and with brokers."""
    shared = openstack(site)
    own = (*component.declarations(site), *registered()["rabbitmq"].declarations(site))
    secrets = {one.name: f"<{one.name}>" for one in own if isinstance(one, Secret)}
    return replace(shared, declarations=(*shared.declarations, *own), secrets={**shared.secrets, **secrets})
