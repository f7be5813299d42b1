"""Who may enter the database."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.sql.audit.facts import Ordered, Superuser
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_SQL = """#!/bin/sh
mysql -e "GRANT ALL PRIVILEGES ON *.* TO 'root'@'{}' IDENTIFIED BY 'root' WITH GRANT OPTION"
"""


@rule(
    "GA017",
    Severity.ERROR,
    "A superuser from anywhere",
    consequence=Consequence.EXPOSED,
    why="whoever reaches the port owns every service's data, and a cluster replicates what they do at once",
    fix="root from localhost only, by unix_socket; for each service a user with its own rights",
    source="MariaDB knowledge base, mysql_secure_installation: disallow root login remotely",
    bad={"setup.sh": _SQL.format("%")},
    good={"setup.sh": _SQL.format("localhost")},
    points_at="mysql -e \"GRANT ALL PRIVILEGES ON *.* TO 'root'@'%' IDENTIFIED BY *** WITH GRANT OPTION\"",
)
def open_to_all(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for user in evidence.all(Superuser):
        if user.guessable:
            yield Hit(
                user.at, f"{user.user} may do everything from everywhere, with a password that is no secret"
            )
        else:
            severity = Severity.WARNING if user.user == "root" else Severity.INFO
            yield Hit(user.at, f"{user.user} may do everything from everywhere", severity=severity)


_ORDERS = "#!/bin/sh\nmysql -e \"SET GLOBAL wsrep_provider_options='{}'\"\n"
_ALONE = re.compile(r"pc\.ignore_(?:sb|quorum)[ \t]{0,9}=[ \t]{0,9}(?:1|on|true|yes)\b", re.IGNORECASE)
_OFF = re.compile(r"[\"']?(?:0|off|false)\b", re.IGNORECASE)


@rule(
    "GA048",
    Severity.ERROR,
    "A running member is told to go on without the others",
    consequence=Consequence.SPLIT,
    why="pc.ignore_sb and pc.ignore_quorum let each side of a split take writes, and wsrep_on=OFF keeps them "
    "to one host: the data fork, and one side is thrown away",
    fix="of what is left without a majority, one side only, by hand: pc.bootstrap=true",
    source="Galera documentation, pc.ignore_sb, pc.ignore_quorum, pc.bootstrap; MariaDB, wsrep_on",
    bad={"setup.sh": _ORDERS.format("pc.ignore_sb=true")},
    good={"setup.sh": _ORDERS.format("pc.bootstrap=true")},
    points_at="mysql -e \"SET GLOBAL wsrep_provider_options='pc.ignore_sb=true'\"",
)
def told_to_go_on(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for said in evidence.all(Ordered):
        if said.name == "wsrep_provider_options" and (option := _ALONE.search(said.value)):
            yield Hit(said.at, f"{option.group()} is set while the server runs")
        elif said.name == "wsrep_on" and _OFF.match(said.value):
            yield Hit(said.at, "replication is switched off for all connections")
