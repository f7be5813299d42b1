"""keepalived: who holds the virtual addresses."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.keepalived.checks import checks
from fournines.components.keepalived.deploy import steps
from fournines.components.keepalived.faults import faults
from fournines.components.keepalived.model import LOG, TAGS, Options
from fournines.kit.component import Component
from fournines.kit.declare import Declaration, FirewallPort, LogFile
from fournines.spec.model import Host, Site


def hosts(site: Site) -> tuple[Host, ...]:
    """Every controller."""
    return site.controllers


def declares(site: Site) -> Iterator[Declaration]:
    """VRRP in the VIP's network, and a log."""
    names = tuple(h.name for h in hosts(site))
    yield FirewallPort("keepalived", hosts=names, protocol="vrrp", network=site.cluster_network)
    for tag in TAGS:
        yield LogFile(tag, LOG, hosts=names)


COMPONENT = Component(
    name="keepalived",
    summary="The VIPs on exactly one controller, moved in under half a second, never bounced back",
    hosts=hosts,
    declares=declares,
    steps=steps,
    checks=checks,
    faults=faults,
    options=Options,
    needs=("names", "balancer", "database"),
    provides=("vip",),
)
