"""Modules whose code runs only once they are used. Runs on a host."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


class Later:
    """Finds its modules where they are, and puts off running them (``importlib.util.LazyLoader``)."""

    def __init__(self, names: Sequence[str]) -> None:
        """``names`` are full ones: ``package.module``."""
        self.names = frozenset(names)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Python's question to whoever stands in ``sys.meta_path``; None for what is not ours to find."""
        if name not in self.names:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = importlib.util.LazyLoader(spec.loader)
        return spec


def later(*names: str) -> None:
    """From now on these are loaded at the first use of something in them, and not where they are imported."""
    sys.meta_path.insert(0, Later(names))
