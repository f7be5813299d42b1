"""What was copied in a script and not changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.script import Script

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
    source="derived: the line names the variable it was copied from",
    bad={"setup.sh": _VIPS.format("int_vip")},
    good={"setup.sh": _VIPS.format("ext_vip")},
    points_at="ext_vip=$(grep int_vip /etc/hosts)",
)
def copied(site: Evidence) -> Iterator[Hit | Unknown]:
    for script in site.all(Script):
        first: dict[str, tuple[str, Place]] = {}
        for command, at in zip(script.commands, script.places, strict=False):
            said = _SET.fullmatch(" ".join(command.words))
            if not said or ("$(" not in said.group(2) and "`" not in said.group(2)):
                continue
            name, value = said.groups()
            other = first.setdefault(value, (name, at))
            if other[0] != name and re.search(rf"(?<!\w){re.escape(other[0])}(?!\w)", value):
                yield Hit(
                    at,
                    f"{name} is made from {other[0]}, as in the line it was copied from",
                    related=(other[1],),
                )
