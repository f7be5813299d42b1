"""Quotes of a word processor, which no program takes for quotes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.galera.audit.rules.example import galera
from fournines.kit.audit.prose import PROSE
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_OPEN = "\u201c\u201e\u201f\u2018\u201a\u2033"
_CURLED = re.compile(rf"(?:^|[=,])[{_OPEN}\u201d\u2019]|\w\u201d$")
_SAYING = frozenset({"echo", "printf", "logger", "mail", "git", "description", "log", "alias"})
_MOST = 10
"""Lines that are named of one file."""


@rule(
    "SY048",
    Severity.WARNING,
    "Typographic quotes",
    consequence=Consequence.DOWN,
    why="a page or a word processor made them: programs take them for letters of the value, which is then "
    "another name, path or number than was meant, or is refused",
    fix="straight quotes, or none",
    source="POSIX.1-2017, Shell Command Language 2.2; MariaDB knowledge base, option files: ' and \" quote",
    bad={"db1/galera.cnf": galera(wsrep_node_name="\u201cdb1\u201d")},
    good={"db1/galera.cnf": galera(wsrep_node_name='"db1"')},
    points_at="wsrep_node_name = \u201cdb1\u201d",
)
def curled(site: Evidence) -> Iterator[Hit | Unknown]:
    for source in site.sources:
        if source.kind == PROSE.name or not any(mark in source.text for mark in f"{_OPEN}\u201d\u2019"):
            continue
        nodes = source.commands if source.kind in _SHELL else [n for r in source.nodes for n in r.walk()]
        found = {
            source.at(node): next(word for word in node.words if _CURLED.search(word))
            for node in nodes
            if not node.quoted and node.key not in _SAYING and any(map(_CURLED.search, node.words))
        }
        places = list(found)[:_MOST]
        if places:
            yield Hit(places[0], f"the quotes of {found[places[0]]} belong to the value", tuple(places[1:]))


_SHELL = ("script", "commands", "cluster commands")
