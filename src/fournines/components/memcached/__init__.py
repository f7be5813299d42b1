"""Memcached on every controller: the token cache that all API services share."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.memcached.checks import checks
from fournines.components.memcached.deploy import steps
from fournines.components.memcached.faults import faults
from fournines.components.memcached.model import PORT, Options
from fournines.components.memcached.relies import RELIES
from fournines.kit.component import Component, Stage
from fournines.kit.declare import CacheServers, Declaration, FirewallPort
from fournines.spec.model import Host, Site


def hosts(site: Site) -> tuple[Host, ...]:
    """Every controller."""
    return site.controllers


def declares(site: Site) -> Iterator[Declaration]:
    """One port, open to the cluster network only: memcached has no authentication."""
    names = tuple(h.name for h in hosts(site))
    yield CacheServers(hosts=names, port=PORT)
    yield FirewallPort("memcached", hosts=names, port=PORT, network=site.cluster_network)


COMPONENT = Component(
    name="memcached",
    summary="Token and object cache, one instance per controller; clients skip a dead one",
    hosts=hosts,
    declares=declares,
    stages=(Stage(steps, checks),),
    faults=faults,
    options=Options,
    needs=("names", "firewall"),
    provides=("cache",),
    relies=RELIES,
)
