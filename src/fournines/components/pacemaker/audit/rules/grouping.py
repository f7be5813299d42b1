"""Services that share a group, and services that come before what they need."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.pacemaker.audit.facts.cluster import clusters
from fournines.components.pacemaker.audit.rules.example import VIP, crm
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.listed import first_few

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fournines.components.pacemaker.audit.facts import Primitive
    from fournines.components.pacemaker.audit.facts.cluster import Cluster
    from fournines.kit.audit.evidence import Evidence

_PROJECT = re.compile(
    r"(?:openstack-)?(keystone|glance|cinder|nova|neutron|heat|ceilometer|aodh|gnocchi|horizon|swift|ironic|trove|"
    r"sahara|manila|octavia|magnum|barbican|designate|placement)(?=[-_.]|\Z)",
    re.IGNORECASE,
)
_MANY = 3
"""Services of so many projects in one group have nothing in common but the address."""
_DATABASES = frozenset({"mysql", "mariadb", "mariadbd", "galera", "pgsql", "mysqld", "postgresql"})


def _service(name: str, extra: str = "") -> str:
    return (
        f"primitive p_{name} ocf:openstack:{name} \\\n    params config=/etc/{name}.conf \\\n"
        f"    op start timeout=60s interval=0 \\\n    op monitor interval=30s timeout=30s\n{extra}"
    )


_APIS = "".join(_service(name) for name in ("keystone", "glance-api", "cinder-api"))
_TOGETHER = "group apis p_keystone p_glance-api p_cinder-api\n"
_CLONES = "".join(
    f"clone c_{n} p_{n} meta interleave=true\n" for n in ("keystone", "glance-api", "cinder-api")
)


@rule(
    "PA030",
    Severity.WARNING,
    "Services that have nothing in common share a group",
    consequence=Consequence.SLOW,
    why="in a group whatever fails stops all that stand behind it and takes the whole group to another host: "
    "one API that does not start there is an outage of all of them",
    fix="clones behind HAProxy; or each service on its own, tied to the address only",
    source="Pacemaker Explained, Groups: members stop in reverse order, and none behind one that cannot run",
    bad=crm(VIP, _APIS, _TOGETHER),
    good=crm(VIP, _APIS, _CLONES),
    points_at="group apis p_keystone p_glance-api p_cinder-api",
)
def together(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        for group in cluster.collections:
            held = cluster.inside(group.id) if group.kind == "group" else ()
            projects = list(dict.fromkeys(found for p in held if (found := _project(p))))
            agents = list(dict.fromkeys(found for p in held if (found := _agent(p))))
            if len(projects) >= _MANY:
                what = f"{group.id} holds {', '.join(projects)}: the one that fails takes the others along"
                yield Hit(group.at, what)
            elif len(agents) > 1:
                what = (
                    f"{group.id} holds the agents {', '.join(agents)}: one that fails takes the others along"
                )
                yield Hit(group.at, what, why=_AGENTS, fix=_EVERYWHERE)


_AGENTS = (
    "neither needs the other, and in a group a DHCP agent that does not start moves every router to another "
    "host, where all of them are built anew"
)
_EVERYWHERE = "the agents on all network hosts at once, dhcp_agents_per_network = 2 and l3_ha = true"


def _agent(primitive: Primitive) -> str:
    """The Neutron agent a resource runs, if it is one of those that work alone."""
    match = re.search(
        r"(?:neutron|quantum)-(?:agent-)?(l3|dhcp|lbaas|vpn)(?:-agent)?\Z", primitive.type, re.IGNORECASE
    )
    return match.group(1).lower() if match else ""


def _project(primitive: Primitive) -> str:
    match = _PROJECT.match(primitive.type)
    return match.group(1).lower() if match else ""


_DATABASE = """\
primitive p_mysql ocf:heartbeat:mysql \\
    params config=/etc/mysql/my.cnf \\
    op start timeout=120s interval=0 \\
    op stop timeout=120s interval=0 \\
    op monitor interval=20s timeout=30s
"""


@rule(
    "PA031",
    Severity.WARNING,
    "Services that may start before their database",
    consequence=Consequence.NO_RETURN,
    why="after a loss of power everything starts at once; these agents wait for a login that needs the "
    "database, and a start that fails is final on its host (start-failure-is-fatal): the services stay down "
    "until somebody cleans up",
    fix="order db-then-services Mandatory: DATABASE SERVICES",
    source="Pacemaker Explained, start-failure-is-fatal, Ordering constraints; openstack-resource-agents",
    bad=crm(_DATABASE, _service("keystone")),
    good=crm(_DATABASE, _service("keystone"), "order db-first Mandatory: p_mysql p_keystone\n"),
    points_at="primitive p_keystone ocf:openstack:keystone \\",
)
def unordered(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        databases = [p for p in cluster.primitives if p.type.lower() in _DATABASES]
        waiting = [p for p in cluster.primitives if p.agent[:2] == ("ocf", "openstack") and _asks(p)]
        behind = _behind(cluster, databases)
        loose = [p for p in waiting if not cluster.names_of(p.id) & behind]
        if databases and loose:
            holders = [holder for holder in cluster.holders(loose[0].id) if holder.kind == "group"]
            at = holders[0].at if holders else loose[0].at
            what = f"nothing starts {databases[0].id} before {first_few([p.id for p in loose])}"
            yield Hit(at, what, related=(databases[0].at,))


def _asks(primitive: Primitive) -> bool:
    """Whether the agent asks the service a question that Keystone and its database have to answer."""
    return any(
        name in primitive.params for name in ("os_auth_url", "keystone_get_token_url", "os_password")
    ) or (_project(primitive) == "keystone")


def _behind(cluster: Cluster, databases: Iterable[Primitive]) -> set[str]:
    """Everything that some order starts after a database, by all its names; the rest of its group too."""
    orders = [[ref.id for ref in c.refs] for c in cluster.constraints if c.kind == "order"]
    places: dict[str, list[tuple[int, int]]] = {}
    for number, ids in enumerate(orders):
        for index, name in enumerate(ids):
            places.setdefault(name, []).append((number, index))
    open_from = [len(ids) for ids in orders]  # what lies behind is reached: each name is looked at once
    reached: set[str] = set()
    pending = [name for database in databases for name in _with_group(cluster, database)]
    while pending:
        name = pending.pop()
        if name in reached:
            continue
        reached.add(name)
        for number, index in places.get(name, ()):
            for one in orders[number][index + 1 : open_from[number]]:
                pending += _names(cluster, one)
            open_from[number] = min(open_from[number], index + 1)
    return reached


def _with_group(cluster: Cluster, database: Primitive) -> Iterator[str]:
    yield from cluster.names_of(database.id)
    for group in cluster.holders(database.id):
        for held in cluster.inside(group.id):
            yield from cluster.names_of(held.id)


def _names(cluster: Cluster, name: str) -> set[str]:
    """A resource named in an order, and what it holds."""
    return {name, *(p.id for p in cluster.inside(name))}
