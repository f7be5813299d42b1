"""Which services and component options a spec may name: told to the spec by those who know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fournines.spec.model import Strict


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words beyond the spec's own.

    ``services`` maps a service to the services it needs; ``options`` a component to its options' model.
    """

    services: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    options: Mapping[str, type[Strict]] = field(default_factory=dict)
