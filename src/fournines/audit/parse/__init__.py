"""From text to trees: one parser for each way of writing; none of them ever raises.

Every parser is linear, and text beyond the limits below is not read, which is a problem reported: ten
megabytes of anything end in seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.audit.parse import braces
from fournines.audit.parse.erlang import parse_erlang
from fournines.audit.parse.ini import parse_ini
from fournines.audit.parse.lines import parse_haproxy, parse_lines
from fournines.audit.parse.shell import parse_shell
from fournines.audit.parse.xml import parse_xml
from fournines.kit.audit.node import Parsed, Problem
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
    Syntax.ERLANG: parse_erlang,
    Syntax.SHELL: parse_shell,
}


def parse(syntax: Syntax, text: str) -> Parsed:
    """Read a text written in this syntax."""
    kept, cut = (text[:LONGEST_XML], len(text) > LONGEST_XML) if syntax is Syntax.XML else _bounded(text)
    parsed = _PARSERS[syntax](kept)
    problems = parsed.problems[:MOST_PROBLEMS]
    if cut:
        line = kept.count("\n") + 1
        problems = (*problems, Problem(line, "the file or a line of it is too long: not all of it was read"))
    return Parsed(parsed.nodes, problems)


def _bounded(text: str) -> tuple[str, bool]:
    """The text within our limits, and whether something was cut off; lines keep their numbers."""
    kept = text[:LONGEST]
    lines = kept.split("\n", MOST_LINES)[:MOST_LINES]
    if any(len(line) > LONGEST_LINE for line in lines):
        lines = [line[:LONGEST_LINE] for line in lines]
    kept = "\n".join(lines)
    return kept, len(kept) < len(text)
