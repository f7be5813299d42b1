"""Properties of the cluster that are set past crm and pcs: crm_attribute(8) and cibadmin(8)."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from fournines.components.pacemaker.audit.facts.crm_text import Statement

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST = 4000
_NVPAIR = re.compile(r"<nvpair\b[^<>]{0,300}>")
_XML_PAIR = re.compile(r"""\b(id|name|value)=["']([^"']{0,200})["']""")


def nvpairs(words: Sequence[str], line: int) -> list[Statement]:
    """``cibadmin --xml-text '<nvpair id="cib-bootstrap-options-..." ...>'`` as the properties it sets."""
    text = " ".join(words)[:_LONGEST]
    pairs = [dict(_XML_PAIR.findall(match.group())) for match in _NVPAIR.finditer(text)]
    return [
        Statement(["property", f"{said['name']}={said['value']}"], [line, line])
        for said in pairs
        if said.get("id", "").startswith("cib-bootstrap") and said.get("name") and "value" in said
    ]


_FLAGS = {"-n": "name", "--name": "name", "--attr-name": "name", "-v": "value", "--update": "value"}


def attribute(words: Sequence[str], line: int) -> list[Statement]:
    """``crm_attribute -n NAME -v VALUE`` as the property it sets."""
    said = {"name": "", "value": ""}
    for flag, value in pairwise(words):
        key = _FLAGS.get(flag)
        if key:
            said[key] = value
    if not said["name"] or not said["value"] or "-N" in words or "--node" in words:
        return []
    return [Statement(["property", f"{said['name']}={said['value']}"], [line, line])]
