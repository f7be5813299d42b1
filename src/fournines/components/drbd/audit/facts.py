"""DRBD resources as facts, 8.x and 9: where the data is copied, and what stops two hosts from writing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Kind, Place, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.node import Node

FENCING = frozenset({"resource-only", "resource-and-stonith"})
"""Policies that do something, drbd.conf(5) fencing; ``dont-care`` is the default."""


@dataclass(frozen=True)
class DrbdHost:
    """One ``on HOST`` of a resource."""

    at: Place
    name: str
    address: str
    port: str


@dataclass(frozen=True)
class DrbdResource:
    """A resource, or with the name ``""`` the ``common`` section of all of them.

    ``said``: the settings of every section by name, the last one counts; ``tree`` is the resource as text
    without comments and layout, to compare copies. ``nine``: it is written for DRBD 9.
    """

    at: Place
    name: str
    excerpt: bool
    said: Mapping[str, str] = field(repr=False, hash=False)
    places: Mapping[str, Place] = field(repr=False, hash=False, compare=False)
    handlers: Mapping[str, Place] = field(repr=False, hash=False, compare=False)
    hosts: tuple[DrbdHost, ...]
    devices: tuple[str, ...]
    sections: Mapping[str, Place] = field(repr=False, hash=False, compare=False)
    nine: bool
    tree: tuple[tuple[int, str], ...] = field(repr=False)

    def place(self, *keys: str) -> Place:
        """The line of the first of these settings that is there, else the resource's first line."""
        return next((self.places[key] for key in keys if key in self.places), self.at)

    def on(self, key: str) -> bool:
        """Whether a setting is there and not switched off: DRBD takes a bare name for yes."""
        return key in self.said and self.said[key] not in ("no", "off", "false")


def read(source: Source) -> Iterator[DrbdResource]:
    """The resources of a file, and its common section."""
    for node in source.nodes:
        if node.key == "resource" or (node.key == "common" and node.block):
            yield _resource(source, node)


_SECTIONS = frozenset(
    {"net", "disk", "options", "startup", "syncer", "proxy", "handlers", "peer-device-options"}
)


def _resource(source: Source, node: Node) -> DrbdResource:
    said: dict[str, str] = {}
    places: dict[str, Place] = {}
    handlers: dict[str, Place] = {}
    sections: dict[str, Place] = {}
    for child in node.children:
        if not child.block:
            said[child.key] = child.value
            places[child.key] = source.at(child)
        elif child.key in _SECTIONS:
            sections.setdefault(child.key, source.at(child))
            for setting in child.children:
                said[setting.key] = setting.value
                places[setting.key] = source.at(setting)
                if child.key == "handlers":
                    handlers[setting.key] = source.at(setting)
    everything = list(node.walk())
    return DrbdResource(
        at=source.at(node),
        name=node.value if node.key == "resource" else "",
        excerpt=source.excerpt,
        said=said,
        places=places,
        handlers=handlers,
        hosts=tuple(_host(source, child) for child in _hosts(node)),
        devices=tuple(_device(n) for n in everything if n.key == "device" and not n.block),
        sections=sections,
        nine=any(n.key in ("node-id", "connection-mesh", "connection", "quorum") for n in everything),
        tree=tuple((source.at(n).line, " ".join(n.words)) for n in everything if n is not node),
    )


def _hosts(node: Node) -> Iterator[Node]:
    yield from node.all("on", "floating", "stacked-on-top-of")


def _host(source: Source, node: Node) -> DrbdHost:
    said = node.first("address")
    words = said.words if said else (node.value if node.key == "floating" else "",)
    address, _, port = words[-1].rpartition(":")
    return DrbdHost(source.at(node), node.value, address.strip("[]"), port)


def _device(node: Node) -> str:
    """``/dev/drbd0`` by any of its spellings."""
    words = [word for word in node.args if word != "minor"]
    if "minor" in node.args and words and words[-1].isdigit():
        return f"/dev/drbd{words[-1]}"
    return words[0] if words else ""


def common(site: Evidence, resource: DrbdResource) -> DrbdResource | None:
    """The common section that holds for a resource: that of its host."""
    found = site.named(resource.at.host, DrbdResource, "")
    return found[-1] if found else None


def setting(site: Evidence, resource: DrbdResource, key: str) -> tuple[str, Place]:
    """A setting and where it stands, the resource's own before the common one; empty when nobody says it."""
    shared = common(site, resource)
    for where in (resource, shared):
        if where and key in where.said:
            return where.said[key], where.places[key]
    return "", resource.at


DRBD = Kind(
    name="drbd.res",
    syntax=Syntax.DRBD,
    names=("*.res", "drbd.d/*.res", "drbd.d/*.conf", "drbd.conf", "drbd*.conf", "global_common.conf"),
    marks=(
        r"^[ \t]*resource\s+[\"\w.\-]+\s*\{",
        r"^[ \t]*(?:common|global)\s*\{",
        r"^[ \t]*meta-disk\s+",
        r"^[ \t]*device\s+(?:/dev/drbd|minor)",
        r"^[ \t]*on\s+[\w.\-]+\s*\{?\s*$",
        r"^[ \t]*(?:fence-peer|after-resync-target|usage-count|allow-two-primaries|after-sb-\dpri)\b",
    ),
    read=read,
)
