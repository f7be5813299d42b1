"""Which of the databases behind HAProxy are written to: one, or all of them by turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.audit.site_rules.haproxy.data import is_galera
from fournines.components.haproxy.audit.facts.purpose import READERS, Purpose, is_mysql, purpose
from fournines.components.haproxy.audit.rules.checks import first_of, with_open_pools
from fournines.components.haproxy.audit.rules.example import api, galera, haproxy
from fournines.components.oslo.audit.facts import OsloConf
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_PATRONI = frozenset(range(8008, 8012))
_SPREADING = ("roundrobin", "leastconn", "source", "static-rr", "random")


@rule(
    "HA009",
    Severity.WARNING,
    "Several Galera hosts are written to at once",
    consequence=Consequence.ERRORS,
    why="two hosts that change the same rows certify against each other: one of the transactions is rolled "
    "back with a "
    "deadlock error, which OpenStack services do not all retry",
    fix="one server and the others backup (or a stick table on dst), so that all write to one host",
    source="OpenStack HA guide; redhat-openstack/osp-ha-deploy galera-config.md; crowbar-openstack #1123",
    bad={
        "haproxy.cfg": haproxy(
            galera(
                "server db1 10.0.0.11:3306 check port 9200 on-marked-down shutdown-sessions\n"
                "server db2 10.0.0.12:3306 check port 9200 on-marked-down shutdown-sessions",
                extra="balance leastconn",
            ),
            api(),
        )
    },
    good={"haproxy.cfg": haproxy(galera(), api())},
    points_at="balance leastconn",
)
def several_writers(site: Evidence) -> Iterator[Hit | Unknown]:
    for service in with_open_pools(site):
        proxy = service.back
        name = f"{service.front.name} {proxy.name}".lower()
        active = [s for s in proxy.servers if not s.backup or proxy.option("allbackups")]
        active = list({(s.host.lower(), s.port): s for s in reversed(active)}.values())[::-1]
        said = proxy.find("balance")
        sticky = proxy.find("stick-table") or proxy.find("stick") or proxy.balance == "first"
        by_role = {s.check_port for s in proxy.servers} & _PATRONI
        spread = len(active) > 1 or (not proxy.servers and said and said.value in _SPREADING)
        if is_mysql(service) and spread and not sticky and not by_role and not READERS.search(name):
            yield Hit(
                said.at if said and not said.inherited else proxy.at,
                f"{proxy.name} spreads writes ({proxy.balance}) over {len(active) or 'all'} servers",
                related=tuple(s.at for s in active[1:]),
                why="" if _openstack(site) or not is_galera(site, service) else _REPEAT,
                severity=None if _openstack(site) or not is_galera(site, service) else Severity.INFO,
            )


_REPEAT = (
    "two hosts of a Galera cluster that change the same rows certify against each other: one of the "
    "transactions is rolled back with a deadlock error, and the application has to be one that repeats it"
)


def _openstack(site: Evidence) -> bool:
    """Whether the database is OpenStack's, as far as the files say."""
    apis = any(purpose(service) is Purpose.OPENSTACK for service in first_of(site))
    return apis or bool(site.all(OsloConf))


@rule(
    "HA035",
    Severity.INFO,
    "Every database server is a backup",
    consequence=Consequence.FRAGILE,
    why="the first one alive in the order of the file is used: that works, as long as the order is the same "
    "on all hosts",
    fix="write down that it is meant so, and generate the file from one source",
    source="redhat-openstack/osp-ha-deploy galera-config.md",
    bad={
        "haproxy.cfg": haproxy(
            galera(
                "default-server check port 9200 on-marked-down shutdown-sessions\n"
                "server db1 10.0.0.11:3306 backup\nserver db2 10.0.0.12:3306 backup"
            )
        )
    },
    good={"haproxy.cfg": haproxy(galera())},
    points_at="server db1 10.0.0.11:3306 backup",
)
def all_backup(site: Evidence) -> Iterator[Hit | Unknown]:
    for service in first_of(site):
        servers = service.servers
        sticky = service.back.find("stick-table")
        if (
            purpose(service) is Purpose.DATABASE
            and len(servers) > 1
            and all(s.backup for s in servers)
            and not sticky
        ):
            yield Hit(servers[0].at, f"all {len(servers)} servers of {service.back.name} are backup")
