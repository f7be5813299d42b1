"""The same HAProxy on several hosts: what must be equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.haproxy.audit.facts import configurations
from fournines.components.haproxy.audit.facts.purpose import Purpose, purpose
from fournines.components.haproxy.audit.rules.checks import first_of
from fournines.components.haproxy.audit.rules.example import TWO, api, galera, haproxy
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.haproxy.audit.facts import HaproxyConf, Proxy
    from fournines.kit.audit.evidence import Evidence

_MANUAL = "HAProxy configuration manual"


def _listeners(conf: HaproxyConf) -> dict[str, Proxy]:
    return {proxy.name: proxy for proxy in conf.proxies if proxy.kind != "backend"}


def _servers(proxy: Proxy) -> list[tuple[str, int | None]]:
    return [(server.host, server.port) for server in proxy.servers]


@rule(
    "HA025",
    Severity.WARNING,
    "HAProxy is configured differently on the hosts",
    consequence=Consequence.ERRORS,
    why="the service changes with the host that holds the VIP: a listener or a server that exists here is "
    "missing there",
    fix="one source for all hosts",
    source=f"{_MANUAL} 4",
    bad={
        "node1/haproxy.cfg": haproxy(
            api(), api(TWO.replace(":5000", ":9292"), name="glance", bind="10.0.0.20:9292")
        ),
        "node2/haproxy.cfg": haproxy(api()),
    },
    good={"node1/haproxy.cfg": haproxy(api()), "node2/haproxy.cfg": haproxy(api())},
    points_at="listen glance",
)
def differs(site: Evidence) -> Iterator[Hit | Unknown]:
    confs = [conf for conf in configurations(site) if conf.at.host and not conf.fragment and not conf.excerpt]
    first = {conf.at.host: conf for conf in reversed(confs)}
    listening = {host: _listeners(conf) for host, conf in sorted(first.items())}
    for host, mine in listening.items():
        related = [other for other in listening if other != host and listening[other].keys() & mine.keys()]
        for name, proxy in mine.items():
            lacking = [first[other] for other in related if name not in listening[other]]
            if lacking and not any(_same_place(proxy, p) for other in lacking for p in other.proxies):
                hosts = ", ".join(other.at.host for other in lacking)
                harmless = proxy.stats and not proxy.servers
                yield Hit(
                    proxy.at,
                    f"{name} exists on {host} and not on {hosts}",
                    related=tuple(other.at for other in lacking),
                    severity=Severity.INFO if harmless else Severity.WARNING,
                )
    yield from _backends_differ(first)


def _same_place(proxy: Proxy, other: Proxy) -> bool:
    return bool({b.port for b in proxy.binds} & {b.port for b in other.binds})


def _backends_differ(first: dict[str, HaproxyConf]) -> Iterator[Hit]:
    seen: dict[str, Proxy] = {}
    for conf in first.values():
        for proxy in conf.proxies:
            if not proxy.servers or proxy.servers[0].host in ("127.0.0.1", "localhost"):
                continue
            other = seen.setdefault(proxy.name, proxy)
            if other is not proxy and set(_servers(other)) != set(_servers(proxy)):
                yield Hit(
                    proxy.at,
                    f"{proxy.name} has other servers on {proxy.at.host} than on {other.at.host}",
                    related=(other.at,),
                )


@rule(
    "HA036",
    Severity.WARNING,
    "The hosts prefer different databases",
    consequence=Consequence.ERRORS,
    why="the first server of the list takes the writes: with another order on another host the writer moves "
    "when the VIP "
    "moves, and both write while connections last",
    fix="the same order of server lines on every host",
    source=f"{_MANUAL} 5.2 backup: 'the first one in the list'",
    bad={
        "node1/haproxy.cfg": haproxy(galera()),
        "node2/haproxy.cfg": haproxy(
            galera(
                "default-server check port 9200 on-marked-down shutdown-sessions\n"
                "server db2 10.0.0.12:3306\nserver db1 10.0.0.11:3306 backup\nserver db3 10.0.0.13:3306 "
                "backup"
            )
        ),
    },
    good={"node1/haproxy.cfg": haproxy(galera()), "node2/haproxy.cfg": haproxy(galera())},
    points_at="server db2 10.0.0.12:3306",
)
def order_differs(site: Evidence) -> Iterator[Hit | Unknown]:
    first: dict[str, Proxy] = {}
    for service in first_of(site):
        proxy = service.back
        if (
            purpose(service) is not Purpose.DATABASE
            or not proxy.at.host
            or not any(s.backup for s in proxy.servers)
        ):
            continue
        other = first.setdefault(proxy.name, proxy)
        mine, theirs = _preferred(proxy), _preferred(other)
        if other is not proxy and mine != theirs and set(_servers(proxy)) == set(_servers(other)):
            yield Hit(
                proxy.servers[0].at,
                f"{proxy.at.host} writes to {mine[0][0]} first, {other.at.host} to {theirs[0][0]}",
                related=(other.servers[0].at,),
            )


def _preferred(proxy: Proxy) -> list[tuple[str, int | None]]:
    active = [(s.host, s.port) for s in proxy.servers if not s.backup]
    return active or _servers(proxy)
