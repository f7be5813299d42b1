"""What stands inside a block of keepalived.conf as facts: addresses, trackers, notify scripts, peers."""

from __future__ import annotations

import re
from ipaddress import ip_interface
from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts.model import (
    Notify,
    Tracker,
    Vip,
)
from fournines.kit.audit.source import Place, Source

if TYPE_CHECKING:
    from fournines.kit.audit.node import Node


def places_of(source: Source, node: Node) -> dict[str, Place]:
    """The first line of each keyword of a block."""
    places: dict[str, Place] = {}
    for child in node.children:
        places.setdefault(child.key, source.at(child))
    return places


def said_of(node: Node, key: str) -> str:
    """The value of the last statement of this keyword: the one that counts."""
    found = node.last(key)
    return found.value if found else ""


def integer(text: str) -> int | None:
    """A whole number; None for what is none."""
    return int(text) if re.fullmatch(r"[+-]?\d{1,9}", text) else None


def number(text: str) -> float | None:
    """A number, as seconds are written; None for what is none."""
    return float(text) if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text) else None


_TRACKERS = {
    "track_script": "script",
    "track_process": "process",
    "track_file": "file",
    "track_interface": "interface",
    "track_bfd": "bfd",
}


def trackers_of(source: Source, node: Node) -> tuple[Tracker, ...]:
    """What a block tracks, in every way it can be written."""
    found = []
    for block in node.all(*_TRACKERS):
        named = block.children
        if not named and len(block.words) > 1:  # track_script { chk } on one line, or chk without braces
            found.append(_tracker(source, block.line, _TRACKERS[block.key], block.args))
        found.extend(_tracker(source, child.line, _TRACKERS[block.key], child.words) for child in named)
    return tuple(tracker for tracker in found if tracker.name)


def _tracker(source: Source, line: int, kind: str, words: tuple[str, ...]) -> Tracker:
    weight = None
    if "weight" in words[:-1]:
        weight = integer(words[words.index("weight") + 1])
    name = words[0] if words else ""
    return Tracker(source.at(line), kind, name, weight, "reverse" in words)


def vips_of(source: Source, node: Node) -> tuple[Vip, ...]:
    """The addresses a block holds, excluded ones too."""
    found = []
    for block in node.all("virtual_ipaddress", "virtual_ipaddress_excluded"):
        for child in block.children:
            words = child.words
            dev = words[words.index("dev") + 1] if "dev" in words[:-1] else ""
            address = address_of(child.key)
            excluded = block.key.endswith("excluded")
            vip = Vip(source.at(child), child.key, address, dev, excluded, "no_track" in words)
            found.append(vip)
    return tuple(found)


def address_of(text: str) -> str | None:
    """An address without its prefix; None for what is none."""
    try:
        return str(ip_interface(text).ip)
    except ValueError:
        return None


def notifies_of(source: Source, node: Node) -> tuple[Notify, ...]:
    """The notify scripts of a block, each with the state that calls it."""
    found = []
    for child in node.children:
        if child.key == "notify" or child.key.startswith("notify_"):
            command = child.value if child.quoted else " ".join(child.args)
            found.append(Notify(source.at(child), child.key.removeprefix("notify_"), command))
    return tuple(found)


def peers_of(source: Source, node: Node) -> tuple[tuple[str, Place], ...]:
    """The unicast peers of an instance and their lines."""
    found = []
    for block in node.all("unicast_peer"):
        for child in block.children:
            try:
                found.append((str(ip_interface(child.key).ip), source.at(child)))  # a prefix is dropped
            except ValueError:
                found.append((child.key, source.at(child)))
    return tuple(found)
