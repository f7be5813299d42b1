"""Scripts as facts: what they run, and what their exit status depends on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Kind, Place, Source, Syntax
from fournines.kit.audit.status import perl, python
from fournines.kit.audit.status.pool import UNKNOWN, Outcome
from fournines.kit.audit.status.shell import TooDeepError, steps_of
from fournines.kit.audit.status.steps import Block, Command, Step
from fournines.kit.audit.status.walk import outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.node import Node

MOST_COMMANDS = 20_000
"""Commands and words of blocks of a script whose ways are followed."""


@dataclass(frozen=True)
class Script:
    """A script; ``path`` is the path it has on its host as far as known.

    ``steps`` is what its exit status comes from; None for a language that is not read.
    """

    at: Place
    path: str
    commands: tuple[Node, ...] = field(repr=False)
    steps: Step | None = field(repr=False, compare=False)
    places: tuple[Place, ...] = field(default=(), repr=False)
    lines: tuple[Place, ...] = field(default=(), repr=False)

    def named(self, command: str) -> bool:
        """Whether this is the script a configuration calls by this path (the last part decides)."""
        return bool(command) and command.rsplit("/", 1)[-1] == self.path.rsplit("/", 1)[-1]

    def line(self, number: int) -> Place:
        """The place of a line of the script's text."""
        return self.lines[min(max(number, 1), len(self.lines)) - 1] if self.lines else self.at

    @cached_property
    def ends(self) -> Outcome:
        """How it may end when it is called without arguments."""
        return UNKNOWN if self.steps is None else outcome(self.steps)

    @property
    def can_fail(self) -> bool | None:
        """Whether some way through it may end with a status other than 0; None for a foreign language."""
        return None if self.steps is None else self.ends.failure is not None


def read_script(source: Source) -> Iterator[Script]:
    """The script of a source."""
    first = source.text.lstrip().split("\n", 1)[0]
    foreign = first.startswith("#!") and "sh" not in first
    yield _script(source, None if foreign else shell_steps(source.nodes, first))


def shell_steps(nodes: tuple[Node, ...], shebang: str = "") -> Step | None:
    """The steps of a shell script; ``#!/bin/sh -e`` counts. None: too deep or too long to follow."""
    if len(nodes) > MOST_COMMANDS:
        return None
    try:
        steps = steps_of(nodes)
    except TooDeepError:
        return None
    strict = shebang.startswith("#!") and re.search(r"sh\s+-\w*e", shebang)
    return Block((Command(("set", "-e"), 1), steps)) if strict else steps


def read_python(source: Source) -> Iterator[Script]:
    """The script of a source in Python; its commands are none, for they are no shell's."""
    yield _script(source, python.steps_of(source.text))


def read_perl(source: Source) -> Iterator[Script]:
    """The script of a source in Perl."""
    yield _script(source, perl.steps_of(source.text))


def _script(source: Source, steps: Step | None) -> Script:
    return Script(
        at=source.top,
        path=source.name or source.path,
        commands=source.nodes if source.kind == SCRIPT.name else (),
        steps=steps,
        places=tuple(source.at(node) for node in source.nodes) if source.kind == SCRIPT.name else (),
        lines=tuple(source.at(number) for number in range(1, source.text.count("\n") + 2)),
    )


def _nothing(_source: Source) -> Iterator[Script]:
    return iter(())


COMMANDS = Kind(name="commands", syntax=Syntax.SHELL, names=(), marks=(), read=_nothing)
"""Commands shown in a page: read like a script, but no script that anything could call."""

WRITES = r"\A(?: ?#[^\n]*+\n)*+ ?(?:sudo (?:-\S++ )*+)?(?:cat|tee)\b[^\n<]*+<<[^\n<]"
"""A script without a first line of its own, whose first step writes the file that its content speaks of."""
SCRIPT = Kind(
    name="script",
    syntax=Syntax.SHELL,
    names=("*.sh", "*.bash", "chk_*", "check_*"),
    marks=(
        r"\A\s*#!\s*/\S*(?:/|\s)(?:ba|da|k|z)?sh\b",
        r"\A\s*#!\s*/(?!\S*\s*(?:python|perl))\S+",
        r"^(?:sudo )?(?:rabbitmqctl|pcs|crm|drbdadm|systemctl) \w",
        r"^(?:sudo )?(?:docker|podman) run \S",
        r"^(?:sudo )?(?:(?:ba|da|k)?sh -c ['\"])?(?:cat|tee)\b[^\n<]*+<<",
        WRITES,
    ),
    read=read_script,
)
PYTHON = Kind(
    name="python script",
    syntax=Syntax.LINES,
    names=("*.py",),
    marks=(r"\A#!\s*/.*\bpython[\d.]*\s*$|\A(?:[ \t]*#.*\n|[ \t]*\n)*(?:import \w|from [\w.]+ import )",),
    read=read_python,
)
PERL = Kind(
    name="perl script",
    syntax=Syntax.LINES,
    names=("*.pl",),
    marks=(r"\A#!\s*/.*\bperl[\d.]*(?:\s|$)",),
    read=read_perl,
)
