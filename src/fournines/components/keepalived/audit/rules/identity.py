"""Router ids and addresses: which instances mean one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts import VrrpInstance
from fournines.components.keepalived.audit.facts.groups import group_of, groups
from fournines.components.keepalived.audit.rules.cross import odd_ones, pair
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence


@rule(
    "KA009",
    Severity.ERROR,
    "One VIP, two router ids",
    consequence=Consequence.SPLIT,
    why="hosts with different router ids are two routers that know nothing of each other: both hold the VIP",
    fix="the same virtual_router_id on every host of this VIP",
    source="RFC 5798 5.2.3",
    bad=pair(keepalived(vrid=51), keepalived(vrid=52, priority=100)),
    good=pair(keepalived(vrid=51), keepalived(vrid=51, priority=100)),
    points_at="virtual_router_id 52",
)
def vrid_differs(site: Evidence) -> Iterator[Hit | Unknown]:
    for group in groups(site):
        found = odd_ones(group, lambda member: member.vrid)
        for member in found[1] if found else ():
            reference = found[0] if found else member
            if member.vrid is not None and reference.vrid is not None:
                yield Hit(
                    member.place("virtual_router_id"),
                    f"{member.at.host} uses router id {member.vrid} for {_shared(member, reference)}, "
                    f"{reference.at.host} uses {reference.vrid}",
                    related=(reference.place("virtual_router_id"),),
                )


_MOST = 100
"""Instances of one router id that another is compared with: a site has a few."""


def _shared(member: VrrpInstance, other: VrrpInstance) -> str:
    return ", ".join(sorted(member.addresses & other.addresses)) or "the same VIP"


@rule(
    "KA010",
    Severity.ERROR,
    "One router id, two VIP groups",
    consequence=Consequence.SPLIT,
    why="each group hears the other's adverts as its own: 'bogus VRRP packet', and the VIPs flap or stand "
    "still",
    fix="a router id of its own for every VIP group of a network segment",
    source="acassen/keepalived #2444, #2175",
    bad={
        "node1/keepalived.conf": keepalived(vip="10.0.0.20/24"),
        "node2/keepalived.conf": keepalived(vip="10.0.0.20/24", priority=100),
        "node3/keepalived.conf": keepalived(vip="10.0.0.30/24"),
        "node4/keepalived.conf": keepalived(vip="10.0.0.30/24", priority=100),
    },
    good={
        "node1/keepalived.conf": keepalived(vip="10.0.0.20/24"),
        "node2/keepalived.conf": keepalived(vip="10.0.0.20/24", priority=100),
        "node3/keepalived.conf": keepalived(vip="10.0.0.30/24", vrid=52),
        "node4/keepalived.conf": keepalived(vip="10.0.0.30/24", vrid=52, priority=100),
    },
    points_at="virtual_router_id 51",
)
def vrid_taken(site: Evidence) -> Iterator[Hit | Unknown]:
    seen: dict[tuple[int, str], list[VrrpInstance]] = {}
    for instance in site.all(VrrpInstance):
        if instance.vrid is None:
            continue
        beside = seen.setdefault((instance.vrid, instance.interface), [])
        for other in beside[:_MOST]:
            here = other.at.host == instance.at.host
            if here and not instance.at.host and other.at.path != instance.at.path:
                continue  # two files that are nobody's: samples of one another, not one host's
            if instance.addresses & other.addresses or not _same_segment(instance, other):
                continue
            if _unknown(instance) or _unknown(other):
                continue  # placeholders, as a rule: nothing tells the groups apart
            if here or not _together(site, instance, other):
                yield Hit(
                    instance.place("virtual_router_id"),
                    f"router id {instance.vrid} on {instance.interface} is that of {other.name} "
                    f"({', '.join(sorted(other.addresses))}) on {other.at.host or other.at.path}",
                    related=(other.place("virtual_router_id"),),
                )
                break
        beside.append(instance)


def _unknown(instance: VrrpInstance) -> bool:
    """Whether none of its addresses is known: placeholders, or what a notify script moves."""
    return not instance.addresses


def _together(site: Evidence, one: VrrpInstance, other: VrrpInstance) -> bool:
    group = group_of(site, one)
    return group is not None and group is group_of(site, other)


def _same_segment(one: VrrpInstance, other: VrrpInstance) -> bool:
    """Whether they may hear each other: addresses of a common /16, and no unicast without each other."""
    if one.unicast and other.unicast:
        return bool({p for p, _ in one.peers} & {p for p, _ in other.peers})
    nets = [{a.rsplit(".", 2)[0] for a in member.addresses} for member in (one, other)]
    return not nets[0] or not nets[1] or bool(nets[0] & nets[1])


@rule(
    "KA012",
    Severity.ERROR,
    "The hosts announce different addresses",
    consequence=Consequence.SPLIT,
    why="an advert whose addresses are not those expected is thrown away ('ip address associated with VRID "
    "not "
    "present'): both become MASTER, or the VIP flaps",
    fix="the same virtual_ipaddress list on every host; change it on all of them together",
    source="acassen/keepalived #1515, #1603, #2175",
    bad=pair(keepalived(vip="10.0.0.20/24"), keepalived(vip="10.0.0.200/24", priority=100)),
    good=pair(keepalived(vip="10.0.0.20/24"), keepalived(vip="10.0.0.20/24", priority=100)),
    points_at="virtual_ipaddress {",
)
def addresses_differ(site: Evidence) -> Iterator[Hit | Unknown]:
    for group in groups(site):
        if len(group.vrids) > 1 or any(not member.addresses for member in group.members):
            continue
        if len({m.at.host for m in group.members}) < len(group.members):
            continue  # several instances of one host share an address: not one list
        found = odd_ones(group, lambda member: member.addresses)
        for member in found[1] if found else ():
            reference = found[0] if found else member
            extra = sorted(member.addresses - reference.addresses)
            less = sorted(reference.addresses - member.addresses)
            said = [f"has {', '.join(extra)}"] if extra else []
            said += [f"lacks {', '.join(less)}"] if less else []
            yield Hit(
                member.place("virtual_ipaddress"),
                f"{member.at.host} {' and '.join(said)}, against {reference.at.host}",
                related=(reference.place("virtual_ipaddress"),),
            )
