"""Whether the server reads the file at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.galera.audit.facts import DatabaseConf
from fournines.components.galera.audit.rules.example import galera
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

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
