"""Keyword lines and braces: keepalived, corosync, DRBD and nftables, by dialect."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from fournines.kit.audit.node import Node, Parsed, Problem

DEEPEST = 64
"""Blocks nested deeper than this are read at this depth: no real file comes near it."""

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<template>\{%[^{}\n]*%\}|\{\#[^{}\n]*\#\}|<%(?!=)[^<>\n]*%>)
      | (?P<blank>\{\{[^{}\n]*\}\}|<%=[^<>\n]*%>)
      | "(?P<double>(?:[^"\\]++|\\.)*+)(?P<dend>"|\\?$)
      | '(?P<single>[^']*)(?P<send>'|$)
      | (?P<mark>[{};\#!])
      | (?P<word>(?:\$\{[^{}\n]*\}|[^\s"'{};\#!\\$]++|\$|\\.?)+)""",
    re.VERBOSE | re.DOTALL,
)
_TEMPLATE = re.compile(r"\{[{%#]")
"""Braces of a template that was not filled in, which open no block."""
_HELD = re.compile(r"[ \t]+")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs between the programs that write braces.

    ``comments``: characters that start a comment anywhere outside quotes. ``semicolons`` end statements.
    ``newlines`` end statements. ``colon``: ``key: value`` lines whose value is the rest of the line.
    ``sets``: ``{ a, b }`` inside one line is part of the statement (nftables). ``apart``: the opening brace
    of a block may stand on a line of its own, with empty lines and comments before it.
    """

    comments: str = "#"
    semicolons: bool = False
    newlines: bool = True
    colon: bool = False
    sets: bool = False
    apart: bool = False


KEEPALIVED = Dialect(comments="#!", apart=True)
COROSYNC = Dialect(colon=True)
DRBD = Dialect(semicolons=True, newlines=False)
NFTABLES = Dialect(semicolons=True, sets=True)


@dataclass(slots=True)
class _Open:
    """A block being read."""

    words: tuple[str, ...]
    line: int
    rest: str = ""
    children: list[Node] = field(default_factory=list)

    def close(self, *, closed: bool) -> Node:
        return Node(self.words, self.line, tuple(self.children), self.rest, closed=closed, block=True)


@dataclass(slots=True)
class _Reader:
    dialect: Dialect
    stack: list[_Open] = field(default_factory=lambda: [_Open((), 0)])
    problems: list[Problem] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    line: int = 0
    quoted: bool = False
    too_deep: int = 0

    def add(self, word: str, line: int, *, quoted: bool, glued: bool) -> None:
        if glued and self.words:
            self.words[-1] += word
            return
        if not self.words:
            self.line = line
        elif len(self.words) == 1:
            self.quoted = quoted
        self.words.append(word)

    def end(self) -> None:
        if not self.words:
            return
        node = Node(tuple(self.words), self.line, rest=" ".join(self.words[1:]), quoted=self.quoted)
        self.stack[-1].children.append(node)
        self.words, self.quoted = [], False

    def open(self, line: int) -> None:
        if len(self.stack) > DEEPEST:
            if not self.too_deep:
                said = f"blocks are nested deeper than {DEEPEST}"
                self.problems.append(Problem(line, said, ours=True))
            self.too_deep += 1
            self.end()
            return
        block = _Open(tuple(self.words), self.line if self.words else line, " ".join(self.words[1:]))
        self.words, self.quoted = [], False
        self.stack.append(block)

    def open_apart(self, line: int) -> None:
        """Open the block whose words are the last statement, if that is not a block itself."""
        before = self.stack[-1].children
        if not self.words and not self.too_deep and before and not before[-1].block:
            named = before.pop()
            self.words, self.line = list(named.words), named.line
        self.open(line)

    def shut(self, line: int) -> None:
        self.end()
        if self.too_deep:
            self.too_deep -= 1
        elif len(self.stack) == 1:
            self.problems.append(Problem(line, "a closing brace without an opening one"))
        else:
            block = self.stack.pop()
            self.stack[-1].children.append(block.close(closed=True))

    def finish(self) -> Parsed:
        self.end()
        while len(self.stack) > 1:
            block = self.stack.pop()
            name = " ".join(block.words) or "a block"
            self.problems.append(Problem(block.line, f"{name} is never closed"))
            self.stack[-1].children.append(block.close(closed=False))
        self.problems.sort(key=lambda problem: problem.line)
        return Parsed(tuple(self.stack[0].children), tuple(self.problems))


def parse(text: str, dialect: Dialect) -> Parsed:
    """Read a text of words and braces; linear in its length, whatever it holds."""
    reader = _Reader(dialect)
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.rstrip("\r")
        if dialect.colon and _colon_line(reader, line, number):
            continue
        _line(reader, line, number)
        if dialect.newlines:
            reader.end()
    return reader.finish()


def _colon_line(reader: _Reader, line: str, number: int) -> bool:
    """Read corosync's ``key: value``; its comments stand on lines of their own."""
    stripped = line.strip()
    if stripped.startswith("#"):
        return True
    key, colon, value = stripped.partition(":")
    if not colon or "{" in key or "}" in key or stripped.endswith("{"):
        return False
    reader.end()
    kept = value.strip()
    node = Node((key.strip(), *((kept,) if kept else ())), number, rest=kept)
    reader.stack[-1].children.append(node)
    return True


def _line(reader: _Reader, line: str, number: int) -> None:  # noqa: C901 - one branch a token
    dialect = reader.dialect
    glued = False
    sets = 0
    for match in _TOKEN.finditer(line):
        kind, text = match.lastgroup, match.group()
        if kind in ("space", "template"):
            glued = False
        elif kind == "blank":
            reader.add(_HELD.sub(" ", text), number, quoted=False, glued=glued)
            glued = True
        elif kind == "mark" and text in dialect.comments:
            return
        elif kind == "mark" and text == "{" and dialect.sets and (sets or match.end() <= line.rfind("}")):
            sets += 1
            reader.add(text, number, quoted=False, glued=False)
        elif kind == "mark" and text == "}" and sets:
            sets -= 1
            reader.add(text, number, quoted=False, glued=False)
        elif kind == "mark" and text in "{}":
            if text == "}":
                reader.shut(number)
            elif dialect.apart and not _TEMPLATE.match(line, match.start()):
                reader.open_apart(number)
            else:
                reader.open(number)
            glued = False
        elif kind == "mark" and text == ";" and dialect.semicolons:
            reader.end()
            glued = False
        else:
            _word(reader, match, number, glued=glued)
            glued = True


def _word(reader: _Reader, match: re.Match[str], number: int, *, glued: bool) -> None:
    double, single = match.group("double"), match.group("single")
    if double is not None:
        if match.group("dend") != '"':
            reader.problems.append(Problem(number, "a quote that is not closed"))
        reader.add(_ESCAPE.sub(r"\1", double), number, quoted=True, glued=glued)
    elif single is not None:
        if not match.group("send"):
            reader.problems.append(Problem(number, "a quote that is not closed"))
        reader.add(single, number, quoted=True, glued=glued)
    else:
        reader.add(match.group(), number, quoted=False, glued=glued)
