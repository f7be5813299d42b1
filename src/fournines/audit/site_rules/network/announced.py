"""Services that a virtual address announces, and whether they answer on it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.galera.audit.facts import DatabaseConf
from fournines.components.memcached.audit.facts import MemcachedConf
from fournines.components.pacemaker.audit.facts import clusters
from fournines.components.pacemaker.audit.rules.example import VIP, crm
from fournines.components.rabbitmq.audit.facts import brokers
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.pacemaker.audit.facts import Cluster, Primitive
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_LOOPBACK = r"(?:127(?:\.\d{1,3}){3}|localhost|\[?::1\]?)"
_BOUND = re.compile(rf"(?:bind|listen)[\w\-]{{0,60}}[ =:]+[\"']?{_LOOPBACK}\b", re.IGNORECASE)
_ONLY = re.compile(rf"{_LOOPBACK}(?::\d+)?")
_DATABASES = frozenset({"mysql", "mariadb", "mysqld", "galera", "mysql-server", "mariadb-server"})
_CACHES = frozenset({"memcached"})
_BROKERS = frozenset({"rabbitmq", "rabbitmq-server", "rabbitmq-cluster"})
_DB = """
primitive db ocf:heartbeat:mariadb \\
    params additional_parameters="--bind-address={}" \\
    op start interval=0 timeout=120s \\
    op stop interval=0 timeout=120s \\
    op monitor interval=20s
group g-db vip db
"""


@rule(
    "PA026",
    Severity.ERROR,
    "A service on the loopback behind a virtual address",
    consequence=Consequence.DOWN,
    why="the address moves with the service, and the service takes connections from its own host only: "
    "clients of the address are refused wherever it is",
    fix="bind the service to every address, or to the virtual one",
    source="bind(2); OpenStack HA guide, MySQL with Pacemaker: bind-address is the virtual address",
    bad=crm(VIP, _DB.format("127.0.0.1")),
    good=crm(VIP, _DB.format("10.0.0.20")),
    points_at='params additional_parameters="--bind-address=127.0.0.1" \\',
)
def answers_itself_only(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        for service in cluster.primitives:
            said = _bound(site, service)
            vip = _address_beside(cluster, service) if said else None
            if vip:
                what = f"{service.id} listens on the loopback only, and {vip.id} ({vip.address}) announces it"
                yield Hit(said[0], what, related=(*said[1:], vip.place("ip")))


def _address_beside(cluster: Cluster, service: Primitive) -> Primitive | None:
    """The virtual address in the service's group, or colocated with it."""
    own = cluster.names_of(service.id)
    near = {ref.id for c in cluster.holders(service.id) if c.kind == "group" for ref in c.members}
    near |= {beside for name in own for beside in cluster.colocated(name)}
    return next((p for name in sorted(near) for p in cluster.inside(name) if p.address), None)


def _bound(site: Evidence, service: Primitive) -> tuple[Place, ...]:
    """Where the service is told to listen on the loopback: its parameters, else its own file."""
    found = [
        service.place(name) for name, value in service.params.items() if _BOUND.search(f"{name}={value}")
    ]
    if (
        any(re.search(r"(?:bind|listen)", f"{name}={value}") for name, value in service.params.items())
        and not found
    ):
        return ()
    kind = service.type.lower().removesuffix(".service")
    if kind in _DATABASES:
        said = [s for conf in site.all(DatabaseConf) if (s := conf.get("bind_address"))]
        found += [s.at for s in said if all(_ONLY.fullmatch(one.value) for one in said)]
    if kind in _BROKERS:
        heard = [
            s
            for b in brokers(site)
            for c in b.confs
            for s in c.settings.values()
            if s.name.startswith("listeners.tcp")
        ]
        found += [s.at for s in heard if all(_ONLY.fullmatch(one.value) for one in heard)]
    if kind in _CACHES:
        caches = site.all(MemcachedConf)
        found += [at for conf in caches for _, at in conf.listens if all(one.loopback for one in caches)]
    return tuple(dict.fromkeys(found))
