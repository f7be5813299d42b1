"""The same instance on several hosts: what must be equal, and what must differ."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts import KeepalivedConf, VrrpInstance
from fournines.components.keepalived.audit.facts.groups import groups
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.components.keepalived.audit.rules.instance import LONGEST_PASSWORD
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from fournines.components.keepalived.audit.facts.groups import VrrpGroup
    from fournines.kit.audit.evidence import Evidence

_MAN = "keepalived.conf(5)"
_BOTH = "the hosts do not accept each other's adverts: each becomes MASTER and both hold the VIP"


def pair(first: str, second: str) -> dict[str, str]:
    return {"node1/keepalived.conf": first, "node2/keepalived.conf": second}


def _auth(password: str) -> str:
    return f"authentication {{\n    auth_type PASS\n    auth_pass {password}\n}}"


def _unicast(own: str, *peers: str) -> str:
    inside = "\n".join(f"    {peer}" for peer in peers)
    return f"unicast_src_ip {own}\nunicast_peer {{\n{inside}\n}}"


_FINE = pair(
    keepalived(_unicast("10.0.0.11", "10.0.0.12"), priority=101),
    keepalived(_unicast("10.0.0.12", "10.0.0.11"), priority=100),
)


def odd_ones(
    group: VrrpGroup, key: Callable[[VrrpInstance], Hashable]
) -> tuple[VrrpInstance, list[VrrpInstance]] | None:
    """The members that differ from the rest: the reference and those that deviate from it."""
    counted = Counter(key(member) for member in group.members)
    if len(counted) < 2:  # noqa: PLR2004
        return None
    most = max(counted.values())
    usual = next(value for value in counted if counted[value] == most)
    reference = next(member for member in group.members if key(member) == usual)
    return reference, [member for member in group.members if key(member) != usual]


def _differ(
    site: Evidence, key: Callable[[VrrpInstance], Hashable], keyword: str, name: str
) -> Iterator[Hit]:
    for group in groups(site):
        found = odd_ones(group, key)
        for member in found[1] if found else ():
            reference = found[0] if found else member
            yield Hit(
                member.place(keyword),
                f"{name} differs between {member.at.host or member.at.path} and "
                f"{reference.at.host or reference.at.path}",
                related=(reference.place(keyword),),
            )


@rule(
    "KA008",
    Severity.WARNING,
    "nopreempt on some hosts only",
    consequence=Consequence.SLOW,
    why="whether the VIP moves back after a repair depends on which host failed",
    fix="the same on every host: BACKUP and nopreempt everywhere, or nowhere",
    source="acassen/keepalived PR 346 (maintainer)",
    bad=pair(keepalived("nopreempt", priority=101), keepalived(priority=100)),
    good=pair(keepalived("nopreempt", priority=101), keepalived("nopreempt", priority=100)),
    points_at="nopreempt",
)
def nopreempt_differs(site: Evidence) -> Iterator[Hit | Unknown]:
    for group in groups(site):
        having = [m for m in group.members if m.nopreempt]
        lacking = [m for m in group.members if not m.nopreempt]
        # nopreempt on the MASTER alone is dropped by keepalived: KA007 says all there is to say
        if having and lacking and not (len(having) == 1 and having[0].state.upper() == "MASTER"):
            yield Hit(
                having[0].place("nopreempt"),
                f"nopreempt is on {_hosts(having)} and not on {_hosts(lacking)}",
                related=tuple(m.at for m in lacking),
            )


def _hosts(members: list[VrrpInstance]) -> str:
    return ", ".join(member.at.host or member.at.path for member in members)


@rule(
    "KA011",
    Severity.ERROR,
    "The hosts authenticate differently",
    consequence=Consequence.SPLIT,
    why=_BOTH,
    fix="the same auth_type and auth_pass (its first 8 characters count)",
    source=f"{_MAN} auth_pass; RFC 2338 5.3.6",
    bad=pair(keepalived(_auth("q7Lw2xZp")), keepalived(_auth("q7Lw2xZq"), priority=100)),
    good=pair(keepalived(_auth("q7Lw2xZp")), keepalived(_auth("q7Lw2xZp"), priority=100)),
    points_at="auth_pass ***",
)
def auth_differs(site: Evidence) -> Iterator[Hit | Unknown]:
    def key(member: VrrpInstance) -> Hashable:
        if member.version == 3 or not member.auth_type:  # noqa: PLR2004 - VRRPv3 has no authentication
            return None
        return member.auth_type.upper(), member.auth_pass[:LONGEST_PASSWORD]

    yield from _differ(site, key, "auth_pass", "authentication")


@rule(
    "KA013",
    Severity.ERROR,
    "The hosts send adverts at different intervals",
    consequence=Consequence.SPLIT,
    why="VRRPv2 discards adverts of another interval, so both become MASTER; in VRRPv3 the backups time out "
    "wrongly",
    fix="the same advert_int on every host",
    source="RFC 3768 7.1; keepalived.conf(5) advert_int",
    bad=pair(keepalived(), keepalived(priority=100).replace("advert_int 1", "advert_int 3")),
    good=pair(keepalived(), keepalived(priority=100)),
    points_at="advert_int 3",
)
def interval_differs(site: Evidence) -> Iterator[Hit | Unknown]:
    yield from _differ(site, lambda member: member.advert_int, "advert_int", "advert_int")


@rule(
    "KA014",
    Severity.ERROR,
    "The hosts speak different versions of VRRP",
    consequence=Consequence.SPLIT,
    why=_BOTH,
    fix="the same vrrp_version on every host",
    source="acassen/keepalived #565",
    bad=pair(keepalived("version 3"), keepalived(priority=100)),
    good=pair(keepalived("version 3"), keepalived("version 3", priority=100)),
    points_at="vrrp_instance VI_1 {",
)
def version_differs(site: Evidence) -> Iterator[Hit | Unknown]:
    yield from _differ(site, lambda member: member.version, "version", "the VRRP version")


@rule(
    "KA016",
    Severity.ERROR,
    "unicast_peer does not name all the others, and only them",
    consequence=Consequence.SPLIT,
    why="a host that is not named never hears the master and becomes one itself: both hold the VIP",
    fix="unicast_peer = the unicast_src_ip of every other host, and not the own one",
    source=f"{_MAN} unicast_peer",
    bad=pair(
        keepalived(_unicast("10.0.0.11", "10.0.0.13")),
        keepalived(_unicast("10.0.0.12", "10.0.0.11"), priority=100),
    ),
    good=_FINE,
    points_at="unicast_peer {",
)
def peers_incomplete(site: Evidence) -> Iterator[Hit | Unknown]:
    for instance in site.all(VrrpInstance):
        own = instance.source_address
        for peer, place in instance.peers:
            if own and peer == own:
                yield Hit(place, f"{instance.name} names its own address {own} as a peer")
    for group in groups(site):
        unicast = [m for m in group.members if m.unicast]
        if len(unicast) != len(group.members) or any(not m.source_address for m in unicast):
            continue
        if len({m.source_address for m in unicast}) < len(unicast):
            continue  # KA015 has it
        for member in unicast:
            peers = {peer for peer, _ in member.peers}
            missing = [o for o in unicast if o is not member and o.source_address not in peers]
            if missing and member.source_address not in peers:
                names = ", ".join(f"{o.source_address} ({o.at.host})" for o in missing)
                yield Hit(
                    member.place("unicast_peer"),
                    f"{member.at.host} does not name {names} as a peer",
                    related=tuple(o.place("unicast_src_ip") for o in missing),
                )


@rule(
    "KA017",
    Severity.ERROR,
    "One host sends unicast, another multicast",
    consequence=Consequence.SPLIT,
    why=_BOTH,
    fix="unicast_peer on every host of the group",
    source=f"{_MAN} unicast_peer",
    bad=pair(keepalived(_unicast("10.0.0.11", "10.0.0.12")), keepalived(priority=100)),
    good=_FINE,
    points_at="vrrp_instance VI_1 {",
)
def mode_differs(site: Evidence) -> Iterator[Hit | Unknown]:
    for group in groups(site):
        alone = [m for m in group.members if not m.unicast]
        unicast = [m for m in group.members if m.unicast]
        if alone and unicast:
            for member in alone:
                yield Hit(
                    member.at,
                    f"{member.at.host} sends multicast, {_hosts(unicast)} unicast",
                    related=(unicast[0].place("unicast_peer"),),
                )


@rule(
    "KA036",
    Severity.INFO,
    "The hosts have the same router_id",
    consequence=Consequence.FRAGILE,
    why="router_id is the name in mails and traps: they do not say which host speaks",
    fix="router_id = the host's name, or leave it out (it is the host name then)",
    source=f"{_MAN} router_id",
    bad=pair(
        keepalived(head="global_defs {\n    router_id LVS\n}"),
        keepalived(head="global_defs {\n    router_id LVS\n}", priority=100),
    ),
    good=pair(
        keepalived(head="global_defs {\n    router_id node1\n}"),
        keepalived(head="global_defs {\n    router_id node2\n}", priority=100),
    ),
    points_at="router_id LVS",
)
def same_router_id(site: Evidence) -> Iterator[Hit | Unknown]:
    first: dict[str, KeepalivedConf] = {}
    for conf in site.all(KeepalivedConf):
        other = first.setdefault(conf.router_id, conf)
        if conf.router_id and other.at.host != conf.at.host:
            yield Hit(
                other.place("router_id"),
                f"router_id {conf.router_id} on {other.at.host} and {conf.at.host}",
                related=(conf.place("router_id"),),
            )
