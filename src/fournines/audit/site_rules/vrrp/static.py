"""A virtual address that some host also gives itself, whatever the cluster thinks."""

from __future__ import annotations

from ipaddress import ip_interface
from typing import TYPE_CHECKING

from fournines.audit.site_rules.roles import virtual
from fournines.components.keepalived.audit.facts import VrrpInstance
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.components.network.audit.facts import Interface, added
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.script import SCRIPT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_NOT_ON_THE_WIRE = ("lo", "dummy", "tunl", "ipvl")
"""Interfaces on which a real server of IPVS keeps its director's address: nobody asks there who has it."""
_OWNER = 255
"""The priority of the router whose own address the virtual one is; RFC 5798 5.2.4."""
_FIRST = "auto eth0\niface eth0 inet static\n    address 10.0.0.11/24\n"


@rule(
    "KA056",
    Severity.ERROR,
    "A host gives itself the virtual address",
    consequence=Consequence.SPLIT,
    why="the host has the address from its boot on, whoever holds it: two hosts answer for one address, "
    "and what clients reach is chance",
    fix="take the address out of the host's own network configuration: it belongs to keepalived or Pacemaker",
    source="RFC 5798 1.2, 6.4.2 (a Backup must not accept packets for the address); ocf:heartbeat:IPaddr2",
    bad={
        "node1/keepalived.conf": keepalived(),
        "node1/etc/network/interfaces": _FIRST + "auto eth0:0\niface eth0:0 inet static\n"
        "    address 10.0.0.20\n    netmask 255.255.255.0\n",
    },
    good={"node1/keepalived.conf": keepalived(), "node1/etc/network/interfaces": _FIRST},
    points_at="address 10.0.0.20",
)
def static(site: Evidence) -> Iterator[Hit | Unknown]:
    moving = virtual(site)
    owned = {
        (instance.at.host, vip.address)
        for instance in site.all(VrrpInstance)
        for vip in instance.vips
        if instance.priority == _OWNER
    }
    told: set[tuple[Place, str]] = set()
    for at, where, text in (*_configured(site), *_at_boot(site)):
        address = str(ip_interface(text).ip)
        if address in moving and (at.host, address) not in owned and (at, address) not in told:
            told.add((at, address))
            yield Hit(at, f"{where} has the virtual address {address} from boot on", (moving[address],))


def _configured(site: Evidence) -> Iterator[tuple[Place, str, str]]:
    """Every address that a host's own files give an interface: where, which interface, the address."""
    for card in site.all(Interface):
        if card.boots and not card.name.startswith(_NOT_ON_THE_WIRE):
            for text in card.addresses:
                yield card.place(text), card.name, text


def _at_boot(site: Evidence) -> Iterator[tuple[Place, str, str]]:
    """Addresses that rc.local adds."""
    for source in site.kinds(SCRIPT.name):
        if source.name.endswith("rc.local"):
            for node in source.commands:
                text = added(node.words)
                if text and not {"lo", "dummy0"} & set(node.words):
                    yield source.at(node), "the host", text
