"""The files of firewalld and ufw: what they let in, in their own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.nftables.audit.facts import (
    HIGH_AVAILABILITY,
    SERVICES,
    Allowed,
    Firewall,
    Outgoing,
    ranges,
)
from fournines.kit.audit.source import Kind, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.node import Node
    from fournines.kit.audit.source import Place


def read_zone(source: Source) -> Iterator[object]:
    """A zone of firewalld: closed but for its services, ports and protocols, unless its target is ACCEPT."""
    for zone in (node for root in source.nodes for node in root.walk() if node.key == "zone"):
        if zone.options.get("target") == "ACCEPT":
            yield Allowed(source.at(zone), "all", ())
            continue
        cards = frozenset(node.options.get("name", "") for node in zone.all("interface"))
        yield Firewall(source.at(zone), closed=True, excerpt=source.excerpt, interfaces=cards)
        for node in zone.children:
            yield from _let_in(source.at(node), node)


def _let_in(place: Place, node: Node) -> Iterator[Allowed]:
    said = node.options
    if node.key == "rule" and node.first("accept") is not None:
        for child in node.children:
            yield from _let_in(place, child)
    elif node.key == "protocol":
        yield Allowed(place, said.get("value", ""), ())
    elif node.key == "port":
        yield Allowed(place, said.get("protocol", "tcp"), ranges(said.get("port", "")))
    elif node.key == "service" and said.get("name") == "vrrp":
        yield Allowed(place, "vrrp", ())
    elif node.key == "service" and said.get("name") == "high-availability":
        for protocol in ("tcp", "udp"):
            yield Allowed(place, protocol, tuple((port, port) for port in HIGH_AVAILABILITY))
    elif node.key == "service" and SERVICES.get(said.get("name", "")):
        number = SERVICES[said["name"]] or 0
        yield Allowed(place, "tcp", ((number, number),))


def read_ufw(source: Source) -> Iterator[object]:
    """/etc/default/ufw: what happens to what no rule names."""
    for node in source.nodes:
        policy = node.value.strip("\"' ").upper() if node.value else ""
        if node.key == "DEFAULT_INPUT_POLICY":
            yield Firewall(source.at(node), policy in ("DROP", "REJECT"), source.excerpt, ready=True)
        elif node.key == "DEFAULT_OUTPUT_POLICY" and policy in ("DROP", "REJECT"):
            yield Outgoing(source.at(node), closed=True)


ZONE = Kind(
    name="firewalld zone",
    syntax=Syntax.XML,
    names=("firewalld/zones/*.xml", "zones/*.xml"),
    marks=(r"<zone\b", r"<(?:service name|port protocol|port port|protocol value|interface name)="),
    read=read_zone,
)
UFW = Kind(
    name="ufw",
    syntax=Syntax.INI,
    names=("default/ufw",),
    marks=(r"^DEFAULT_INPUT_POLICY=", r"^DEFAULT_OUTPUT_POLICY="),
    read=read_ufw,
)
