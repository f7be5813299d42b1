"""What was copied in a script and not changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.script import COMMANDS, SCRIPT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_SET = re.compile(r"(?:export\s+|local\s+)?([A-Za-z_]\w*)=(.+)", re.DOTALL)
_VIPS = "#!/bin/sh\nint_vip=$(grep int_vip /etc/hosts)\next_vip=$(grep {} /etc/hosts)\n"


@rule(
    "SY020",
    Severity.WARNING,
    "A variable that gets the value of another, by a copied line",
    consequence=Consequence.DOWN,
    why="what is built from the second variable is built with the first one's value: two addresses that are "
    "one, two hosts that are one",
    fix="the variable's own name in its line",
    source="derived: the line names the variable it was copied from, or has its value",
    bad={"setup.sh": _VIPS.format("int_vip")},
    good={"setup.sh": _VIPS.format("ext_vip")},
    points_at="ext_vip=$(grep int_vip /etc/hosts)",
)
def copied(site: Evidence) -> Iterator[Hit | Unknown]:
    for source in site.kinds(SCRIPT.name, COMMANDS.name):
        first: dict[str, tuple[str, Place]] = {}
        for node in source.nodes:
            said = _SET.fullmatch(" ".join(node.words))
            if not said:
                continue
            name, value = said.groups()
            other = first.setdefault(value, (name, source.at(node)))
            if other[0] == name:
                continue
            run = "$(" in value or "`" in value
            if run and re.search(rf"(?<!\w){re.escape(other[0])}(?!\w)", value):
                what = f"{name} is made from {other[0]}, as in the line it was copied from"
                yield Hit(source.at(node), what, related=(other[1],))
            elif _ADDRESS.fullmatch(value) and _numbered(name) == _numbered(other[0]) != name:
                what = f"{name} is {value}, as {other[0]} is in the line it was copied from"
                yield Hit(source.at(node), what, related=(other[1],))


_ADDRESS = re.compile(r"(?!127\.|0\.0\.0\.0)\d{1,3}(?:\.\d{1,3}){3}")


def _numbered(name: str) -> str:
    """A name without the numbers that tell it from its neighbours: ``CTL1_IP``, ``CTL2_IP``."""
    return re.sub(r"\d+", "#", name)
