"""What a tracked check depends on: the script it runs, or the command itself, followed to its status."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from fournines.components.keepalived.audit.facts import MiscCheck, VrrpScript
from fournines.components.keepalived.audit.rules.scripts import given
from fournines.kit.audit.script import shell_steps
from fournines.kit.audit.shell import parse_shell
from fournines.kit.audit.status import python
from fournines.kit.audit.status.pool import UNKNOWN
from fournines.kit.audit.status.steps import Command, Step
from fournines.kit.audit.status.walk import outcome, questions

if TYPE_CHECKING:
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.script import Script
    from fournines.kit.audit.source import Place
    from fournines.kit.audit.status.ask import Question
    from fournines.kit.audit.status.pool import Outcome

Check: TypeAlias = VrrpScript | MiscCheck
_SHELL = re.compile(r"(?:^|/)(?:ba|da|k|z)?sh$")
_PYTHON = re.compile(r"(?:^|/)python[\d.]*$")


@dataclass(frozen=True)
class Decision:
    """How a check may end, and the script it runs if that is a file that was given.

    ``steps`` is None where nothing is known of it.
    """

    check: Check
    script: Script | None
    steps: Step | None
    ends: Outcome

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        """Everything that is asked on the way."""
        return questions(self.steps) if self.steps is not None else ()

    def at(self, question: Question) -> Place:
        """Where a question is asked: in the script, or in the line that names the command."""
        return self.script.line(question.line) if self.script else self.check.place("script")


def decisions(site: Evidence) -> tuple[Decision, ...]:
    """Every program by whose exit status keepalived decides: of instances, and of real servers."""
    return site.derived(_decisions)


def _decisions(site: Evidence) -> tuple[Decision, ...]:
    checks: tuple[Check, ...] = (*site.all(VrrpScript), *site.all(MiscCheck))
    return tuple(_decision(site, check) for check in checks)


def _decision(site: Evidence, check: Check) -> Decision:
    """What is known of a check."""
    words = _words(check.command)
    inline = _inline(words)
    if inline is not None:
        return Decision(check, None, inline, outcome(inline))
    script = given(site, check.at.host, check.command)
    if script is not None:
        if script.steps is None:
            return Decision(check, script, None, UNKNOWN)
        after = next((i for i, word in enumerate(words) if script.named(word)), 0)
        names = {str(number): word for number, word in enumerate(words[after + 1 :], 1)}
        return Decision(check, script, script.steps, outcome(script.steps, names=names))
    path = words[0] if words else ""
    if not path or _SHELL.search(path) or _PYTHON.search(path):
        return Decision(check, None, None, UNKNOWN)
    steps = Command(tuple(words), 1)
    return Decision(check, None, steps, outcome(steps))


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()


def _inline(words: list[str]) -> Step | None:
    """The steps of ``sh -c TEXT`` and ``python3 -c TEXT``."""
    option = next((i for i, word in enumerate(words) if re.fullmatch(r"-\w*c", word)), 0)
    if not option or option + 1 >= len(words):
        return None
    text = words[option + 1]
    if _SHELL.search(words[0]):
        return shell_steps(parse_shell(text).nodes)
    return python.steps_of(text) if _PYTHON.search(words[0]) else None
