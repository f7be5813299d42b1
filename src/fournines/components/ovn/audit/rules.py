"""Whether OVN's databases keep a majority, and are one and not several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.ovn.audit.facts import OvnDatabase
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_PAIR = 2
_RAFT = "OVN, ovn-ctl(8) --db-nb-cluster-local-addr; ovsdb(7) Clustered Database Service Model"


def _central(number: int, remote: str = "") -> str:
    own = f"10.0.0.1{number}"
    joins = f" --db-nb-cluster-remote-addr={remote} --db-sb-cluster-remote-addr={remote}" if remote else ""
    return (
        f'OVN_CTL_OPTS="--db-nb-addr={own} --db-sb-addr={own} --db-nb-cluster-local-addr={own} '
        f'--db-sb-cluster-local-addr={own}{joins}"\n'
    )


def _site(count: int, remote: str = "10.0.0.11") -> dict[str, str]:
    return {
        f"net{n}/etc/default/ovn-central": _central(n, remote if n > 1 else "") for n in range(1, count + 1)
    }


def members(site: Evidence, name: str) -> dict[str, OvnDatabase | None]:
    """Who holds a copy of a clustered database, by address; None for one that others only name."""
    found: dict[str, OvnDatabase | None] = {}
    for database in site.all(OvnDatabase):
        if database.name == name and database.local:
            found[database.local] = database
            if database.remote:
                found.setdefault(database.remote, None)
    return found


@rule(
    "OV001",
    Severity.ERROR,
    "OVN's databases have an even number of copies",
    consequence=Consequence.NO_FAILOVER,
    why="more than half of the copies must agree on each change: of two none may be lost, of four no more "
    "than of three. Without a majority ports are neither bound nor moved, and new instances get no network",
    fix="a third copy, on any host: ovn-ctl with --db-nb-cluster-local-addr and --db-nb-cluster-remote-addr",
    source=_RAFT,
    bad=_site(2),
    good=_site(3),
    points_at=_central(1).strip(),
)
def even(site: Evidence) -> Iterator[Hit | Unknown]:
    told: set[frozenset[str]] = set()
    for name in ("northbound", "southbound"):
        found = members(site, name)
        known = [database for database in found.values() if database]
        if not found or len(found) % 2 or frozenset(found) in told or _begins_alone(known):
            continue
        told.add(frozenset(found))
        lesser = None if len(found) == _PAIR else Severity.WARNING
        what = f"the {name} database has {len(found)} copies ({', '.join(sorted(found))})"
        yield Hit(known[0].at, what, tuple(d.at for d in known[1:]), severity=lesser)


def _begins_alone(known: list[OvnDatabase]) -> list[OvnDatabase]:
    """Those that join nobody, where there is more than one of them: each begins a cluster of its own."""
    alone = [database for database in known if not database.remote]
    return alone if len(alone) >= _PAIR else []


@rule(
    "OV002",
    Severity.ERROR,
    "Each host begins an OVN database of its own",
    consequence=Consequence.SPLIT,
    why="a copy joins the member that its remote address names; without one it makes a new database. Two "
    "such databases know nothing of one another: which networks exist depends on who is asked",
    fix="--db-nb-cluster-remote-addr and --db-sb-cluster-remote-addr with the first member, on the others",
    source=_RAFT,
    bad=_site(3, remote=""),
    good=_site(3),
    points_at=_central(2).strip(),
)
def apart(site: Evidence) -> Iterator[Hit | Unknown]:
    if any("ovndb-servers" in source.text or "ovndb_servers" in source.text for source in site.sources):
        return  # Pacemaker's agent says who leads and who follows
    told: set[frozenset[str]] = set()
    for name in ("northbound", "southbound"):
        databases = [d for d in site.all(OvnDatabase) if d.name == name]
        clustered = _begins_alone([d for d in databases if d.local])
        single = [d for d in databases if not d.local and d.listens and not d.follows]
        alone = clustered or (single if len({d.listens for d in single}) >= _PAIR else [])
        own = dict.fromkeys(d.local or d.listens for d in alone)
        if len(own) >= _PAIR and frozenset(own) not in told:
            told.add(frozenset(own))
            whose = ", ".join(own)
            what = f"{whose} each begin a {name} database: none joins another"
            yield Hit(alone[1].at, what, (alone[0].at, *(d.at for d in alone[2:])))
