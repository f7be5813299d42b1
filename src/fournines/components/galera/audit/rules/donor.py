"""Members that hand out a copy of everything: what they can do meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.galera.audit.facts import clusters, members, unfilled
from fournines.components.galera.audit.rules.example import galera
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_BLOCKING = ("rsync", "mysqldump", "rsync_wan")
_TWO = ("10.0.0.11", "10.0.0.12")


@rule(
    "GA030",
    Severity.WARNING,
    "The only other member stands still while it hands out its data",
    consequence=Consequence.ERRORS,
    why="rsync and mysqldump lock the donor (FLUSH TABLES WITH READ LOCK) until the copy is made: with two "
    "data hosts the one that survived serves nobody while the other returns",
    fix="wsrep_sst_method = mariabackup, or a third data host",
    source="Galera documentation, State Snapshot Transfers: rsync and mysqldump block the donor",
    bad={f"db{n}/galera.cnf": galera(number=n, peers=_TWO) for n in (1, 2)},
    good={f"db{n}/galera.cnf": galera(number=n, peers=_TWO, wsrep_sst_method="mariabackup") for n in (1, 2)},
    points_at="wsrep_sst_method = rsync",
)
def stands_still(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(evidence):
        said = [found for m in cluster.members if (found := m.conf.get("wsrep_sst_method"))]
        if cluster.size <= 1:
            continue
        blocking = {one.at.host: one for one in reversed(said) if one.value.strip().lower() in _BLOCKING}
        pair = cluster.size == 2  # noqa: PLR2004 - the survivor is the donor
        who = "the only other member" if pair else "one of the others"
        for one in reversed(blocking.values()):
            yield Hit(
                one.at,
                f"{one.value.strip()} copies, and {who} stands still meanwhile",
                why="" if pair else _THREE,
                fix="" if pair else "wsrep_sst_method = mariabackup",
                severity=None if pair else Severity.INFO,
            )


_THREE = (
    "rsync and mysqldump lock the donor until the copy is made; where it is the one that takes "
    "the writes, they wait or move"
)


@rule(
    "GA023",
    Severity.WARNING,
    "One donor, and nobody else may stand in",
    consequence=Consequence.NO_RETURN,
    why="a host that needs a copy takes it from this one only: while that is down, or is the host itself, "
    "the start fails with 'Donor not available'",
    fix="a comma at the end of wsrep_sst_donor: then any other member may be the donor too",
    source="MariaDB knowledge base, wsrep_sst_donor: the trailing comma",
    bad={f"db{n}/galera.cnf": galera(number=n, wsrep_sst_donor="db1") for n in (1, 2, 3)},
    good={f"db{n}/galera.cnf": galera(number=n, wsrep_sst_donor="db1,") for n in (1, 2, 3)},
    points_at="wsrep_sst_donor = db1",
)
def one_donor(evidence: Evidence) -> Iterator[Hit | Unknown]:
    said = [found for m in members(evidence) if (found := m.conf.get("wsrep_sst_donor"))]
    fixed = [one for one in said if one.value.strip(" \"'") and not one.value.strip(" \"'").endswith(",")]
    by_value = {one.value: one for one in reversed(fixed) if not unfilled(one.value)}
    for value, one in by_value.items():
        others = tuple(other.at for other in fixed if other.value == value and other is not one)
        several = "," in value
        what = f"{value} only {'are' if several else 'is'} asked for a copy"
        yield Hit(one.at, what, others, severity=Severity.INFO if several else None)
