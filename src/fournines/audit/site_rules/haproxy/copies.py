"""Databases that stand in for one another: does anything copy the data between them?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.drbd.audit.facts import DrbdResource
from fournines.components.galera.audit.facts import DatabaseConf
from fournines.components.haproxy.audit.facts.purpose import is_mysql
from fournines.components.haproxy.audit.rules.checks import first_of
from fournines.components.haproxy.audit.rules.example import haproxy, listen
from fournines.components.pacemaker.audit.facts import clusters
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.script import COMMANDS, SCRIPT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_REPLICATES = re.compile(
    r"server_id|gtid_mode|gtid_strict_mode|gtid_domain_id|wsrep|group_replication|relay_log|replica|slave"
    r"|master_|ndb|plugin_load"
)
"""Settings of a server whose data somebody copies; without a server_id of its own no replica may connect."""
_TOLD = re.compile(r"CHANGE\s+(?:MASTER|REPLICATION)|START\s+(?:SLAVE|REPLICA)|group_repl", re.IGNORECASE)
_PAIR = 2
_POOL = listen(
    "mode tcp\ntimeout client 90m\ntimeout server 90m\noption mysql-check user haproxy\n"
    "server db1 10.0.0.11:3306 check on-marked-down shutdown-sessions\n"
    "server db2 10.0.0.12:3306 check on-marked-down shutdown-sessions backup",
    name="mysql",
    bind="10.0.0.20:3306",
)
_CONF = "[mysqld]\nbind-address = 0.0.0.0\n"


def _files(more: str = "") -> dict[str, str]:
    confs = {f"db{n}/mysqld.cnf": _CONF + (more.format(n) if more else "") for n in (1, 2)}
    return {"haproxy.cfg": haproxy(_POOL), **confs}


@rule(
    "HA046",
    Severity.ERROR,
    "A spare database that has none of the data",
    consequence=Consequence.DATA,
    why="no file of these servers sets up replication, and with the server_id of the packages (1 on all) "
    "none could connect: after the failover clients read an old or empty database and write there",
    fix="replication (server_id, gtid, a replica that reads only), or Galera, before they share one address",
    source="MySQL manual, Setting the Replication Source Configuration: each server_id must be unique",
    bad=_files(),
    good=_files("server_id = {}\nlog_bin = ON\n"),
    points_at="server db2 10.0.0.12:3306 check on-marked-down shutdown-sessions backup",
)
def no_copies(site: Evidence) -> Iterator[Hit | Unknown]:
    confs = site.all(DatabaseConf)
    hosts = {conf.at.host for conf in confs if not conf.excerpt and conf.settings and conf.at.host}
    replicated = any(_REPLICATES.match(name) for conf in confs for name in conf.settings)
    elsewhere = site.all(DrbdResource) or clusters(site) or _scripted(site)
    for service in first_of(site):
        spare = [server for server in service.servers if server.backup]
        if not spare or not is_mysql(service) or len(hosts) < _PAIR or replicated or elsewhere:
            continue
        if len(hosts) < len(service.servers) or any(conf.includes for conf in confs):
            yield Unknown(spare[0].at, f"whether {spare[0].name} has the data: not all its files were given")
            continue
        said = tuple(conf.at for conf in confs)
        yield Hit(
            spare[0].at,
            f"{', '.join(s.name for s in spare)} of {service.back.name} take writes when the others fail, "
            "and nothing copies the data to them",
            related=(*(s.at for s in spare[1:]), *said),
        )


def _scripted(site: Evidence) -> bool:
    return any(_TOLD.search(source.text) for source in site.kinds(SCRIPT.name, COMMANDS.name))
