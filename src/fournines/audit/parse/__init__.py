"""From text to trees: one parser for each way of writing; none of them ever raises.

Every parser is linear, and text beyond the limits below is not read, which is a problem reported: ten
megabytes of anything end in seconds.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from fournines.audit.parse import braces
from fournines.audit.parse.data import parse_json, parse_yaml
from fournines.audit.parse.erlang import parse_erlang
from fournines.audit.parse.ini import parse_ini
from fournines.audit.parse.lines import parse_haproxy, parse_lines
from fournines.audit.parse.xml import parse_xml
from fournines.kit.audit.node import Parsed, Problem
from fournines.kit.audit.shell import parse_shell
from fournines.kit.audit.source import Syntax

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 1024 * 1024
"""Characters that are read of a text that is not XML: 30,000 lines of configuration."""
LONGEST_XML = 8 * 1024 * 1024
"""Characters that are read of XML: a CIB with its status section may reach a megabyte."""
MOST_LINES = 50_000
LONGEST_LINE = 8 * 1024
MOST_PROBLEMS = 100

_PARSERS: dict[Syntax, Callable[[str], Parsed]] = {
    Syntax.KEEPALIVED: lambda text: braces.parse(text, braces.KEEPALIVED),
    Syntax.COROSYNC: lambda text: braces.parse(text, braces.COROSYNC),
    Syntax.DRBD: lambda text: braces.parse(text, braces.DRBD),
    Syntax.NFTABLES: lambda text: braces.parse(text, braces.NFTABLES),
    Syntax.HAPROXY: parse_haproxy,
    Syntax.LINES: parse_lines,
    Syntax.INI: parse_ini,
    Syntax.XML: parse_xml,
    Syntax.JSON: parse_json,
    Syntax.YAML: parse_yaml,
    Syntax.ERLANG: parse_erlang,
    Syntax.SHELL: parse_shell,
}


_WHOLE = {Syntax.XML: LONGEST_XML, Syntax.JSON: LONGEST, Syntax.YAML: LONGEST}
"""What is no matter of lines: one of JSON may hold it all."""
_SHORT = 64 * 1024
"""Characters of a text whose tree is kept for its twin on the next host."""


def parse(syntax: Syntax, text: str) -> Parsed:
    """Read a text written in this syntax; equal texts (a hundred hosts, one template) are one tree."""
    return _again(syntax, text) if len(text) <= _SHORT else _parse(syntax, text)


@lru_cache(64)
def _again(syntax: Syntax, text: str) -> Parsed:
    return _parse(syntax, text)


def _parse(syntax: Syntax, text: str) -> Parsed:
    kept, cut = _cut(text, _WHOLE[syntax]) if syntax in _WHOLE else _bounded(text)
    parsed = _PARSERS[syntax](kept)
    ours = cut and syntax in (Syntax.JSON, Syntax.YAML)  # an end that we made is no defect of the file
    return Parsed(parsed.nodes, (*(() if ours else parsed.problems[:MOST_PROBLEMS]), *cut))


def _cut(text: str, longest: int) -> tuple[str, list[Problem]]:
    kept = text[:longest]
    return kept, [_rest_of(kept)] if len(text) > longest else []


def _rest_of(kept: str) -> Problem:
    said = "what follows this line was not read: the file is too long"
    return Problem(kept.count("\n") + 1, said, ours=True)


def _bounded(text: str) -> tuple[str, list[Problem]]:
    """The text within our limits, and the first that was cut off; lines keep their numbers."""
    lines = text[:LONGEST].split("\n", MOST_LINES)
    rest = len(text) > LONGEST or len(lines) > MOST_LINES
    lines = lines[:MOST_LINES]
    long = [number for number, line in enumerate(lines, start=1) if len(line) > LONGEST_LINE]
    for number in long:
        lines[number - 1] = lines[number - 1][:LONGEST_LINE]
    kept = "\n".join(lines)
    said = f"only {LONGEST_LINE} characters of this line were read"
    cut = [Problem(number, said, ours=True) for number in long[:1]]
    return kept, [*cut, *([_rest_of(kept)] if rest else [])]
