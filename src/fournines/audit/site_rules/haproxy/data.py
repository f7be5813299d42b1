"""Databases and caches behind HAProxy: what a proxy must know of them that no port tells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.audit.site_rules.names import names, vips
from fournines.components.galera.audit.facts import GaleraHost
from fournines.components.haproxy.audit.facts import configurations
from fournines.components.haproxy.audit.facts.purpose import READERS, Purpose, is_mysql, is_postgres, purpose
from fournines.components.haproxy.audit.rules.checks import first_of, with_open_pools
from fournines.components.haproxy.audit.rules.example import api, galera, haproxy, listen
from fournines.components.haproxy.audit.rules.timing import shortest
from fournines.components.oslo.audit.facts import Option, OsloConf, host_port
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.haproxy.audit.facts import Proxy, Service
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_MANUAL = "HAProxy configuration manual"
_GALERA = re.compile(r"galera|wsrep|pxc|percona")
_HANDSHAKES = ("mysql-check", "pgsql-check")
_DATABASES = re.compile(r"mysql|maria|galera|percona|pxc|postgres|pgsql|patroni|sql|(?:^|[_.\-])db")
_SQL_PORTS = frozenset({3306, 5432})
_RECYCLE = 3600
"""Seconds; oslo.db connection_recycle_time."""
_POOLED = 600.0
"""Seconds a pool of another client commonly keeps an idle connection; HikariCP idleTimeout."""

_BY_PORT = (
    "server db1 10.0.0.11:3306 check on-marked-down shutdown-sessions\n"
    "server db2 10.0.0.12:3306 check on-marked-down shutdown-sessions backup"
)
_TCP_ONLY = haproxy(
    listen(
        f"mode tcp\ntimeout client 90m\ntimeout server 90m\n{_BY_PORT}", name="galera", bind="10.0.0.20:3306"
    )
)


def is_galera(site: Evidence, service: Service) -> bool:
    """Whether a service is a Galera cluster, as far as a file of it or a name says."""
    name = f"{service.front.name} {service.back.name}".lower()
    return is_mysql(service) and bool(site.all(GaleraHost) or _GALERA.search(name))


@rule(
    "HA006",
    Severity.ERROR,
    "A database is healthy as long as its port is open",
    consequence=Consequence.NO_FAILOVER,
    why="a Galera host that is a donor, desynchronised or without quorum still accepts TCP and even the "
    "handshake: it stays UP and answers every query with error 1047",
    fix="option httpchk and check port 9200 with clustercheck (or another check of wsrep_local_state) on "
    "every database host",
    source="redhat-openstack/astapor #288; haproxy/haproxy #2692; crowbar-openstack #1277",
    bad={"haproxy.cfg": _TCP_ONLY},
    good={"haproxy.cfg": haproxy(galera())},
    points_at="server db1 10.0.0.11:3306 check on-marked-down shutdown-sessions",
)
def shallow_check(site: Evidence) -> Iterator[Hit | Unknown]:
    for service in with_open_pools(site):
        if purpose(service) is not Purpose.DATABASE or _reads_only(service):
            continue
        if len({(server.host.lower(), server.port) for server in service.servers}) == 1:
            continue
        proxy = service.back
        handshake = proxy.option(proxy.health_check) if proxy.health_check in _HANDSHAKES else None
        if proxy.checks_http:
            yield from _http_to_database(service)
        elif handshake and all(s.check_port in (None, s.port) for s in service.servers):
            what = (
                f"{proxy.name} is asked for a handshake only, which a server that refuses every query gives"
            )
            galera_, postgres = is_galera(site, service), is_postgres(service)
            why, fix = ("", "") if galera_ else _POSTGRES if postgres else _ANY
            yield Hit(handshake.at, what, why=why, fix=fix, severity=Severity.WARNING)
        elif not handshake and not _deep(proxy):  # at another port a handshake fails: HA056
            yield from _tcp_only(site, service)


def _reads_only(service: Service) -> bool:
    return bool(READERS.search(f"{service.front.name} {service.back.name}".lower()))


def _deep(proxy: Proxy) -> bool:
    """Whether something asks more than a port: a dialogue, a program, or an agent beside the database."""
    asks = proxy.all("tcp-check", "expect") or proxy.all("tcp-check", "send-binary")
    agents = any(server.has("agent-check") or server.has("track") for server in proxy.servers)
    return bool(asks or proxy.option("external-check") or agents or proxy.fragment)


def _tcp_only(site: Evidence, service: Service) -> Iterator[Hit]:
    checked = [server for server in service.servers if server.checked]
    if not checked:
        return
    proxy, first = service.back, checked[0]
    responder = next((s for s in checked if s.check_port not in (None, s.port)), None)
    said = proxy.option("tcp-check")
    if responder:
        what = (
            f"{proxy.name} only connects to port {responder.check_port}: whoever listens there accepts, "
            "whatever the database says"
        )
        first = responder
    else:
        what = f"{proxy.name} checks that port {first.port or 'of the server'} is open, nothing more"
    certain = is_galera(site, service)
    why, fix = ("", "") if certain else _POSTGRES if is_postgres(service) else _ANY
    yield Hit(
        said.at if said and not said.inherited else first.at,
        what,
        related=tuple(server.at for server in checked if server is not first),
        severity=Severity.ERROR if certain else Severity.WARNING,
        why=why,
        fix=fix,
    )


_ANY = (
    "a database that accepts connections and refuses queries, or that is only a replica, stays UP",
    "a check that asks the database: httpchk to a small responder, or tcp-check with expect",
)
_STANDBY = (
    "a standby of PostgreSQL accepts connections and the handshake like the primary: it stays UP, and what "
    "is sent to it fails with 'cannot execute INSERT in a read-only transaction'"
)
_ROLE = (
    "option httpchk OPTIONS /primary and check port 8008 (Patroni's REST API), or another check that asks "
    "pg_is_in_recovery()"
)
_POSTGRES = (_STANDBY, _ROLE)
"""Why a shallow check is not enough and what is, for databases that are no Galera."""


_EVERY_MEMBER = frozenset(
    {"/health", "/liveness", "/readiness", "/patroni", "/cluster", "/config", "/history"}
)
"""Paths that Patroni answers with 200 on a standby too; Patroni documentation, REST API."""


def _http_to_database(service: Service) -> Iterator[Hit]:
    proxy = service.back
    for said in (proxy.option("httpchk"), *proxy.all("http-check", "send")) if is_postgres(service) else ():
        path = next((word for word in said.words if word.startswith("/")), "") if said else ""
        if said and path.partition("?")[0] in _EVERY_MEMBER:
            what = f"{proxy.name} asks {path}, which every member answers alike"
            yield Hit(said.at, what, why=_STANDBY, fix="/primary, which only the leader answers with 200")
    elsewhere = any("port" in said.words for said in proxy.all("http-check", "connect"))
    wrong = [s for s in proxy.servers if s.checked and (s.check_port or s.port) in _SQL_PORTS]
    if wrong and not elsewhere and not any(server.has("addr") for server in wrong):
        who = "8008 (where Patroni answers)" if is_postgres(service) else "9200 (where clustercheck answers)"
        yield Hit(
            wrong[0].at,
            f"{proxy.name} sends an HTTP request to port {wrong[0].check_port or wrong[0].port}",
            related=tuple(server.at for server in wrong[1:]),
            why="the database does not speak HTTP: every server is DOWN",
            fix=f"port {who} on the server lines",
        )


def _recycle(site: Evidence) -> tuple[int, Place | None] | None:
    """Seconds after which the services renew a connection, and where it is said; None without services."""
    confs = [conf for conf in site.all(OsloConf) if conf.database]
    said = [(o.number, o.at) for conf in confs for o in _recycles(conf) if o.number is not None]
    whole = [conf for conf in confs if not conf.excerpt and not _recycles(conf)]
    if said and not whole:
        return max(said, key=lambda pair: pair[0])
    if confs:
        return _RECYCLE, whole[0].at if whole else None
    apis = any(purpose(service) is Purpose.OPENSTACK for service in first_of(site))
    return (_RECYCLE, None) if apis else None


def _recycles(conf: OsloConf) -> tuple[Option, ...]:
    return conf.all("connection_recycle_time", "idle_timeout", "sql_idle_timeout", "database_idle_timeout")


@rule(
    "HA012",
    Severity.WARNING,
    "Pooled database connections are cut while they are idle",
    consequence=Consequence.ERRORS,
    why="the proxy closes a connection that nobody uses for this long, the pool does not know, and the next "
    "request fails with error 2006 or 2013",
    fix="timeout client and timeout server of 90m in the database's section, or a connection_recycle_time "
    "below the timeout in every service",
    source="redhat-openstack/astapor #518; oslo.db connection_recycle_time (3600)",
    bad={
        "haproxy.cfg": haproxy(
            galera().replace("timeout client 90m", "timeout client 50s"), api(name="nova", bind="*:8774")
        ),
    },
    good={"haproxy.cfg": haproxy(galera(), api(name="nova", bind="*:8774"))},
    points_at="timeout client 50s",
)
def idle_connections(site: Evidence) -> Iterator[Hit | Unknown]:
    recycle = _recycle(site)
    limit = float(recycle[0]) if recycle else _POOLED
    cut: dict[Place, list[Service]] = {}
    idle: dict[Place, float] = {}
    for service in first_of(site):
        found = shortest(service)
        if purpose(service) is Purpose.DATABASE and found and found[0] < limit:
            cut.setdefault(found[1].at, []).append(service)
            idle[found[1].at] = found[0]
    used = "the services keep one" if recycle else "pools commonly keep one"
    for at, behind in cut.items():
        # several listeners share the timeouts of defaults: the one that is called a database comes first
        told = sorted(behind, key=lambda service: not _DATABASES.search(service.front.name.lower()))
        names = ", ".join(dict.fromkeys(service.front.name for service in told))
        verb = "closes" if len(told) == 1 else "close"
        yield Hit(
            at,
            f"{names} {verb} connections idle for {idle[at]:g} s; {used} {limit:g} s",
            related=tuple(p for p in (*(s.at for s in told), recycle[1] if recycle else None) if p),
        )


_CACHES = (
    "server c1 10.0.0.11:11211 check on-marked-down shutdown-sessions\n"
    "server c2 10.0.0.12:11211 check on-marked-down shutdown-sessions"
)
_NOVA = "[DEFAULT]\nmy_ip = 10.0.0.11\n[keystone_authtoken]\nmemcached_servers = {}\n"


@rule(
    "HA030",
    Severity.ERROR,
    "Independent caches behind one address",
    consequence=Consequence.ERRORS,
    why="each memcached knows only what came to it: a token or an authorisation that was revoked or changed "
    "on one stays valid on the other, and every second look-up misses",
    fix="no listener for memcached: list all cache hosts in memcached_servers, the clients choose by the key",
    source="bigstack-oss/cubecos #1292; memcached wiki, clients hash over the list of servers",
    bad={
        "haproxy.cfg": haproxy(listen(f"mode tcp\n{_CACHES}", name="memcached", bind="10.0.0.20:11211")),
    },
    good={
        "haproxy.cfg": haproxy(api()),
        "node1/nova.conf": _NOVA.format("10.0.0.11:11211,10.0.0.12:11211"),
    },
    points_at="listen memcached",
)
def balanced_cache(site: Evidence) -> Iterator[Hit | Unknown]:
    proxied = [s for s in first_of(site) if purpose(s) is Purpose.MEMCACHED and len(s.servers) > 1]
    for service in proxied:
        active = [server for server in service.servers if not server.backup]
        spread = len(active) > 1
        how = "balances over" if spread else "fails over between"
        yield Hit(
            service.front.at,
            f"{service.front.name} {how} {len(service.servers)} caches that know nothing of one another",
            related=tuple(server.at for server in service.servers),
            severity=Severity.ERROR if spread else Severity.INFO,
        )
    if not proxied:
        yield from _cache_at_vip(site)


def _cache_at_vip(site: Evidence) -> Iterator[Hit]:
    """Clients of a cache at the VIP: they lose it whenever the address moves, and read an older one."""
    virtual, known = vips(site), names(site)
    listeners = [c.at for c in configurations(site)]
    for conf in site.all(OsloConf):
        for option in conf.all("memcached_servers", "memcache_servers", "memcached_server"):
            hosts = {host_port(item)[0] for item in option.items}
            at_vip = sorted(host for host in hosts if known.address(conf.at.host, host) in virtual)
            if at_vip:
                yield Hit(
                    option.at,
                    f"the cache of {conf.program} is at {at_vip[0]}, the VIP: another cache answers after a "
                    "failover",
                    related=(*tuple(virtual.values())[:1], *listeners[:1]),
                    severity=Severity.WARNING,
                )
