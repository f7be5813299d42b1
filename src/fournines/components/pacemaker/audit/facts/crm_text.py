"""The text of crm configure, taken apart into statements of words with the lines they stand on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

STATEMENTS = frozenset(
    """node primitive group clone ms master order colocation collocation location property rsc_defaults
    op_defaults rsc_template rsc_ticket tag user role acl_target acl_group fencing_topology monitor alert
    bundle xml commit configure exit quit end bye edit verify show up cib ra resource options crm""".split()  # noqa: SIM905 - a list would be a page long
)
"""Words that open a statement of crmsh's configure level (crm(8), Configure)."""
SECTIONS = frozenset({"params", "meta", "op", "operations", "utilization", "rule", "attributes"})
"""Words behind which settings of a statement stand."""
_LISTS = frozenset(
    {"group", "clone", "ms", "master", "order", "colocation", "collocation", "location", "tag"}
)
_DEFINES = re.compile(
    r"^[ \t]*+(?:crm\(live[^)\n]{0,60}\)\w{0,20}#[ \t]*+)?(?:(?:sudo[ \t]++)?crm[ \t]++configure[ \t]++)?"
    r"(?:primitive|group|clone|ms|master|bundle)[ \t]++([\w.\-]++)",
    re.MULTILINE,
)
"""Statements that give a resource its name."""
_PROMPT = re.compile(r"^\s*crm\(live[^)]*\)\w*#\s*")
_COMMAND = re.compile(r"^\s*(?:sudo\s+)?crm(?:\s+-\S+)*\s+configure\s+(?=\w)")
_WORD = re.compile(r"""(?:[^\s"']|"(?:[^"\\]|\\.)*"?|'[^']*'?)+""")
_QUOTES = re.compile(r"""(["'])(.*?)(?:\1|\Z)""")


@dataclass
class Statement:
    """One statement: its words, the line each stands on, and lines joined to it without a backslash."""

    words: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)

    @property
    def key(self) -> str:
        """What kind of statement it is."""
        return self.words[0] if self.words else ""


def statements(text: str, first: int = 1) -> list[Statement]:
    """The statements of a text whose first line is number ``first``."""
    found: list[Statement] = []
    joined = False
    ids = frozenset(_DEFINES.findall(text))
    column = 0
    for number, raw in enumerate(text.split("\n"), start=first):
        line = _COMMAND.sub("", _PROMPT.sub("", raw)).rstrip()
        goes_on = line.endswith("\\")
        words = _words(line.rstrip("\\"))
        if not words:
            joined = joined and goes_on
            if not line and found:
                found.append(Statement())  # a blank line ends what went before
            continue
        if joined and found:
            _append(found[-1], words, number)
        elif words[0] in STATEMENTS:
            found.append(Statement())
            _append(found[-1], words, number)
            column = _indent(raw)
        elif found and _continues(found[-1], words) and (_indent(raw) > column or _speaks(words, ids)):
            found[-1].broken.append(number)
            _append(found[-1], words, number)
        joined = goes_on
    return [statement for statement in found if statement.words]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _speaks(words: list[str], ids: frozenset[str]) -> bool:
    """Whether a line is part of a statement by its words: a section, a setting, an agent, a known resource.

    What stands no deeper than the statement before it and has nothing of these is a heading of the page.
    """
    first = words[0]
    return first in SECTIONS or "=" in first or ":" in first.rstrip(":") or first in ids


def _append(statement: Statement, words: list[str], number: int) -> None:
    statement.words += words
    statement.lines += [number] * len(words)


def _words(line: str) -> list[str]:
    if line.lstrip().startswith("#"):
        return []
    words: list[str] = []
    for match in _WORD.finditer(line):
        word = match.group()
        if word == "#":
            break
        words.append(_QUOTES.sub(r"\2", word) if '"' in word or "'" in word else word)
    return words


def _continues(statement: Statement, words: list[str]) -> bool:
    """Whether a line without a statement's word carries on what went before it."""
    if not statement.words:
        return False
    if words[0] in SECTIONS or "=" in words[0]:
        return True
    if statement.key == "primitive":
        return ":" in words[0] and not any(
            ":" in word or word.startswith("@") for word in statement.words[2:3]
        )
    return statement.key in _LISTS and bool(re.fullmatch(r"[\w.:\-]+", words[0]))
