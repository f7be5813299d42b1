"""Settings of one member that break replication, lose commits, or keep the server from starting."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.galera.audit.facts import DatabaseConf, members
from fournines.components.galera.audit.rules.example import galera
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.galera.audit.facts import GaleraHost, Setting
    from fournines.kit.audit.evidence import Evidence

_LIMITS = "MariaDB knowledge base, Configuring MariaDB Galera Cluster: mandatory options"
GCACHE = 128 << 20
"""Bytes of the write-set cache when nothing is said; Galera documentation, gcache.size."""


def _said(evidence: Evidence, name: str) -> Iterator[Setting]:
    """A setting of every file of the site's members, once for each place."""
    places = set()
    found = [setting for member in members(evidence) if (setting := member.conf.get(name))]
    if members(evidence):  # a block of a page that shows one part of a member's files
        found += [s for conf in evidence.all(DatabaseConf) if conf.excerpt and (s := conf.get(name))]
    for setting in found:
        if setting.at not in places:
            places.add(setting.at)
            yield setting


def mariadb(member: GaleraHost) -> tuple[int, int] | None:
    """The least version of MariaDB that reads this file; (0, 0) for another server, None when unknown."""
    conf = member.conf
    if any(name.startswith("pxc_") for name in conf.settings):
        return 0, 0
    found = [
        (int(m.group(1)), int(m.group(2) or 0))
        for section in conf.sections
        if (m := re.fullmatch(r"maria(?:db|dbd)-(\d+)(?:\.(\d+))?", section.lower()))
    ]
    method = conf.get("wsrep_sst_method")
    if method and method.value.strip() == "mariabackup":
        found.append((10, 1))
    if {"galera", "mariadbd"} & {section.lower() for section in conf.sections}:
        found.append((10, 1))
    return max(found, default=None)


_ENGINES = frozenset({"myisam", "aria", "memory", "csv", "archive", "tokudb", "rocksdb"})
_REFUSED = {
    "binlog_format": (frozenset({"statement", "mixed", "0", "1"}), ""),
    "default_storage_engine": (_ENGINES, "only InnoDB is replicated: new tables stay on this host"),
    "storage_engine": (_ENGINES, "only InnoDB is replicated: new tables stay on this host"),
    "innodb_autoinc_lock_mode": (
        frozenset({"0", "1"}),
        "the lock on the counter of a table is not replicated: appliers and clients deadlock",
    ),
}
"""Settings of Galera's list of requirements, and the values it cannot work with."""


_CONSECUTIVE = (
    "with 1 an insert of many rows holds a lock on the table's counter until it ends, and what the others "
    "have written waits behind it or is rolled back: deadlocks that nothing resolves"
)


@rule(
    "GA006",
    Severity.ERROR,
    "Changes are written in a way Galera cannot replicate",
    consequence=Consequence.DATA,
    why="Galera certifies rows of InnoDB: statements and other engines are not replicated or not alike, and "
    "the "
    "hosts differ without a word",
    fix="binlog_format = ROW, default_storage_engine = InnoDB, innodb_autoinc_lock_mode = 2",
    source=_LIMITS,
    bad={"db1/galera.cnf": galera(binlog_format="STATEMENT")},
    good={"db1/galera.cnf": galera()},
    points_at="binlog_format = STATEMENT",
)
def not_replicable(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for name, (refused, why) in _REFUSED.items():
        for setting in _said(evidence, name):
            if setting.value.strip().lower() in refused:
                yield Hit(setting.at, f"{name} is {setting.value}", why=why)
    for member in members(evidence):
        conf = member.conf
        silent = conf.get("innodb_autoinc_lock_mode") is None and not conf.excerpt and not conf.includes
        if silent and mariadb(member) not in (None, (0, 0)):
            yield Hit(
                member.place("wsrep_on", "wsrep_provider"),
                "innodb_autoinc_lock_mode is not said; MariaDB's default is 1",
                why=_CONSECUTIVE,
                severity=Severity.WARNING,
            )


@rule(
    "GA007",
    Severity.WARNING,
    "A commit is acknowledged before it is on disk",
    consequence=Consequence.DATA,
    why="the other hosts have the write in memory only as well: when all lose power, commits that clients "
    "were "
    "told of are gone on every host",
    fix="innodb_flush_log_at_trx_commit = 1",
    source="jepsen.io, MariaDB Galera Cluster 12.1.2; MDEV-38974",
    bad={"db1/galera.cnf": galera("innodb_flush_log_at_trx_commit = 2")},
    good={"db1/galera.cnf": galera("innodb_flush_log_at_trx_commit = 1")},
    points_at="innodb_flush_log_at_trx_commit = 2",
)
def flushed_late(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for setting in _said(evidence, "innodb_flush_log_at_trx_commit"):
        if setting.number in (0, 2):
            yield Hit(setting.at, f"the log is flushed once a second, not at each commit ({setting.number})")


@rule(
    "GA010",
    Severity.WARNING,
    "Blanks in the list of hosts",
    consequence=Consequence.NO_RETURN,
    why="the blank becomes part of the next host's name, which then does not resolve: that host is not tried",
    fix="commas only",
    source="codership/galera, galerautils/src/gu_uri.cpp: nothing is trimmed",
    bad={"db1/galera.cnf": galera(wsrep_cluster_address='"gcomm://10.0.0.11, 10.0.0.12, 10.0.0.13"')},
    good={"db1/galera.cnf": galera()},
    points_at='wsrep_cluster_address = "gcomm://10.0.0.11, 10.0.0.12, 10.0.0.13"',
)
def blanks(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for member in members(evidence):
        listed = _TO_FILL_IN.sub("x", member.raw_address)
        listed = listed.partition("://")[2].partition("?")[0]
        if re.search(r"\S\s+\S", listed) and not any(mark in listed for mark in ("{", "$(", "`")):
            yield Hit(member.place("wsrep_cluster_address"), "wsrep_cluster_address has blanks between hosts")


_TO_FILL_IN = re.compile(r"<[^<>]*>|\[[A-Za-z][^\[\]]*\]|\{[^{}]*\}")

_GONE = {
    "innodb_locks_unsafe_for_binlog": (10, 5),
    "innodb_large_prefix": (10, 3),
    "innodb_file_format": (10, 3),
    "innodb_support_xa": (10, 3),
    "wsrep_causal_reads": (11, 3),
    "wsrep_load_data_splitting": (11, 3),
    "wsrep_drupal_282555_workaround": (11, 4),
    "wsrep_convert_lock_to_trx": (11, 4),
}
"""Settings and the MariaDB that no longer has them; release notes of those series."""


@rule(
    "GA012",
    Severity.WARNING,
    "A setting that current servers no longer know",
    consequence=Consequence.NO_RETURN,
    why="a server that does not know a setting refuses to start: the first host to be upgraded stays down",
    fix="remove the line",
    source="MariaDB release notes; Percona XtraDB Cluster 8.0, removed variables",
    bad={
        "db1/galera.cnf": "[mariadb-11.4]\nskip-name-resolve\n" + galera("innodb_locks_unsafe_for_binlog = 1")
    },
    good={"db1/galera.cnf": galera()},
    points_at="innodb_locks_unsafe_for_binlog = 1",
)
def removed(evidence: Evidence) -> Iterator[Hit | Unknown]:
    seen = set()
    for member in members(evidence):
        version = mariadb(member) or (0, 0)
        found = [(name, s) for name in _GONE if (s := member.conf.get(name)) and s.at not in seen]
        seen |= {setting.at for _, setting in found}
        late = [(name, s) for name, s in found if version >= _GONE[name]]
        for name, setting in late:
            yield Hit(setting.at, f"{name} is unknown to MariaDB {version[0]}.{version[1]}")
        early = [pair for pair in found if pair not in late]
        if early:
            names = ", ".join(name for name, _ in early)
            yield Hit(
                min(setting.at for _, setting in early),
                f"newer servers no longer know {names}",
                related=tuple(setting.at for _, setting in early),
                severity=Severity.INFO,
            )


@rule(
    "GA014",
    Severity.WARNING,
    "The write-set cache is too small for a reboot",
    consequence=Consequence.NO_RETURN,
    why="a host that was away longer than the cache reaches back needs a full copy, and its donor is busy "
    "with it",
    fix="gcache.size for at least half an hour of writes, commonly 1G or more",
    source="Galera documentation, gcache.size",
    bad={"db1/galera.cnf": galera('wsrep_provider_options = "gcache.size=16M"')},
    good={"db1/galera.cnf": galera('wsrep_provider_options = "gcache.size=1G"')},
    points_at='wsrep_provider_options = "gcache.size=16M"',
)
def small_cache(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for member in members(evidence):
        size = _size(member.provider.get("gcache.size", ""))
        if size is not None and size < GCACHE:
            yield Hit(
                member.place("wsrep_provider_options"),
                f"gcache.size is {member.provider['gcache.size']}, less than the default of 128M",
            )


def _size(text: str) -> int | None:
    match = re.fullmatch(r"(\d{1,12})([KMGT]?)", text.strip().upper())
    return int(match.group(1)) << 10 * " KMGT".index(match.group(2) or " ") if match else None


@rule(
    "GA015",
    Severity.WARNING,
    "The query cache is on",
    consequence=Consequence.ERRORS,
    why="its one lock stands in the way of the appliers, and results of before a change on another host may "
    "be "
    "answered",
    fix="query_cache_type = 0 and query_cache_size = 0",
    source="Galera documentation, Differences from a Standalone MySQL Server: query cache",
    bad={"db1/galera.cnf": galera("query_cache_type = 1", "query_cache_size = 64M")},
    good={"db1/galera.cnf": galera("query_cache_type = 0", "query_cache_size = 0")},
    points_at="query_cache_type = 1",
)
def query_cache(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for member in members(evidence):
        kind, size = member.conf.get("query_cache_type"), member.conf.get("query_cache_size")
        on = kind is not None and kind.value.strip().lower() in ("1", "on", "2", "demand")
        if kind is None:
            on = bool(size and size.number)
        if on and not (size and size.number == 0):
            shown = kind or size
            if shown:
                yield Hit(shown.at, "queries are answered from a cache on a member of a cluster")
