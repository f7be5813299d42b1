"""What the components bring to the audit: kinds of file (``audit/facts``) and rules (``audit/rules``).

A component's folder may hold nothing else: then fournines reads that software and does not deploy it.
Both are found by type at module level.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules, walk_packages
from typing import TYPE_CHECKING, TypeVar

import fournines.audit.site_rules
import fournines.components
from fournines.kit.audit.prose import PROSE
from fournines.kit.audit.rule import Rule
from fournines.kit.audit.script import COMMANDS, PERL, PYTHON, SCRIPT
from fournines.kit.audit.source import Kind, Reader, Syntax

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from fournines.kit.audit.source import Source

T = TypeVar("T")


@cache
def kinds() -> tuple[Kind, ...]:
    """Every kind of file some component can read, by name."""
    found = {id(kind): kind for kind in _values("facts", Kind)}
    return tuple(sorted((*found.values(), SCRIPT, COMMANDS, PYTHON, PERL, PROSE), key=lambda kind: kind.name))


@cache
def readers() -> dict[str, tuple[Callable[[Source], Iterator[object]], ...]]:
    """Everything that reads a kind of file: its own reader first, then those of other components."""
    table = {kind.name: [kind.read] for kind in kinds()}
    for extra in {id(reader): reader for reader in _values("facts", Reader)}.values():
        table.setdefault(extra.kind, []).append(extra.read)
        for kind in kinds() if extra.kind == SCRIPT.name else ():
            shell = kind.syntax is Syntax.SHELL and kind.name != SCRIPT.name
            if shell and kind.read is not extra.read:  # commands are commands, whatever the file is called
                table[kind.name].append(extra.read)
    return {name: tuple(reads) for name, reads in table.items()}


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, by id."""
    modules = [*_components("rules"), *_inside(fournines.audit.site_rules)]
    found = {id(rule): rule for module in modules for rule in vars(module).values() if isinstance(rule, Rule)}
    return tuple(sorted(found.values(), key=lambda rule: rule.id))


def _values(name: str, kind: type[T]) -> Iterator[T]:
    for module in _components(name):
        for value in vars(module).values():
            if isinstance(value, kind):
                yield value


def _components(name: str) -> Iterator[ModuleType]:
    for folder in iter_modules(fournines.components.__path__, "fournines.components."):
        home = Path(folder.module_finder.path, folder.name.rpartition(".")[2], "audit")  # type: ignore[union-attr]
        if not (home / f"{name}.py").is_file() and not (home / name / "__init__.py").is_file():
            continue
        module = import_module(f"{folder.name}.audit.{name}")
        yield module
        yield from _inside(module)


def _inside(package: ModuleType) -> Iterator[ModuleType]:
    """The modules of a package; nothing for a plain module."""
    path = getattr(package, "__path__", None)
    if path is not None:
        for found in walk_packages(path, f"{package.__name__}."):
            yield import_module(found.name)
