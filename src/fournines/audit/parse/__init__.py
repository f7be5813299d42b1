"""From text to trees: one parser for each way of writing; none of them ever raises.

Text beyond ``LONGEST`` characters or ``MOST_LINES`` lines is not read, and that is a problem reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.audit.parse import braces
from fournines.audit.parse.erlang import parse_erlang
from fournines.audit.parse.ini import parse_ini
from fournines.audit.parse.lines import parse_haproxy, parse_lines
from fournines.audit.parse.shell import parse_shell
from fournines.audit.parse.xml import parse_xml
from fournines.kit.node import Parsed, Problem
from fournines.kit.source import Syntax

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 4 * 1024 * 1024
"""Characters. The largest real file met so far is a 1 MB CIB."""
MOST_LINES = 100_000

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
    kept = text[:LONGEST]
    if kept.count("\n") > MOST_LINES:
        kept = "\n".join(kept.split("\n", MOST_LINES)[:MOST_LINES])
    parsed = _PARSERS[syntax](kept)
    if len(kept) == len(text):
        return parsed
    line = kept.count("\n") + 1
    return Parsed(
        parsed.nodes, (*parsed.problems, Problem(line, "the file is too long: the rest was not read"))
    )
