"""Whether the server reads the file at all, and whether what it reads says which cluster to join."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.galera.audit.facts import DATABASE, DatabaseConf, members, unfilled
from fournines.components.galera.audit.rules.example import galera
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.source import EVERY_HOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_UNREAD = re.compile(
    r"(?:^|/)(?:etc|mysql)/my\.conf|(?:^|/)(?:my\.cnf\.d|(?:mysql|mariadb)\.conf\.d|(?:mysql|percona)[\w\-.]*/conf\.d)/[^/]+\.conf"
)
_STATED = "[mysqld]\nmax_connections = 2048\n"


@rule(
    "GA022",
    Severity.ERROR,
    "A file that the server does not read",
    consequence=Consequence.DOWN,
    why="the server reads my.cnf, and of an included folder only files that end in .cnf: nothing in this one "
    "counts, and it starts with its defaults, alone",
    fix="the name my.cnf, or a name that ends in .cnf",
    source="MariaDB knowledge base, Configuring MariaDB with Option Files: !includedir reads *.cnf",
    bad={"db1/etc/mysql/conf.d/galera.conf": galera(), "db1/etc/mysql/my.cnf": _STATED},
    good={"db1/etc/mysql/conf.d/galera.cnf": galera(), "db1/etc/mysql/my.cnf": _STATED},
    points_at="[mysqld]",
)
def not_read(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for conf in evidence.all(DatabaseConf):
        if conf.settings and _UNREAD.search(conf.name.removesuffix(".j2")):
            yield Hit(conf.at, f"{conf.name.rpartition('/')[2]} is not among the files the server reads")


_IN_CLIENT = galera().replace("[mysqld]", "[client]")


@rule(
    "GA032",
    Severity.ERROR,
    "A section that the server does not read",
    consequence=Consequence.DOWN,
    why="the server reads [mysqld], [server], [mariadb] and [galera] (MySQL: [mysqld] and [server]): what "
    "stands elsewhere is for other programs, and this host is no member of any cluster",
    fix="the settings under [mysqld]",
    source="MariaDB knowledge base, Configuring MariaDB with Option Files: option groups; mariadbd --help",
    bad={"db1/galera.cnf": _IN_CLIENT},
    good={"db1/galera.cnf": galera()},
    points_at="wsrep_on = ON",
)
def section_not_read(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for conf in evidence.all(DatabaseConf):
        beside = evidence.on(conf.at.host, DatabaseConf)
        lost = [said for said in conf.unread if not any(other.get(said.name) for other in beside)]
        if lost:
            what = f"{lost[0].name} stands in [{lost[0].section}], which no server reads"
            yield Hit(lost[0].at, what, tuple(said.at for said in lost[1:]))


@rule(
    "GA021",
    Severity.ERROR,
    "A member that is told of no cluster",
    consequence=Consequence.DOWN,
    why="without wsrep_cluster_address the server does not start, except where it is told to begin a cluster "
    "of its own: then it is alone and takes writes that nobody else gets",
    fix="wsrep_cluster_address = gcomm:// with every host, in a file of every host",
    source="MariaDB 11.8: 'SST method requires wsrep_cluster_address to be configured on startup'; "
    "MariaDB knowledge base, wsrep_cluster_address",
    bad={"db1/galera.cnf": galera(wsrep_cluster_address="")},
    good={"db1/galera.cnf": galera()},
    points_at="wsrep_provider = /usr/lib/galera/libgalera_smm.so",
)
def told_of_nobody(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for member in members(evidence):
        conf = member.conf
        provider, enabled = conf.get("wsrep_provider"), conf.get("wsrep_on")
        loaded = (
            provider and provider.value.strip().lower() not in ("", "none") and not unfilled(provider.value)
        )
        if not loaded or not provider or conf.excerpt or (enabled and enabled.off):
            continue
        said = conf.get("wsrep_cluster_address")
        if said is None and conf.includes:
            yield Unknown(provider.at, f"which cluster this host joins: {conf.includes[0]} was not given")
            continue
        if said and not said.value.strip():
            yield Hit(said.at, "wsrep_cluster_address is empty")
        elif said is None and _said_elsewhere(evidence, conf.at.host):
            yield Unknown(
                provider.at, "which cluster this host joins: another file names wsrep_cluster_address"
            )
        elif said is None:
            yield Hit(provider.at, "the library is loaded, and no wsrep_cluster_address is given")


_ADDRESS = re.compile(r"^[^#;\n]*wsrep[_-]cluster[_-]address", re.MULTILINE)


def _said_elsewhere(evidence: Evidence, host: str) -> bool:
    """Whether any file says it: a command line, a script, a file beside the hosts' folders.

    An option file of another host says it to that host only.
    """
    return any(
        _ADDRESS.search(source.text)
        for source in evidence.sources
        if source.kind != DATABASE.name or host in ("", EVERY_HOST) or source.host in (host, "", EVERY_HOST)
    )
