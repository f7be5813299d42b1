"""What the spec cannot know by itself: told to it by those who know the components."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from fournines.spec.document import Problem
from fournines.spec.model import Role, Site, Strict

Judge = Callable[[Site], Iterable[Problem]]
"""Complaints about a site that is sound in itself."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words beyond the spec's own.

    ``services`` are what users may list; ``options`` maps a component to its options' model, ``roles`` to
    those of a host that it runs on (a component that runs everywhere is not there), ``providers`` a
    capability to the components that can provide it. ``judges`` are asked in turn about a site in which
    nothing else is wrong; the first that complains is the last that is asked.
    """

    services: AbstractSet[str] = frozenset()
    options: Mapping[str, type[Strict]] = field(default_factory=dict)
    roles: Mapping[str, tuple[Role, ...]] = field(default_factory=dict)
    providers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    judges: tuple[Judge, ...] = ()
