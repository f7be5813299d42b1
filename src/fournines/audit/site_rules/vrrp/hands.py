"""Who else sets the addresses of the interface a VIP is on, and takes away what is not its own."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase, translate
from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts import VrrpInstance
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.components.network.audit.facts import Interface
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_NETWORKD = "[Match]\nName=eth0\n\n[Network]\nAddress=10.0.0.11/24\n"


@rule(
    "KA050",
    Severity.WARNING,
    "A restart of the network takes the VIP away",
    consequence=Consequence.SLOW,
    why="systemd-networkd removes addresses it did not set when it starts again (an update of systemd, "
    "netplan apply): the VIP disappears under keepalived, which notices late or, before 2.0, never",
    fix="KeepConfiguration=static in the [Network] section of the interface's .network file (with netplan in "
    "a drop-in)",
    source="systemd.network(5) KeepConfiguration=; Launchpad bug 1815101 (keepalived, systemd-networkd); "
    "NetworkManager.conf(5) unmanaged-devices",
    bad={"node1/keepalived.conf": keepalived(), "node1/etc/systemd/network/10-eth0.network": _NETWORKD},
    good={
        "node1/keepalived.conf": keepalived(),
        "node1/etc/systemd/network/10-eth0.network": f"{_NETWORKD}KeepConfiguration=static\n",
    },
    points_at="[Match]",
)
def foreign_hands(site: Evidence) -> Iterator[Hit | Unknown]:
    seen = set()
    for instance in site.all(VrrpInstance):
        mine = {instance.interface} | {vip.dev for vip in instance.vips if vip.dev}
        any_card, cards = site.derived_on(instance.at.host, _foreign)
        near = sorted(name for name in mine if any_card.match(name))
        own = {vip.address for vip in instance.vips}
        managed = [(name, card) for card in cards for name in near if fnmatchcase(name, card.name)]
        kept = {name for name, card in managed if card.keeps}
        for name, card in managed:
            lost = own - {text.partition("/")[0] for text in card.addresses}  # its own it does not remove
            if name not in kept and card.at not in seen and lost:
                seen.add(card.at)
                yield _taken(instance, name, card)


_REACTIVATED = (
    "NetworkManager gives an interface exactly the addresses of its profile whenever it activates it anew "
    "(nmcli connection up, a carrier lost for more than five seconds): the VIP disappears under keepalived, "
    "which notices late or, before 2.0, never"
)
_UNMANAGED = (
    "unmanaged-devices=interface-name:{0} in NetworkManager.conf, or nmcli device reapply instead of "
    "connection up, and a check that the VIP is still there"
)


def _taken(instance: VrrpInstance, name: str, card: Interface) -> Hit:
    what = f"{name}, on which {instance.name} holds its VIP, is "
    if card.manager == "networkd":
        return Hit(card.at, f"{what}systemd-networkd's, without KeepConfiguration", (instance.at,))
    sure = not (card.at.path.rpartition("/")[2]).startswith("ifcfg-")  # NetworkManager may not be installed
    return Hit(
        card.at,
        f"{what}NetworkManager's",
        (instance.at,),
        why=_REACTIVATED,
        fix=_UNMANAGED.format(name),
        severity=None if sure else Severity.INFO,
    )


def _foreign(site: Evidence, host: str) -> tuple[re.Pattern[str], list[Interface]]:
    """The interfaces that a manager has on a host, and one expression for the names of all of them."""
    cards = [card for card in site.on(host, Interface) if card.manager in ("networkd", "NetworkManager")]
    return re.compile("|".join(translate(card.name) for card in cards) or r"(?!)"), cards
