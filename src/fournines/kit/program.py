"""Programs for the hosts: modules of ours that a host's own Python runs, sent along as text.

Such a module lives in a component's ``on_host`` folder and imports nothing but the standard library
(and what the host's packages bring), so that nothing of fournines has to be installed on a host. It is
linted, typed and tested like everything else. What several of them need lies in ``kit.on_host`` and is sent
along with whichever imports it; so is a neighbour, if it is named (``beside``). Secrets reach it by its
standard input, never by its arguments, which every user of the host can see. What a unit runs is installed
below ``PROGRAMS``, under the same package path as here.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import ModuleType
from typing import Any

from fournines.kit.check import Ask, Output
from fournines.kit.step import File

_SHARED = re.compile(r"^from fournines\.kit\.on_host\.(\w+) import .*\n", re.MULTILINE)
_FUTURE = "from __future__ import annotations\n"
"""Only the first statement of a program may say this."""

PROGRAMS = "/usr/lib/fournines"
"""What a unit needs in PYTHONPATH to find the installed programs."""


def installed(component: str, name: str) -> str:
    """Where ``on_host/<name>.py`` of a component lies on a host."""
    return f"{PROGRAMS}/fournines/components/{component}/on_host/{name}.py"


def install(component: str, name: str) -> File:
    """The step that brings a component's program to a host."""
    return File(installed(component, name), _source(component, name))


@cache
def _source(component: str, name: str) -> str:
    return _flat(files(f"fournines.components.{component}").joinpath("on_host", f"{name}.py").read_text())


_WITH_OTHERS = """\
import sys, types
*others, (main, text) = {modules!r}
for name, source in others:
    module = sys.modules[name] = types.ModuleType(name)
    exec(compile(source, name, "exec"), module.__dict__)
exec(compile(text, main, "exec"))
"""


def argv(module: ModuleType, *arguments: str, beside: tuple[ModuleType, ...] = ()) -> tuple[str, ...]:
    """The command that runs a module on a host; ``-I`` keeps the caller's directory out of its imports.

    ``beside`` are the modules of ours that it imports, each after those that it imports itself.
    """
    text = _whole(module)
    if beside:
        text = _WITH_OTHERS.format(modules=[(m.__name__, _whole(m)) for m in (*beside, module)])
    return ("/usr/bin/python3", "-I", "-c", text, *arguments)


@cache
def _whole(module: ModuleType) -> str:
    return _flat(inspect.getsource(module))


def _flat(source: str) -> str:
    """A module's text, after that of the shared ones it imports: a host sees one flat program."""
    shared = [
        files("fournines.kit.on_host").joinpath(f"{name}.py").read_text() for name in _SHARED.findall(source)
    ]
    if not shared:
        return source
    return _FUTURE + "\n".join((*shared, _SHARED.sub("", source))).replace(_FUTURE, "")


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
