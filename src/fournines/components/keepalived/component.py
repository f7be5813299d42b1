"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.keepalived.checks import checks
from fournines.components.keepalived.deploy import steps
from fournines.components.keepalived.families import FAMILIES
from fournines.components.keepalived.faults import faults
from fournines.components.keepalived.model import LOG, TAGS, Options
from fournines.components.keepalived.relies import RELIES
from fournines.kit.component import Component, Stage, always
from fournines.kit.declare import Declaration, FirewallPort, InterfaceOf, LogFile, Memory
from fournines.kit.where import VIP_HOSTS
from fournines.spec.model import Mode, Site


def declares(site: Site, _: object) -> Iterator[Declaration]:
    """VRRP in every network with a VIP, its interfaces, and a log."""
    names = VIP_HOSTS.names(site)
    yield Memory("keepalived", names, rest=20)
    for network in dict.fromkeys(vip.network for vip in site.vips.values()):
        yield FirewallPort("keepalived", hosts=names, protocol="vrrp", network=network)
        yield InterfaceOf(network, hosts=names)
    for tag in TAGS:
        yield LogFile(tag, LOG, hosts=names)


COMPONENT = Component(
    name="keepalived",
    summary="The VIPs on exactly one controller, moved in under half a second, never bounced back",
    on=VIP_HOSTS,
    only_in=Mode.ACTIVE_ACTIVE,
    declares=declares,
    stages=(Stage(steps, checks),),
    faults=faults,
    options=Options,
    needs=always("names", "balancer", "database"),
    provides=("vip",),
    relies=RELIES,
    families=FAMILIES,
)
