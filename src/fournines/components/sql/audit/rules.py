"""Who may enter the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.sql.audit.facts import Superuser
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
            yield Hit(user.at, f"{user.user} may do everything from everywhere", severity=Severity.INFO)
