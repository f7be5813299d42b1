"""The networks that corosync is told to use, against those the hosts have."""

from __future__ import annotations

from ipaddress import ip_interface
from typing import TYPE_CHECKING

from fournines.audit.site_rules.names import is_address
from fournines.components.corosync.audit.facts import CorosyncConf
from fournines.components.corosync.audit.rules.example import corosync
from fournines.components.network.audit.facts import Interface
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.source import EVERY_HOST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from ipaddress import IPv4Interface, IPv6Interface

    from fournines.kit.audit.evidence import Evidence

_CARD = "auto eth0\niface eth0 inet static\n    address 10.0.0.11/24\n"


def _udp(network: str) -> str:
    interface = (
        f"interface {{\n    ringnumber: 0\n    bindnetaddr: {network}\n    mcastaddr: 239.255.42.1\n}}"
    )
    return corosync(totem=interface, transport="udp", nodelist="", crypto="secauth: on")


@rule(
    "SY019",
    Severity.ERROR,
    "corosync is bound to a network that the host is not in",
    consequence=Consequence.NO_FAILOVER,
    why="no interface matches bindnetaddr: corosync waits for one on the loopback, hears nobody, and each "
    "host is a cluster of its own",
    fix="bindnetaddr: the network address of the cluster's network, or a nodelist, which needs none",
    source="corosync.conf(5) bindnetaddr; totemip.c: the interface whose masked address equals it",
    bad={"node1/corosync.conf": _udp("10.0.1.0"), "node1/etc/network/interfaces": _CARD},
    good={"node1/corosync.conf": _udp("10.0.0.0"), "node1/etc/network/interfaces": _CARD},
    points_at="bindnetaddr: 10.0.1.0",
)
def bound_to_no_network(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in site.all(CorosyncConf):
        cards = [c for c in site.on(conf.at.host, Interface) if c.at.host or conf.at.host == EVERY_HOST]
        if not cards or not all(card.addresses for card in cards):
            continue
        own = [ip_interface(address) for card in cards for address in card.addresses]
        for interface in conf.all("totem.interface"):
            said = interface.get("bindnetaddr")
            others = {node.get("ring0_addr") for node in conf.nodes}
            if conf.nodes and (conf.transport != "udp" or said not in others):
                continue  # with a nodelist corosync looks for its own address there; udp binds as it is told
            if is_address(said) and not any(_matches(said, card) for card in own):
                shown = ", ".join(str(card) for card in own[:4])
                whose = conf.at.host or "no host of the site"
                has = f"{whose} has {shown}" if conf.at.host else f"{whose} is in it: {shown}"
                yield Hit(
                    interface.place("bindnetaddr"),
                    f"bindnetaddr is {said}, and {has}",
                    related=tuple(card.at for card in cards[:4]),
                    severity=Severity.WARNING if conf.nodes else None,
                )


def _matches(network: str, own: IPv4Interface | IPv6Interface) -> bool:
    """Whether an interface's address, masked, is the network masked likewise."""
    same_kind = ip_interface(network).version == own.version
    return same_kind and ip_interface(f"{network}/{own.network.prefixlen}").network == own.network
