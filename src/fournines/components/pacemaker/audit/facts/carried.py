"""Definitions of crm configure that a backslash makes part of the statement before them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_CARRIED_ON = re.compile(
    r"\\[ \t]*+\n[ \t]*+(?:primitive|group|clone|ms|master|bundle)[ \t]++(?P<name>\S++)(?=\s)"
)


def carried_on(site: Evidence) -> dict[tuple[str, str], Place]:
    """Where the backslash of each stands, by the path and the resource that is defined."""
    found: dict[tuple[str, str], Place] = {}
    for source in site.sources:
        for match in _CARRIED_ON.finditer(source.text):
            found.setdefault((source.path, match["name"]), source.at_character(match.start()))
    return found
