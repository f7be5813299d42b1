"""VRRP instances and the network around them: legs that may part, VIPs of another subnet."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_interface, ip_network
from itertools import combinations
from typing import TYPE_CHECKING

from fournines.audit.site_rules.vrrp.gateways import forwards, is_gateway
from fournines.components.keepalived.audit.facts import VrrpInstance
from fournines.components.keepalived.audit.facts.groups import group_of, groups, sync_groups
from fournines.components.keepalived.audit.facts.trackers import Owner
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.components.network.audit.facts import Interface
from fournines.components.nftables.audit.chains import firewalls
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence


_MOST = 40
"""Instances of one host that are compared with one another."""


def _pair(body: str = "", *, head: str = "") -> str:
    inside = keepalived(body, vip="10.0.0.20/24").replace("VI_1", "INSIDE")
    outside = keepalived(body, vip="192.168.1.20/24", vrid=52, interface="eth1", check="").replace(
        "VI_1", "OUTSIDE"
    )
    return f"{head}{inside}{outside}"


def _rivals(site: Evidence, instance: VrrpInstance) -> tuple[VrrpInstance, ...]:
    """The same instance on the other hosts."""
    group = group_of(site, instance)
    return tuple(m for m in group.members if m.at.host != instance.at.host) if group else ()


def _same_side(site: Evidence, one: VrrpInstance, other: VrrpInstance) -> bool:
    """Whether both are meant to be on one host: no priority or state says that the hosts share them out."""
    if one.state.upper() != other.state.upper() and "MASTER" in (one.state.upper(), other.state.upper()):
        return False
    for here, there in ((one, other), (other, one)):
        for a in _rivals(site, here):
            for b in _rivals(site, there):
                mine = (here.priority or 0) - (a.priority or 0), (there.priority or 0) - (b.priority or 0)
                if a.at.host == b.at.host and mine[0] * mine[1] < 0:
                    return False
    return True


def _scripts(instance: VrrpInstance) -> frozenset[str]:
    return frozenset(t.name for t in instance.trackers if t.kind in ("script", "process", "file"))


def _forwards(site: Evidence, one: VrrpInstance, other: VrrpInstance) -> bool:
    """Whether this host routes between the two: forwarding is on, and its firewall names their interfaces."""
    host = one.at.host
    if not forwards(site, host):
        return False
    both = {one.interface, other.interface}
    for table in firewalls(site, host):
        for rule_ in (r for chain in table.values() for r in chain.rules):
            cards = {v for m in rule_.matches if m.what in ("oif", "iif") for v in m.values}
            if both <= cards or (rule_.verdict in ("snat", "masquerade") and both & cards):
                return True
    return False


def _watched(site: Evidence, instance: VrrpInstance) -> frozenset[str]:
    """The interfaces whose loss takes an instance away: its own, and those that it or its group tracks."""
    own = instance.interface.partition(".")[0]  # a VLAN is lost with its cable
    owners: tuple[Owner, ...] = (instance, *sync_groups(site, instance.at.host, instance.name))
    tracked = (t.name.partition(".")[0] for owner in owners for t in owner.trackers if t.kind == "interface")
    return frozenset((own, *tracked))


def _routes_only(site: Evidence, one: VrrpInstance, other: VrrpInstance) -> bool:
    """Whether these are the legs of a router, each lost by a cable that the other does not watch."""
    if not forwards(site, one.at.host) or _scripts(one) or _scripts(other):
        return False
    apart = _watched(site, one) != _watched(site, other)
    return apart and is_gateway(site, one) and is_gateway(site, other)


@rule(
    "KA048",
    Severity.WARNING,
    "The inside and the outside VIP may end up on different hosts",
    consequence=Consequence.NO_FAILOVER,
    why="each instance is elected by itself: after one lost advert or one failed link the service answers "
    "outside on one host and inside on the other, until the link is back, or for good with nopreempt",
    fix="vrrp_sync_group { group { INSIDE OUTSIDE } }: if one moves, both move",
    source="keepalived.conf(5) vrrp_sync_group; acassen/keepalived #1205",
    bad={"keepalived.conf": _pair("nopreempt")},
    good={
        "keepalived.conf": _pair(
            "nopreempt", head="vrrp_sync_group G {\n    group {\n        INSIDE\n        OUTSIDE\n    }\n}\n"
        )
    },
    points_at="vrrp_instance OUTSIDE {",
)
def may_part(site: Evidence) -> Iterator[Hit | Unknown]:
    told: set[frozenset[str]] = set()
    for host, every in site.by_host(VrrpInstance).items():
        instances = [i for i in every if i.vips]
        for one, other in combinations(instances[:_MOST], 2):
            names = frozenset((one.name, other.name))
            mine, its = (sync_groups(site, host, instance.name) for instance in (one, other))
            grouped = bool({group.at for group in mine} & {group.at for group in its})
            apart = one.interface == other.interface or not one.interface or not other.interface
            if grouped or apart or names in told or not _same_side(site, one, other):
                continue
            sticky = one.nopreempt and other.nopreempt and _scripts(one) == _scripts(other)
            sticky = sticky and bool(_scripts(one) or is_gateway(site, one))
            routed = _forwards(site, one, other) or _routes_only(site, one, other)
            if sticky or routed:
                told.add(names)
                checked = " and the same checks" if _scripts(one) else ""
                why = f"both have nopreempt{checked}" if sticky else "this host forwards between them"
                yield Hit(
                    other.at,
                    f"{one.name} and {other.name} are elected apart, and {why}",
                    related=(one.at,),
                )


def _unicast(own: str, peer: str) -> str:
    return f"unicast_src_ip {own}\nunicast_peer {{\n    {peer}\n}}"


@rule(
    "KA049",
    Severity.WARNING,
    "The VIP belongs to a subnet that this host is not in",
    consequence=Consequence.NO_FAILOVER,
    why="adverts are routed between the hosts and the VIP is not: on this host nobody finds it, for its "
    "neighbours are in another network and the router sends the VIP's network elsewhere",
    fix="hosts in one network, or a VIP that is announced by routing (BGP) instead of ARP",
    source="RFC 5798 1.2: a virtual router is an abstraction on one LAN; 8.1.2 (gratuitous ARP)",
    bad={
        "node1/keepalived.conf": keepalived(_unicast("10.0.0.11", "10.0.1.12")),
        "node2/keepalived.conf": keepalived(_unicast("10.0.1.12", "10.0.0.11"), priority=100),
    },
    good={
        "node1/keepalived.conf": keepalived(_unicast("10.0.0.11", "10.0.0.12")),
        "node2/keepalived.conf": keepalived(_unicast("10.0.0.12", "10.0.0.11"), priority=100),
    },
    points_at="10.0.0.20/24",
)
def other_subnet(site: Evidence) -> Iterator[Hit | Unknown]:
    for group in groups(site):
        sources = [_ip(member.source_address) for member in group.members]
        addresses = [address for address in dict.fromkeys(sources) if address]
        for member, own in zip(group.members, sources, strict=True):
            for vip in member.vips:
                network = _network(vip.text)
                if vip.dev not in ("", member.interface) or network is None or own is None:
                    continue
                if own not in network and any(address in network for address in addresses):
                    yield Hit(
                        vip.at,
                        f"{vip.text} is of {network}, and {member.at.host} is {own}",
                        related=(member.place("unicast_src_ip"),),
                    )
                    break

    yield from _nowhere(site)


_HOSTLESS = 30
"""Prefix from which a network has no room for hosts beside the address."""


def _nowhere(site: Evidence) -> Iterator[Hit]:
    """Addresses of a network in which neither the host is nor a peer: a digit that was changed, as a rule.

    Without the host's interfaces only a network of the same first number is told, and only private ones:
    an outside address over an inside link is done on purpose.
    """
    seen: set[str] = set()
    for instance in site.all(VrrpInstance):
        own = _ip(instance.source_address)
        peers = [peer for text, _ in instance.peers if (peer := _ip(text))]
        cards = [ip_interface(a).ip for c in site.on(instance.at.host, Interface) for a in c.addresses]
        if not own or not _private(own) or not peers or instance.has("virtual_routes"):
            continue
        for vip in instance.vips:
            network = _network(vip.text)
            if network is None or not _private(network[0]) or network.prefixlen >= _HOSTLESS:
                continue
            near = bool(cards) or vip.text.partition(".")[0] == instance.source_address.partition(".")[0]
            inside = any(address in network for address in (own, *peers, *cards))
            if near and not inside and vip.dev in ("", instance.interface) and vip.text not in seen:
                seen.add(vip.text)
                what = f"{vip.text} is of {network}, in which neither this host ({own}) nor a peer is"
                yield Hit(vip.at, what, related=(instance.place("unicast_src_ip"),))


_PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))


def _private(address: IPv4Address | IPv6Address) -> bool:
    return any(address in network for network in _PRIVATE)


def _ip(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _network(text: str) -> IPv4Network | IPv6Network | None:
    """The network of a VIP that is written with one; None for a bare address."""
    try:
        found = ip_interface(text)
    except ValueError:
        return None
    return found.network if "/" in text and found.network.num_addresses > 1 else None
