"""Whether HAProxy would see that a server is dead, and tell its clients."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.haproxy.audit.facts import Service, configurations, services
from fournines.components.haproxy.audit.facts.purpose import Purpose, purpose
from fournines.components.haproxy.audit.rules.example import api, haproxy, listen
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.haproxy.audit.facts import HaproxyConf, Proxy, Server
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
    unused = {proxy.at for conf in configurations(site) for proxy in _unused(conf)}
    for proxy in backs(site):
        bare = [s for s in proxy.servers if not s.checked and not s.has("disabled")]
        if any(s.checked and not s.backup for s in proxy.servers):
            bare = [s for s in bare if not s.backup]  # asked for nothing before all the others are down
        if bare and proxy.at in unused:
            what = f"{proxy.name} has servers without check, and no frontend leads to it"
            yield Hit(bare[0].at, what, why=_UNUSED, severity=Severity.INFO)
            continue
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


_UNUSED = "nobody is sent there today; whoever gives it a frontend gets servers that are never checked"


def _unused(conf: HaproxyConf) -> Iterator[Proxy]:
    """The backends of a whole configuration that no section names; a name may come of the request."""
    named = {name for proxy in conf.proxies for name in proxy.targets}
    if conf.excerpt or conf.fragment or not named or any("%[" in name for name in named):
        return
    yield from (p for p in conf.proxies if p.kind == "backend" and p.name not in named)


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


_HTTPS = 443


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
        if proxy.mode == "http":  # what is proxied is plain HTTP too: only 443 is surely another thing
            wrong = [s for s in wrong if s.check_port not in (None, s.port) or s.port == _HTTPS]
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
    fix="option httpchk GET /healthcheck (oslo.middleware, current releases have it); GET / before",
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
        alone = all(_BESIDE.search(service.back.name.lower()) for service, _ in found)
        names = ", ".join(dict.fromkeys(service.back.name for service, _ in found))
        yield Hit(
            found[0][1].at,
            f"only the TCP port is checked of {names}",
            related=tuple(server.at for _, server in found[1:]),
            severity=None if api and not alone else Severity.INFO,
        )


_BESIDE = re.compile(r"registry|metadata|ec2|ceilometer|aodh|swift|gnocchi|heat-?_?cfn|cloudwatch")
"""Services that the guide itself checks by their port: others ask them, or they want a token first."""


def with_open_pools(site: Evidence) -> Iterator[Service]:
    """The services, and listeners whose servers somebody else adds."""
    yield from first_of(site)
    for conf in configurations(site):
        for proxy in conf.proxies:
            if proxy.kind == "listen" and not proxy.servers and proxy.binds and not proxy.stats:
                yield Service(proxy, proxy)
