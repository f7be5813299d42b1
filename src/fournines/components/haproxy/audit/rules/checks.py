"""Whether HAProxy would see that a server is dead, and tell its clients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.haproxy.audit.facts import Service, configurations, services
from fournines.components.haproxy.audit.facts.purpose import READERS, Purpose, is_mysql, purpose
from fournines.components.haproxy.audit.rules.example import api, galera, haproxy, listen
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.haproxy.audit.facts import Proxy, Server
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_MANUAL = "HAProxy configuration manual"
_TLS_PORTS = frozenset({443, 8443, 6443, 9443, 636, 5671, 15671})
STATEFUL = (Purpose.DATABASE, Purpose.AMQP, Purpose.LDAP)


def backs(site: Evidence) -> tuple[Proxy, ...]:
    """Every section with servers, once."""
    return tuple(p for conf in configurations(site) for p in conf.proxies if p.servers)


def first_of(site: Evidence) -> tuple[Service, ...]:
    """Every backend once, with the first frontend that leads to it."""
    return site.derived(_first_of)


def _first_of(site: Evidence) -> tuple[Service, ...]:
    found: dict[object, Service] = {}
    for service in services(site):
        found.setdefault(service.back.at, service)
    return tuple(found.values())


@rule(
    "HA005",
    Severity.ERROR,
    "Servers that are never checked",
    consequence=Consequence.NO_FAILOVER,
    why="a server that died keeps its share of the requests: every second or third one fails until somebody "
    "edits the file",
    fix="check on every server line, or on default-server",
    source=f"{_MANUAL} 5.2 check",
    bad={"haproxy.cfg": haproxy(api("server c1 10.0.0.11:5000\nserver c2 10.0.0.12:5000"))},
    good={"haproxy.cfg": haproxy(api())},
    points_at="server c1 10.0.0.11:5000",
)
def unchecked(site: Evidence) -> Iterator[Hit | Unknown]:
    for proxy in backs(site):
        bare = [s for s in proxy.servers if not s.checked and not s.has("disabled")]
        if any(s.checked and not s.backup for s in proxy.servers):
            bare = [s for s in bare if not s.backup]  # asked for nothing before all the others are down
        if len(proxy.servers) == 1 and bare and not bare[0].template:
            yield from _only_one(proxy, bare[0])
            continue
        if not bare:
            continue
        count = f"{len(bare)} of {len(proxy.servers)} servers" if len(proxy.servers) > 1 else "the servers"
        yield Hit(
            bare[0].at,
            f"{count} of {proxy.name} have no check",
            related=tuple(s.at for s in bare[1:]),
            severity=Severity.WARNING if proxy.fragment else Severity.ERROR,
        )


def _only_one(proxy: Proxy, server: Server) -> Iterator[Hit]:
    """One server, never checked: nothing to fail over to, and nobody learns that it is down."""
    near = server.host.startswith(("127.", "/", "unix@", "abns@", "::1")) or server.host in ("localhost", "")
    if not near and not proxy.fragment:
        yield Hit(
            server.at,
            f"{server.name}, the only server of {proxy.name}, has no check",
            why="clients wait for timeout connect on every request while it is down, nothing is logged, and "
            "the second server somebody adds will be unchecked too",
            severity=Severity.WARNING,
        )


def _plain_http_to_tls(server: Server) -> bool:
    port = server.check_port or server.port
    speaks_tls = server.has("check-ssl") or (server.has("ssl") and not server.check_port)
    return port in _TLS_PORTS and server.checked and not speaks_tls and not server.has("no-check-ssl")


@rule(
    "HA007",
    Severity.ERROR,
    "Plain HTTP checks of a TLS port",
    consequence=Consequence.DOWN,
    why="the server answers 400 to a request without TLS, so every server is DOWN while all of them are well",
    fix="check-ssl verify none (or required with a CA) on the server lines",
    source=f"{_MANUAL} 5.2 check-ssl",
    bad={
        "haproxy.cfg": haproxy(
            api(
                "server c1 10.0.0.11:443 check\nserver c2 10.0.0.12:443 check",
                extra="mode tcp",
                bind="10.0.0.20:443",
            )
        )
    },
    good={
        "haproxy.cfg": haproxy(
            api(
                "server c1 10.0.0.11:443 check check-ssl verify none\nserver c2 10.0.0.12:443 check "
                "check-ssl verify none",
                extra="mode tcp",
                bind="10.0.0.20:443",
            )
        )
    },
    points_at="server c1 10.0.0.11:443 check",
)
def http_to_tls(site: Evidence) -> Iterator[Hit | Unknown]:
    for proxy in backs(site):
        said = proxy.option("httpchk")
        if not said or not proxy.checks_http:
            continue
        if any("ssl" in s.words for s in proxy.all("http-check", "connect")):
            continue
        if any("400" in " ".join(s.words) for s in proxy.all("http-check", "expect")):
            continue  # somebody knows what a TLS port answers to plain HTTP
        wrong = [server for server in proxy.servers if _plain_http_to_tls(server)]
        if wrong:
            yield Hit(
                wrong[0].at,
                f"{proxy.name} asks port {wrong[0].check_port or wrong[0].port} in plain HTTP",
                related=(said.at, *(s.at for s in wrong[1:])),
            )


@rule(
    "HA024",
    Severity.ERROR,
    "Check rules without the option that uses them",
    consequence=Consequence.NO_FAILOVER,
    why="HAProxy warns and ignores them: what is left is a TCP connect, which a hung service still accepts",
    fix="option httpchk for http-check rules, option tcp-check for tcp-check rules",
    source="HAProxy 2.6: 'uses http-check rules without option httpchk, so the rules are ignored'",
    bad={
        "haproxy.cfg": haproxy(
            listen(
                "http-check expect status 200\n" + "server c1 10.0.0.11:5000 "
                "check\nserver c2 10.0.0.12:5000 check"
            )
        )
    },
    good={"haproxy.cfg": haproxy(api(extra="http-check expect status 200"))},
    points_at="http-check expect status 200",
)
def ignored_rules(site: Evidence) -> Iterator[Hit | Unknown]:
    for proxy in backs(site):
        for keyword, option in (("http-check", "httpchk"), ("tcp-check", "tcp-check")):
            said = [s for s in proxy.all(keyword) if s.value not in ("disable-on-404", "send-state")]
            other = proxy.option("external-check")
            if said and not proxy.option(option) and not other and not said[0].inherited:
                yield Hit(said[0].at, f"{proxy.name} has {keyword} rules and no option {option}")


@rule(
    "HA029",
    Severity.WARNING,
    "A service over HTTP is up as long as its port is open",
    consequence=Consequence.NO_FAILOVER,
    why="a hung WSGI process still accepts connections, so the server stays UP and its share of the requests "
    "hangs",
    fix="option httpchk GET /healthcheck (oslo.middleware's healthcheck is in every API's pipeline)",
    source=f"{_MANUAL} option httpchk; oslo.middleware healthcheck",
    bad={
        "haproxy.cfg": haproxy(
            listen("server c1 10.0.0.11:5000 check inter 1s\nserver c2 10.0.0.12:5000 check inter 1s")
        )
    },
    good={"haproxy.cfg": haproxy(api())},
    points_at="server c1 10.0.0.11:5000 check inter 1s",
)
def port_only(site: Evidence) -> Iterator[Hit | Unknown]:
    homes = {proxy.at: conf.at for conf in configurations(site) for proxy in conf.proxies}
    shallow: dict[tuple[Place, bool], list[tuple[Service, Server]]] = {}
    for service in first_of(site):
        checked = [s for s in service.servers if s.checked]
        api = purpose(service) is Purpose.OPENSTACK
        web = purpose(service) is Purpose.WEB and service.back.mode == "http"
        if not (api or web) or not checked or len(service.servers) < 2:  # noqa: PLR2004 - one is no choice
            continue
        said = service.back.option("httpchk")
        if (
            said is None
            and not service.back.all("tcp-check", "send")
            and not service.back.option("external-check")
        ):
            shallow.setdefault((homes[service.at], api), []).append((service, checked[0]))
        elif api and said and len(said.words) == 2 and not service.back.all("http-check", "send"):  # noqa: PLR2004
            yield Hit(
                said.at, f"{service.back.name} is asked OPTIONS /, which tells little", severity=Severity.INFO
            )
    for (_, api), found in shallow.items():
        names = ", ".join(dict.fromkeys(service.back.name for service, _ in found))
        yield Hit(
            found[0][1].at,
            f"only the TCP port is checked of {names}",
            related=tuple(server.at for _, server in found[1:]),
            severity=None if api else Severity.INFO,
        )


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
            )
        )
    },
    good={"haproxy.cfg": haproxy(galera())},
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
            )


def with_open_pools(site: Evidence) -> Iterator[Service]:
    """The services, and listeners whose servers somebody else adds."""
    yield from first_of(site)
    for conf in configurations(site):
        for proxy in conf.proxies:
            if proxy.kind == "listen" and not proxy.servers and proxy.binds and not proxy.stats:
                yield Service(proxy, proxy)


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
