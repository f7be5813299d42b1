"""The words of a command with the values of names put in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from fournines.kit.audit.status.ask import Question

if TYPE_CHECKING:
    from fournines.kit.audit.status.ask import Operand, Value

Names: TypeAlias = frozenset[tuple[str, "str | Question"]]

HIDING = frozenset(["local", "export", "declare", "typeset", "readonly"])
"""Words before an assignment that hide the status of what it runs."""
_NAME = re.compile(r"\$(?:\{(\w+|\?)(?::?[-=][^}]{0,200})?\}|(\w+|\?))")
_ASSIGN = re.compile(r"(\w+)=(.*)", re.DOTALL)
_RUN = re.compile(r"\$\((?!\()(.*)\)|`(.*)`", re.DOTALL)


def expanded(word: str, names: Names, status: str) -> str:
    """The word as text: known names put in, the output of a command shown as that command."""
    table = dict(names)

    def value(match: re.Match[str]) -> str:
        name = match.group(1) or match.group(2)
        if name == "?":
            return status
        found = table.get(name)
        if found is None:
            return match.group()
        return found.text if isinstance(found, Question) else found

    return _NAME.sub(value, word) if "$" in word else word


def operand(word: str, names: Names, status: str, line: int) -> Operand:
    """What a word of a test stands for: a text, or the output of a question."""
    whole = _NAME.fullmatch(word)
    if whole:
        found = dict(names).get(whole.group(1) or whole.group(2))
        if found is not None:
            return found
    run = _RUN.fullmatch(word)
    if run:
        return Question(expanded(run.group(1) or run.group(2) or "", names, status).strip(), line)
    return expanded(word, names, status)


def assigned(words: tuple[str, ...], names: Names, status: str, line: int) -> dict[str, Value] | None:
    """The names a command sets and their values; None when it is no assignment."""
    rest = words
    if words[0] in HIDING:
        rest = tuple(word for word in words[1:] if not word.startswith("-"))
    found: dict[str, Value] = {}
    for word in rest:
        match = _ASSIGN.fullmatch(word)
        if match is None:
            if words[0] in HIDING:
                continue
            return None
        found[match.group(1)] = _value(match.group(2), names, status, line)
    return found if found or words[0] in HIDING else None


def _value(text: str, names: Names, status: str, line: int) -> Value:
    said = operand(text, names, status, line)
    if isinstance(said, str) and any(c in said for c in "$`"):
        return None
    return said
