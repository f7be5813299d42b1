"""``[section]`` and ``key = value``: oslo.config, my.cnf, systemd, rabbitmq.conf, sysctl.

Repeated keys are kept in order (oslo's MultiOpt, systemd's lists): configparser would lose them.
"""

from __future__ import annotations

import re

from fournines.kit.audit.node import Node, Parsed, Problem

_SECTION = re.compile(r"\[([^\]]*)\]\s*(?:[#;].*)?$")
_PAIR = re.compile(r"([^\s=:#;\[!][^=:]*+)([=:])\s*(.*)$", re.DOTALL)
_WORDLIKE = re.compile(r"[A-Za-z_][\w.\-/ ]*+\s*=")
_INLINE = re.compile(r"\s[#;].*")


class _Section:
    def __init__(self, words: tuple[str, ...], line: int) -> None:
        self.words = words
        self.line = line
        self.children: list[Node] = []

    def node(self) -> Node:
        return Node(self.words, self.line, tuple(self.children), block=True)


def parse_ini(text: str) -> Parsed:
    """Section nodes with ``(key, value)`` children; pairs before the first section stay at the top.

    ``rest`` keeps the value as written; the word has quotes and a trailing comment taken off. A key
    without ``=`` is a node of one word. Indented lines that are no pair of their own continue a value.
    """
    top: list[Node] = []
    problems: list[Problem] = []
    section: _Section | None = None
    for number, raw in _logical(text):
        line = raw.strip()
        header = _SECTION.match(line)
        if header:
            if section:
                top.append(section.node())
            section = _Section((header.group(1).strip(),), number)
            continue
        target = section.children if section else top
        if line.startswith("["):
            problems.append(Problem(number, "a section header that is not closed"))
            continue
        target.append(_pair(line, number))
    if section:
        top.append(section.node())
    return Parsed(tuple(top), tuple(problems))


def _logical(text: str) -> list[tuple[int, str]]:
    """Lines with their continuations joined by a newline, without comments and blanks."""
    found: list[tuple[int, list[str], int]] = []
    hanging = False
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.rstrip()
        stripped = line.lstrip()
        if not stripped or stripped[0] in "#;":
            hanging = False
            continue
        indent = len(line) - len(stripped)
        deeper = bool(found) and indent > found[-1][2] and "=" in found[-1][1][0]
        if found and (hanging or (deeper and stripped[0] != "[" and not _WORDLIKE.match(stripped))):
            found[-1][1].append(stripped)
        else:
            found.append((number, [line], indent))
        hanging = line.endswith("\\")
    return [(number, "\n".join(parts)) for number, parts, _ in found]


def _pair(line: str, number: int) -> Node:
    match = _PAIR.match(line)
    if not match or (match.group(2) == ":" and "=" in line.split(":", 1)[0]):
        key = _uncommented(line)
        return Node((key,), number, rest="")
    key, raw = match.group(1).strip(), match.group(3)
    return Node((key, _clean(raw)), number, rest=raw)


def _clean(raw: str) -> str:
    value = raw.strip()
    if len(value) > 1 and value[0] in "\"'":
        end = value.find(value[0], 1)
        if end > 0:
            return value[1:end]
    return _uncommented(value).strip()


def _uncommented(text: str) -> str:
    """Without the comment behind the last line: those of the lines before are kept as written."""
    before, newline, last = text.rpartition("\n")
    return before + newline + _INLINE.sub("", last)
