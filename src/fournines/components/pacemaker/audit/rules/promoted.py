"""A database that has one writer, and the address at which clients look for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.pacemaker.audit.facts.cluster import clusters
from fournines.components.pacemaker.audit.rules.example import VIP, crm
from fournines.components.pacemaker.audit.rules.references import Ties
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.pacemaker.audit.facts import Cluster, Primitive
    from fournines.components.pacemaker.audit.facts.model import Collection
    from fournines.kit.audit.evidence import Evidence

_ONE_WRITER = frozenset({"pgsql", "pgsqlms", "mysql", "mysql-prm", "mariadb", "redis"})
"""Agents of databases of which only the promoted instance takes writes; Galera's promotes all."""
_DATABASE = """\
primitive db ocf:heartbeat:pgsql \\
    params rep_mode=sync node_list="node1 node2" master_ip=10.0.0.20 \\
    op start interval=0 timeout=120s \\
    op monitor interval=11s timeout=30s role=Unpromoted \\
    op monitor interval=10s timeout=30s role=Promoted
clone ms-db db \\
    meta promotable=true notify=true
"""


@rule(
    "PA043",
    Severity.ERROR,
    "The address may be where the database is not promoted",
    consequence=Consequence.NO_FAILOVER,
    why="nothing ties the address to the promoted instance: after a failover clients reach a standby, which "
    "refuses their writes, or nobody",
    fix="colocation vip-with-db inf: VIP DB-CLONE:Promoted, and order DB-CLONE:promote before VIP:start",
    source="Pacemaker Explained, Colocation constraints: with-rsc-role; cfengine/documentation #1118",
    bad=crm(VIP, _DATABASE),
    good=crm(VIP, _DATABASE, "colocation vip-with-db inf: vip ms-db:Promoted\n"),
    points_at="primitive vip ocf:heartbeat:IPaddr2 \\",
)
def elsewhere(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        for clone in cluster.collections:
            inside = cluster.inside(clone.id) if clone.promotable else ()
            databases = [p for p in inside if p.type.lower() in _ONE_WRITER]
            address = _loose(cluster, clone, databases[0]) if databases else None
            told = address and (cluster.builds or address.at.path == databases[0].at.path)
            if address and told:
                what = f"nothing keeps {address.id} ({address.address}) where {databases[0].id} is promoted"
                sure = None if cluster.builds else Severity.WARNING  # more may be told elsewhere
                yield Hit(address.at, what, (clone.at, databases[0].at), severity=sure)


def _loose(cluster: Cluster, clone: Collection, database: Primitive) -> Primitive | None:
    """The address that is meant for the writer, where no address follows it."""
    virtual = [p for p in cluster.primitives if p.address]
    placed = Ties(cluster, clone).placed
    ruled = {ref.id for c in cluster.constraints if c.kind == "location" and not c.nodes for ref in c.refs}
    if any(cluster.names_of(p.id) & (placed | ruled) for p in virtual):
        return None  # one follows it; a location by a rule may ask for its state
    named = [p for p in virtual if p.address in database.params.values()]
    alone = [p for p in virtual if _follows_only(cluster, p, clone)]
    return next(iter([*named, *alone]), None)


def _follows_only(cluster: Cluster, address: Primitive, clone: Collection) -> bool:
    """Whether an address is tied to nothing else, but perhaps to whichever instance there is."""
    own = cluster.names_of(address.id)
    grouped = {p.id for holder in cluster.holders(address.id) for p in cluster.inside(holder.id)}
    beside = {near for name in own for near in cluster.colocated(name)} - own
    return grouped <= {address.id} and beside <= {clone.id, *clone.aliases}


_TIED = """\
colocation vip-with-db inf: vip ms-db:Promoted
order db-then-vip Mandatory: ms-db:promote vip:start
"""


@rule(
    "PA063",
    Severity.WARNING,
    "The address is there before the database is promoted",
    consequence=Consequence.ERRORS,
    why="the address and the promotion start at once: clients reach a standby that refuses their writes, "
    "and where the promotion fails the address stays with it",
    fix="order db-then-vip Mandatory: DB-CLONE:promote VIP:start (in pcs: promote DB-CLONE then start VIP)",
    source="Pacemaker Explained, Ordering constraints: a colocation says nothing about the order",
    bad=crm(VIP, _DATABASE, "colocation vip-with-db inf: vip ms-db:Promoted\n"),
    good=crm(VIP, _DATABASE, _TIED),
    points_at="primitive vip ocf:heartbeat:IPaddr2 \\",
)
def unordered(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        for clone in cluster.collections if cluster.builds else ():
            inside = cluster.inside(clone.id) if clone.promotable else ()
            if not any(p.type.lower() in _ONE_WRITER for p in inside):
                continue
            ties = Ties(cluster, clone)
            ordered = _ordered(cluster, clone) | ties.ordered
            for address in cluster.primitives:
                own = cluster.names_of(address.id)
                if address.address and own & ties.placed and not own & ordered:
                    what = f"nothing starts {address.id} behind the promotion of {clone.id}"
                    yield Hit(address.at, what, (clone.at,))


def _ordered(cluster: Cluster, clone: Collection) -> set[str]:
    """Whatever an order names together with the database, whichever way round."""
    its = {clone.id, *clone.aliases}
    orders = ({ref.id for ref in c.refs} for c in cluster.constraints if c.kind == "order")
    return {name for names in orders if names & its for name in names}
