"""The components: one folder each, found by looking, never listed by hand.

Importing a folder costs nothing: what the audit knows of a piece of software (``audit/``) is read without
what deploys it, which ``component`` names.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fournines.kit.component import Component


@cache
def registered() -> Mapping[str, Component]:
    """Every component by name, sorted. A folder without a module ``component`` is known to the audit only."""
    homes = sorted(f"{__name__}.{folder.name}.component" for folder in pkgutil.iter_modules(__path__))
    found: list[Component] = [import_module(home).COMPONENT for home in homes if find_spec(home)]
    return {component.name: component for component in found}
