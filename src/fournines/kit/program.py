"""Programs for the hosts: modules of ours that a host's own Python runs, sent along as text.

Such a module lives in a component's ``on_host`` folder and imports nothing but the standard library
(and what the host's packages bring), so that nothing of fournines has to be installed on a host. It is
linted, typed and tested like everything else. Secrets reach it by its standard input, never by its
arguments, which every user of the host can see.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from fournines.kit.check import Ask, Output


def argv(module: ModuleType, *arguments: str) -> tuple[str, ...]:
    """The command that runs a module on a host; ``-I`` keeps the caller's directory out of its imports."""
    return ("/usr/bin/python3", "-I", "-c", inspect.getsource(module), *arguments)


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
