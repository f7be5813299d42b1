"""The words a spec may use, collected from the components."""

from __future__ import annotations

from functools import cache

from fournines.components import registered
from fournines.spec.vocabulary import Vocabulary


@cache
def vocabulary() -> Vocabulary:
    """Services with the services they need, and every component's options."""
    components = registered()
    services = {name: component for name, component in components.items() if component.service}
    return Vocabulary(
        services={
            name: tuple(
                other.name for other in services.values() if set(other.provides) & set(component.needs_of_all)
            )
            for name, component in services.items()
        },
        options={name: component.options for name, component in components.items()},
    )
