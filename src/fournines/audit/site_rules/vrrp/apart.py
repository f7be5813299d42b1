"""Adverts that take another way than the clients: one cable, and both hosts have the address."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_interface
from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts import VrrpInstance
from fournines.components.keepalived.audit.facts.groups import sync_groups
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.keepalived.audit.facts.model import Vip
    from fournines.kit.audit.evidence import Evidence

_ON_TOP = re.compile(r"lo$|lo:|dummy|br|vlan|vmbr|virbr|macvl|ipvl|veth|ovs|vrrp|tun|tap|wg|vti|gre|team\d+-")
"""Interfaces without a cable of their own, or with a name that does not say which is theirs."""
_CABLE = re.compile(r"[.:@]")


@rule(
    "KA063",
    Severity.WARNING,
    "Adverts take another cable than the clients",
    consequence=Consequence.SPLIT,
    why="when the link of the adverts alone breaks, both hosts are up, hear nothing of each other, and both "
    "take the address where the clients are",
    fix="the interface of the address (and unicast peers in its network); the other link for replication",
    source="keepalived.conf(5) interface, virtual_ipaddress dev; chef-boneyard/opscode-omnibus #138",
    bad={"keepalived.conf": keepalived(vip="10.0.0.20/24 dev eth1")},
    good={"keepalived.conf": keepalived(vip="10.0.0.20/24 dev eth0")},
    points_at="10.0.0.20/24 dev eth1",
)
def another_cable(site: Evidence) -> Iterator[Hit | Unknown]:
    for instance in site.all(VrrpInstance):
        vips = [vip for vip in instance.vips if not vip.excluded]
        if not vips or not instance.interface or sync_groups(site, instance.at.host, instance.name):
            continue
        if all(_elsewhere(vip.dev, instance.interface) for vip in vips) and not _near(instance, vips):
            first = vips[0]
            what = f"{first.text} is on {first.dev}, and {instance.name} sends its adverts on "
            yield Hit(first.at, f"{what}{instance.interface} only", (instance.place("interface"),))


def _elsewhere(device: str, interface: str) -> bool:
    """Whether two interfaces surely have a cable each."""
    if not device or any(_ON_TOP.match(name) for name in (device, interface)):
        return False
    return _CABLE.split(device)[0] != _CABLE.split(interface)[0]


def _near(instance: VrrpInstance, vips: list[Vip]) -> bool:
    """Whether adverts are sent in the network of an address all the same: by the address they come from."""
    try:
        own = ip_address(instance.source_address)
        return any(own in ip_interface(vip.text.split()[0]).network for vip in vips)
    except (ValueError, IndexError):
        return False
