"""Small services that everybody may call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.xinetd.audit.facts import SmallService
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_CHECK = """
    service galera-check
    {{
        disable = no
        port = 9200
        socket_type = stream
        protocol = tcp
        wait = no
        user = {}
        server = /usr/bin/clustercheck
        type = UNLISTED
    }}
    """


@rule(
    "SY036",
    Severity.INFO,
    "A health check that runs as root for whoever asks",
    consequence=Consequence.EXPOSED,
    why="every connection from anywhere starts a shell and a database client as root: whoever opens enough "
    "of them makes the check late and the server DOWN, and a fault in the script is root's",
    fix="user = nobody (or an account of its own), only_from = the balancers",
    source="xinetd.conf(5) user, only_from; olafz/percona-clustercheck: the xinetd service runs as nobody",
    bad={"db1/etc/xinetd.d/galera-check": _CHECK.format("root")},
    good={"db1/etc/xinetd.d/galera-check": _CHECK.format("nobody")},
    points_at="user = root",
)
def as_root(site: Evidence) -> Iterator[Hit | Unknown]:
    for small in site.all(SmallService):
        if small.user == "root" and small.user_at and not small.disabled and not small.limited:
            yield Hit(
                small.user_at, f"{small.name} runs {small.program or 'its program'} as root for everybody"
            )
