"""An address that HAProxy is to have on any host, on a page that leaves out who moves it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.audit.site_rules.names import names
from fournines.components.haproxy.audit.facts import configurations
from fournines.components.haproxy.audit.rules.example import api, haproxy
from fournines.components.keepalived.audit.facts import VrrpInstance
from fournines.components.pacemaker.audit.facts.cluster import clusters
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.haproxy.audit.facts import Bind
    from fournines.components.pacemaker.audit.facts.cluster import Cluster
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_VIRTUAL = re.compile(r"(?i)(?<![a-z])(?:vip|virtual|floating)|vip(?![a-z])")
_MOVERS = re.compile(
    r"(?i)keepalived|vrrp|ucarp|heartbeat/ha\.cf|haresources|kube-vip|metallb|exabgp|anycast|elastic[- ]?ip|"
    r"vip-manager|carp\b"
)
_PAGE = "/etc/haproxy/haproxy.cfg on both:\n\n```\n{}```\n\n{}"
_INSTALL = "Then:\n\n```\napt-get install keepalived\n```\n"


@rule(
    "HA051",
    Severity.WARNING,
    "An address that nobody moves",
    consequence=Consequence.NO_FAILOVER,
    why="clients are sent to one address, and no program here takes it to another host when the one that has "
    "it dies: HAProxy in front of everything is the single point of failure",
    fix="keepalived (or Pacemaker's IPaddr2) on the hosts of HAProxy, with a check of HAProxy",
    source="OpenStack HA guide, HAProxy nodes: HAProxy should not be a single point of failure",
    bad={"howto.md": _PAGE.format(haproxy(api(bind="VIRTUAL_IP:5000")), "")},
    good={"howto.md": _PAGE.format(haproxy(api(bind="VIRTUAL_IP:5000")), _INSTALL)},
    points_at="bind VIRTUAL_IP:5000",
)
def unmoved(site: Evidence) -> Iterator[Hit | Unknown]:
    if site.all(VrrpInstance) or any(_MOVERS.search(source.text) for source in site.sources):
        return
    if any(free(cluster) for cluster in clusters(site)):
        return
    said = meant_to_move(site)
    if said:
        at, text = said[0]
        address = text.rpartition(":")[0] or text
        yield Hit(
            at,
            f"{address} is to move from host to host, and nothing here moves it",
            tuple(p for p, _ in said[1:]),
        )


def meant_to_move(site: Evidence) -> list[tuple[Place, str]]:
    """The bind lines of pages whose address is called a virtual one, as they stand there."""
    pages = {source.path for source in site.sources if source.lines}
    said: list[tuple[Place, str]] = []
    for conf in configurations(site) if pages else ():
        for proxy in conf.proxies:
            for statement in proxy.all("bind"):
                text = " ".join(word for word in statement.words[1:3])
                if statement.at.path in pages and (
                    _VIRTUAL.search(text) or _named(site, proxy.binds, statement.at)
                ):
                    said.append((statement.at, text))
    return said


def _named(site: Evidence, binds: tuple[Bind, ...], at: Place) -> bool:
    """Whether the hosts file calls the address of this line a virtual one."""
    table = names(site).table
    mine = {bind.address for bind in binds if bind.at == at}
    return any(
        address in mine and _VIRTUAL.search(name) is not None
        for view in table.values()
        for name, address in view.items()
    )


def free(cluster: Cluster) -> bool:
    """Whether Pacemaker moves HAProxy itself, or an address that is not tied to another service."""
    if any("haproxy" in f"{p.type} {p.id}".lower() for p in cluster.primitives):
        return True
    tied = {ref.id for c in cluster.constraints if c.kind == "colocation" for ref in c.refs}
    return any(
        p.type.lower() in ("ipaddr2", "ipaddr")
        and not cluster.names_of(p.id) & tied
        and not any(holder.kind == "group" for holder in cluster.holders(p.id))
        for p in cluster.primitives
    )


def beside(cluster: Cluster) -> bool:
    """Whether Pacemaker runs HAProxy where it has an address: in one group with it, or tied to it."""
    for primitive in cluster.primitives:
        if "haproxy" in f"{primitive.type} {primitive.id}".lower():
            names = cluster.names_of(primitive.id)
            near = {one for name in names for one in (name, *cluster.colocated(name))}
            if any(p.address for name in near for p in cluster.inside(name)):
                return not any(
                    c.kind in ("clone", "promotable", "bundle") for c in cluster.holders(primitive.id)
                )
    return False
