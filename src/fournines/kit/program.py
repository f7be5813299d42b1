"""Programs for the hosts: modules of ours that a host's own Python runs, sent along as text.

Such a module lives in a component's ``on_host`` folder and imports nothing but the standard library
(and what the host's packages bring), so that nothing of fournines has to be installed on a host. It is
linted, typed and tested like everything else. What it imports of ours (a neighbour, or what several need:
``kit.on_host``) is sent along with it, and is imported as ``from MODULE import names``. Secrets reach it by
its standard input, never by its arguments, which every user of the host can see. What a unit runs is
installed below ``PROGRAMS``, under the same package path as here; its neighbours lie there as files.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import ModuleType
from typing import Any

from fournines.kit.check import Ask, Output
from fournines.kit.step import File

PROGRAMS = "/usr/lib/fournines"
"""What a unit needs in PYTHONPATH to find the installed programs."""


def installed(component: str | None, name: str) -> str:
    """Where ``on_host/<name>.py`` of a component lies on a host, or that of the kit where it is None."""
    return f"{PROGRAMS}/{_module(component, name).replace('.', '/')}.py"


def install(component: str | None, name: str) -> File:
    """The step that brings such a program to a host."""
    return File(installed(component, name), _sent(_module(component, name), _SHARED))


def _module(component: str | None, name: str) -> str:
    return f"fournines.{f'components.{component}' if component else 'kit'}.on_host.{name}"


def argv(module: ModuleType, *arguments: str) -> tuple[str, ...]:
    """The command that runs a module on a host; ``-I`` keeps the caller's directory out of its imports."""
    return ("/usr/bin/python3", "-I", "-c", _sent(module.__name__), *arguments)


_OURS = "fournines."
_SHARED = "fournines.kit.on_host."
_WITH_OTHERS = """\
import sys, types
*others, (main, text) = {modules!r}
for name, source in others:
    module = sys.modules[name] = types.ModuleType(name)
    exec(compile(source, name, "exec"), module.__dict__)
exec(compile(text, main, "exec"))
"""


@cache
def _sent(name: str, among: str = _OURS) -> str:
    """A module's text; where it imports others ``among`` ours, a text that makes those first."""
    modules = {name: _text(name)}
    waiting = [name]
    while waiting:
        for other in _imported(modules[waiting.pop()], among):
            # What is needed by more than one stands before all of them.
            modules = {other: _text(other)} | {one: modules[one] for one in modules if one != other}
            waiting.append(other)
    if len(modules) == 1:
        return modules[name]
    return _WITH_OTHERS.format(modules=list(modules.items()))


def _imported(source: str, among: str) -> Iterator[str]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(among):
            yield str(node.module)


def _text(name: str) -> str:
    package, _, own = name.rpartition(".")
    return files(package).joinpath(f"{own}.py").read_text()


def fed(values: Mapping[str, object]) -> str:
    """What such a program reads: JSON, with sorted keys so that equal values give equal text."""
    return json.dumps(values, sort_keys=True)


def ask(module: ModuleType, values: Mapping[str, object], *, timeout: float = 10.0) -> Ask:
    """A question that is answered by a program of ours. ``timeout`` in seconds."""
    return Ask(argv(module), stdin=fed(values), timeout=timeout)


def heard(answer: Output) -> Mapping[str, Any] | None:
    """The JSON object such a program answered with; None when it failed or said something else."""
    if answer.code != 0:
        return None
    try:
        found = json.loads(answer.stdout)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def complaint(answer: Output) -> str:
    """What a program that failed said last."""
    return (answer.stderr.strip().splitlines() or ["no answer"])[-1]
