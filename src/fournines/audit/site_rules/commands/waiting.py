"""Loops that wait for something that never comes to pass."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.script import SCRIPT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.node import Node

_USED = re.compile(r"\$\{?([A-Za-z_]\w+)\}?")
_SET = re.compile(r"([A-Za-z_]\w*)\+?=")
_CLOSE = 0.55
_TESTS = ("[", "[[", "test")
_WAIT = (
    "#!/bin/sh\nrole=$(drbdadm role db)\nwhile [ $%s != Primary ]; do\n    sleep 5\n"
    "    role=$(drbdadm role db)\ndone\npcs constraint order promote db-clone then start fs\n"
)


@rule(
    "SY049",
    Severity.ERROR,
    "A loop that asks a variable nobody sets",
    consequence=Consequence.DOWN,
    why="what the loop finds out goes into another variable than the one it asks: it never ends, or ends at "
    "once, and what stands behind it is not done or done too early",
    fix="the same name in the test and in the loop",
    source="POSIX.1-2017, Shell Command Language 2.6.2: an unset variable is the empty string",
    bad={"wait.sh": _WAIT % "local_role"},
    good={"wait.sh": _WAIT % "role"},
    points_at="while [ $local_role != Primary ]; do",
)
def asks_nobody(site: Evidence) -> Iterator[Hit | Unknown]:
    for source in site.kinds(SCRIPT.name):
        loops = [at for at, node in enumerate(source.nodes) if node.words in (("while",), ("until",))]
        if not loops or any(node.key in (".", "source", "eval") for node in source.nodes):
            continue
        for at in loops:
            test, body = source.nodes[at + 1 : at + 2], _body(source.nodes, at)
            words = test[0].words if test and test[0].key in _TESTS else ()
            for name in dict.fromkeys(_USED.findall(" ".join(words))):
                close = get_close_matches(name, _assigned(body), 1, _CLOSE)
                if close and close[0] != name and not re.search(rf"(?<![\w$]){name}\b(?!\}})", source.text):
                    what = f"the loop asks ${name}, which nobody sets, and sets {close[0]}"
                    yield Hit(source.at(source.nodes[at]), what)


def _body(nodes: Sequence[Node], at: int) -> Sequence[Node]:
    end = next((n for n in range(at, len(nodes)) if nodes[n].words == ("done",)), len(nodes))
    return nodes[at:end]


def _assigned(nodes: Sequence[Node]) -> list[str]:
    found = (_SET.match(node.key) for node in nodes)
    return list(dict.fromkeys(match.group(1) for match in found if match))
