"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.memcached.checks import checks
from fournines.components.memcached.deploy import steps
from fournines.components.memcached.families import FAMILIES
from fournines.components.memcached.faults import faults
from fournines.components.memcached.model import HOSTS, PORT, Options
from fournines.components.memcached.relies import RELIES
from fournines.kit.component import Component, Stage, always
from fournines.kit.declare import CacheServers, Declaration, FirewallPort, Memory
from fournines.spec.model import Site


def declares(site: Site, options: Options) -> Iterator[Declaration]:
    """One port, open to the cluster network only: memcached has no authentication."""
    names = HOSTS.names(site)
    yield Memory("memcached", names, rest=5, grows=options.memory_mb)
    yield CacheServers(hosts=names, port=PORT)
    yield FirewallPort("memcached", hosts=names, port=PORT, network=site.cluster_network)


COMPONENT = Component(
    name="memcached",
    summary="Token and object cache, one instance per controller; clients skip a dead one",
    on=HOSTS,
    declares=declares,
    stages=(Stage(steps, checks),),
    faults=faults,
    options=Options,
    needs=always("names", "firewall"),
    provides=("cache",),
    relies=RELIES,
    families=FAMILIES,
)
