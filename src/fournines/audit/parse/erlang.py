"""Erlang terms: classic ``rabbitmq.config`` and ``advanced.config``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from fournines.audit.parse.braces import DEEPEST
from fournines.kit.audit.node import Node, Parsed, Problem

_TOKEN = re.compile(
    r"""(?P<newline>\n)
      | (?P<skip>[ \t\r\f\v]+|%[^\n]*)
      | (?P<binary><<\s*"(?P<bytes>(?:[^"\\]++|\\.)*+)"[^>]{0,200}>>)
      | "(?P<string>(?:[^"\\]++|\\.)*+)(?:"|(?P<open_string>\\?\Z))
      | '(?P<atom>(?:[^'\\]++|\\.)*+)(?:'|(?P<open_atom>\\?\Z))
      | (?P<mark>[{}\[\],])
      | (?P<end>\.(?=\s|$))
      | (?P<plain>[\w@.$#\-+/:]+)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_UNCLOSED = ("open_string", "open_atom")
_TEMPLATE = re.compile(r"\{\{[ \-]?[A-Za-z_][^{}\n]{0,200}\}\}|<%=[^%\n]{1,200}%>")
"""What a template puts in: Jinja's ``{{ port }}``, ERB's ``<%= @port %>``."""
_STATEMENT = re.compile(r"\{[%#]-?[^%#\n]{1,300}[%#]\}|<%[^=%\n][^%\n]{0,300}%>")
"""What decides in a template: ``{% if ssl %}``."""
_PUT_IN = "$template"


@dataclass(slots=True)
class _Open:
    bracket: str
    line: int
    words: list[str] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)

    def node(self, *, closed: bool = True) -> Node:
        return Node(
            tuple(self.words), self.line, tuple(self.children), self.bracket, closed=closed, block=True
        )


def parse_erlang(whole: str) -> Parsed:
    """A tuple or list is a node: its scalars are the words, its nested terms the children.

    ``{heartbeat, 60}`` is ``Node(("heartbeat", "60"))``; ``rest`` says ``{`` or ``[``.
    """
    stack = [_Open("", 1)]
    problems: list[Problem] = []
    line, too_deep = 1, 0
    for match in _TOKEN.finditer(_STATEMENT.sub("", _TEMPLATE.sub(_PUT_IN, whole))):
        text = match.group()
        kind = match.lastgroup
        if kind == "mark" and text in "{[":
            if len(stack) > DEEPEST:
                if not too_deep:
                    said = f"terms are nested deeper than {DEEPEST}"
                    problems.append(Problem(line, said, ours=True))
                too_deep += 1
            else:
                stack.append(_Open(text, line))
        elif kind == "mark" and text in "}]":
            if too_deep:
                too_deep -= 1
            else:
                _shut(stack, text, line, problems)
        elif kind == "other":
            problems.append(Problem(line, f"unexpected {text!r}"))
        else:
            word = _word(match)
            if word is not None:
                stack[-1].words.append(word)
        line += text.count("\n")
        if kind in _UNCLOSED:
            problems.append(Problem(line - text.count("\n"), f"{text[0]} is never closed"))
    _end(stack, problems)
    return Parsed(tuple(stack[0].children), tuple(problems[:100]))


def _end(stack: list[_Open], problems: list[Problem]) -> None:
    while len(stack) > 1:
        block = stack.pop()
        problems.append(Problem(block.line, f"{block.bracket} is never closed"))
        stack[-1].children.append(block.node(closed=False))


def _word(match: re.Match[str]) -> str | None:
    for name in ("bytes", "string", "atom", "plain"):
        value = match.group(name)
        if value is not None:
            return value
    return None


def _shut(stack: list[_Open], text: str, line: int, problems: list[Problem]) -> None:
    wanted = "{" if text == "}" else "["
    if len(stack) == 1:
        problems.append(Problem(line, f"{text} closes nothing"))
        return
    if stack[-1].bracket != wanted:
        problems.append(Problem(line, f"{text} closes the {stack[-1].bracket} of line {stack[-1].line}"))
    block = stack.pop()
    stack[-1].children.append(block.node())
