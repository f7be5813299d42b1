"""Addresses whose service is the host itself: routers and directors, and those that only look like one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.audit.site_rules.system.kernel import NONLOCAL
from fournines.components.haproxy.audit.rules.example import api, haproxy
from fournines.components.keepalived.audit.facts import RealServer, SyncGroup, VrrpInstance
from fournines.components.keepalived.audit.facts.groups import group_of, groups, sync_groups, synchronized
from fournines.components.keepalived.audit.facts.includes import incomplete
from fournines.components.keepalived.audit.facts.trackers import TRACKED, Owner
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.components.nftables.audit.chains import firewalls
from fournines.components.sysctl.audit.facts import Sysctl
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.listed import first_few

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_FORWARDING = frozenset(
    {"net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding", "net.ipv6.conf.all.forwarding"}
)
_SERVING = frozenset(
    """haproxy.cfg apache.conf my.cnf rabbitmq.conf rabbitmq.config rabbitmq-env.conf memcached.conf oslo
    local_settings garb""".split()  # noqa: SIM905 - words in a row
)
"""Kinds of file that say that a host serves more than packets."""
_CALLED = re.compile(r"(?i)(?:^|[\-_.])(?:gw|gateway|router|rtr)[\-_]?\d{0,3}(?:$|[\-_.])")
"""Names of hosts that are routers: of two files of keepalived nothing else may be known."""


@rule(
    "KA004",
    Severity.ERROR,
    "Nothing but the link decides where the VIP is",
    consequence=Consequence.NO_FAILOVER,
    why="only the death of the host, its link or keepalived moves the address; when the service behind it "
    "dies or hangs, the VIP stays and nothing answers",
    fix="track the service: a vrrp_script that asks it, or track_process",
    source="keepalived.conf(5), track_script and track_process",
    bad={"keepalived.conf": keepalived(check="", tracked=""), "haproxy.cfg": haproxy(api())},
    good={"keepalived.conf": keepalived(), "haproxy.cfg": haproxy(api())},
    points_at="vrrp_instance VI_1 {",
)
def tracks_nothing(site: Evidence) -> Iterator[Hit | Unknown]:
    for instance in site.all(VrrpInstance):
        told = [key for key in ("notify_master", "notify") if key in instance.places]
        if not (instance.vips or told) or _acting(site, instance):
            continue
        if incomplete(site, instance.at.host):
            yield Unknown(instance.at, f"{instance.name} tracks no service in the part that was given")
            continue
        holds = f"holds {_vips(instance)}" if instance.vips else f"acts by {told[0]}"
        what = f"{instance.name} {holds} and tracks no script, process or file"
        if _directs(site, instance):
            why = "for a director keepalived is the service; whatever else it serves may die unseen"
            yield Hit(instance.at, what, why=why, severity=Severity.INFO)
        elif is_gateway(site, instance):
            why = "for a gateway the links are the service; whatever else it serves may die unseen"
            yield Hit(instance.at, what, why=why, severity=Severity.INFO)
        elif serves(site, instance.at.host):
            yield Hit(instance.at, what)
        else:
            yield Hit(instance.at, what, why=_UNSAID, severity=Severity.WARNING)


_UNSAID = (
    "only the death of the host, its link or keepalived moves the address; what stands behind it is in no "
    "file given, and when that is a service it may die or hang while the VIP stays"
)


def _acting(site: Evidence, instance: VrrpInstance) -> bool:
    """Whether anything but a link or a peer can move this instance."""
    both: tuple[Owner, ...] = (instance, *sync_groups(site, instance.at.host, instance.name))
    return any(tracker.kind in TRACKED for owner in both for tracker in owner.trackers)


def _directs(site: Evidence, instance: VrrpInstance) -> bool:
    """Whether this host's kernel hands connections on, and keepalived itself checks who gets them."""
    real = site.on(instance.at.host, RealServer)
    if any(server.virtual.partition(" ")[0] in instance.addresses for server in real):
        return True
    return bool(real) and not serves(site, instance.at.host)


def is_gateway(site: Evidence, instance: VrrpInstance) -> bool:
    """Whether an address is a router's.

    It brings routes, moves with one on another interface, or its host routes and serves nothing else.
    """
    if "virtual_routes" in instance.places:
        return True
    host = instance.at.host
    legs = site.derived_on(host, _with_legs)
    if any(group.at in legs for group in sync_groups(site, host, instance.name)):
        return True
    if group_of(site, instance) is None:
        return _only_route(site, {host})
    return instance.at in site.derived(_of_routers)


def _of_routers(site: Evidence) -> frozenset[Place]:
    """The members of the groups of routers: a group of thousands of hosts is looked at once."""
    return frozenset(
        member.at
        for group in groups(site)
        if _only_route(site, {rival.at.host for rival in group.members})
        for member in group.members
    )


def _only_route(site: Evidence, hosts: Collection[str]) -> bool:
    """Whether one of these hosts routes, or is called a router, and none serves anything else."""
    return any(routes(site, one) or _CALLED.search(one) for one in hosts) and not any(
        serves(site, one) for one in hosts
    )


def _with_legs(site: Evidence, host: str) -> frozenset[Place]:
    """The sync groups of a host whose instances are on several interfaces."""
    every = site.on(host, SyncGroup)
    return frozenset(g.at for g in every if len({i.interface for i in synchronized(site, host, g)}) > 1)


def forwards(site: Evidence, host: str) -> bool:
    """Whether the kernel of a host is told to forward packets."""
    return any(s.name in _FORWARDING and s.value == "1" for s in site.on(host, Sysctl))


def routes(site: Evidence, host: str) -> bool:
    """Whether a host is a router as far as its files say: it forwards, or rewrites what it forwards."""
    return site.derived_on(host, _routes)


def _routes(site: Evidence, host: str) -> bool:
    return forwards(site, host) or any(
        rule_.verdict in ("snat", "masquerade")
        for table in firewalls(site, host)
        for chain in table.values()
        for rule_ in chain.rules
    )


def serves(site: Evidence, host: str) -> bool:
    """Whether some file says that a host runs a service that may die while its links live.

    Who lets programs bind addresses that the host does not hold has such a program.
    """
    return site.derived_on(host, _serves)


def _serves(site: Evidence, host: str) -> bool:
    binds = any(s.name == NONLOCAL and s.number for s in site.on(host, Sysctl))
    return binds or not site.derived(_serving).isdisjoint((host, ""))


def _serving(site: Evidence) -> frozenset[str]:
    return frozenset(source.host for source in site.kinds(*_SERVING))


def _vips(instance: VrrpInstance) -> str:
    return first_few([vip.text for vip in instance.vips])
