"""The components: one folder each, found by looking, never listed by hand."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from fournines.kit.component import Component


@cache
def registered() -> Mapping[str, Component]:
    """Every component by name, sorted. A folder without ``COMPONENT`` is known to the audit only."""
    found = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        component = getattr(import_module(f"{__name__}.{module.name}"), "COMPONENT", None)
        if isinstance(component, Component):
            found[component.name] = component
    return found
