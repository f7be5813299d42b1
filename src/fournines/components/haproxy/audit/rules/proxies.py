"""Sections, addresses and servers that clash or do nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.haproxy.audit.facts import HaproxyFile, configurations
from fournines.components.haproxy.audit.facts.purpose import Purpose, purpose
from fournines.components.haproxy.audit.rules.checks import backs, first_of
from fournines.components.haproxy.audit.rules.example import TWO, api, haproxy
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.haproxy.audit.facts import Bind, Proxy, Server
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_MANUAL = "HAProxy configuration manual"
_CRITICAL = (Purpose.DATABASE, Purpose.AMQP, Purpose.OPENSTACK, Purpose.MEMCACHED)


@rule(
    "HA019",
    Severity.WARNING,
    "One server behind a redundant proxy",
    consequence=Consequence.SINGLE,
    why="the address fails over, and behind it stands one host: when that one is lost, so is the service",
    fix="a second server",
    source=f"{_MANUAL} 5.2 server",
    bad={"haproxy.cfg": haproxy(api("server c1 10.0.0.11:5000 check"))},
    good={"haproxy.cfg": haproxy(api())},
    points_at="server c1 10.0.0.11:5000 check",
)
def single_server(site: Evidence) -> Iterator[Hit | Unknown]:
    for service in first_of(site):
        if len(service.servers) == 1 and not service.servers[0].template and service.back.kind != "frontend":
            what = purpose(service)
            local = service.servers[0].host in ("127.0.0.1", "localhost", "::1")
            yield Hit(
                service.servers[0].at,
                f"{service.back.name} ({what.value}) has one server",
                severity=Severity.WARNING if what in _CRITICAL and not local else Severity.INFO,
            )


@rule(
    "HA020",
    Severity.WARNING,
    "Two servers that are one",
    consequence=Consequence.SINGLE,
    why="two lines with the same address and port look redundant and are one server",
    fix="the address of the second host",
    source=f"{_MANUAL} 5.2 server",
    bad={"haproxy.cfg": haproxy(api("server c1 10.0.0.11:5000 check\nserver c2 10.0.0.11:5000 check"))},
    good={"haproxy.cfg": haproxy(api())},
    points_at="server c2 10.0.0.11:5000 check",
)
def same_server(site: Evidence) -> Iterator[Hit | Unknown]:
    for proxy in backs(site):
        first: dict[tuple[str, ...], str] = {}
        hosts = {server.host.lower() for server in proxy.servers}
        for server in proxy.servers:
            key = (server.host.lower(), str(server.port), *(server.settings.get(w, "") for w in _VARIED))
            other = first.setdefault(key, server.name)
            if other != server.name and _concrete(server) and not _meant_twice(server):
                yield Hit(
                    server.at,
                    f"{server.name} and {other} of {proxy.name} are both {server.host}:{server.port}",
                    severity=Severity.INFO if hosts <= _LOOPBACK else None,  # meant, if odd
                )


_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_VARIED = ("source", "namespace", "socks4", "sni", "check-sni")
"""Options that make two lines with one address two ways to go."""


def _meant_twice(server: Server) -> bool:
    """Whether the line is off, or the last resort: the same server by a more lenient judgement."""
    return server.has("disabled") or (server.has("backup") and bool(server.settings.get("track")))


def _concrete(server: Server) -> bool:
    """Whether the line names an address, not something to be filled in."""
    blank = re.fullmatch(r"[xXyYzZ.\-_]+|(?:\d{1,3}\.){1,3}[a-zA-Z]{1,3}(?:\.[a-zA-Z]{1,3})*", server.host)
    return server.port is not None and not blank and not any(mark in server.host for mark in "${<%[@")


@rule(
    "HA021",
    Severity.ERROR,
    "Servers with one cookie",
    consequence=Consequence.NO_FAILOVER,
    why="clients that come back with the cookie are all sent to the first server that has it",
    fix="a cookie value of its own for every server",
    source=f"{_MANUAL} 5.2 cookie",
    bad={
        "haproxy.cfg": haproxy(
            api(
                "server c1 10.0.0.11:80 check cookie s1\nserver c2 10.0.0.12:80 check cookie s1",
                extra="cookie SRV insert indirect nocache",
                name="horizon",
                bind="10.0.0.20:80",
            )
        )
    },
    good={
        "haproxy.cfg": haproxy(
            api(
                "server c1 10.0.0.11:80 check cookie s1\nserver c2 10.0.0.12:80 check cookie s2",
                extra="cookie SRV insert indirect nocache",
                name="horizon",
                bind="10.0.0.20:80",
            )
        )
    },
    points_at="server c2 10.0.0.12:80 check cookie s1",
)
def same_cookie(site: Evidence) -> Iterator[Hit | Unknown]:
    for proxy in backs(site):
        first: dict[tuple[str, bool], str] = {}
        for server in proxy.servers:
            value = server.settings.get("cookie", "")
            # A backup may have the cookie of the server it stands in for; manual 5.2 cookie.
            other = first.setdefault((value, server.backup), server.name)
            if value and other != server.name and proxy.find("cookie"):
                yield Hit(server.at, f"{server.name} and {other} of {proxy.name} have the cookie {value}")


_APART = frozenset(["process", "thread", "interface", "namespace", "shards"])


@rule(
    "HA022",
    Severity.ERROR,
    "Two sections listen on one address and port",
    consequence=Consequence.ERRORS,
    why="the kernel spreads the connections over both, so half of the clients reach the wrong service, or "
    "the bind fails",
    fix="one section for each address and port",
    source="HAProxy 2.6 accepts it; socket(7) SO_REUSEPORT",
    bad={"haproxy.cfg": haproxy(api(), api(name="heat", bind="10.0.0.20:5000"))},
    good={
        "haproxy.cfg": haproxy(api(), api(TWO.replace(":5000", ":8004"), name="heat", bind="10.0.0.20:8004"))
    },
    points_at="bind 10.0.0.20:5000",
)
def same_bind(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in configurations(site):
        first: dict[tuple[str, int | None, bool], tuple[Proxy, Bind]] = {}
        for proxy in conf.proxies:
            for bind in proxy.binds:
                if bind.port is None or _APART & set(bind.options):
                    continue
                address = "*" if bind.address in ("", "0.0.0.0") else bind.address  # noqa: S104 - compared
                other, before = first.setdefault((address, bind.port, bind.udp), (proxy, bind))
                if other is not proxy and _read_together(site, before.at, bind.at):
                    yield Hit(
                        bind.at,
                        f"{proxy.name} and {other.name} both listen on {address}:{bind.port}",
                        related=(before.at,),
                    )


def _read_together(site: Evidence, one: Place, two: Place) -> bool:
    """Whether both places are of one configuration for certain: pages show the same section twice."""
    if one.path != two.path:
        return not any(source.excerpt for source in site.sources if source.path in (one.path, two.path))
    blocks = [s for s in site.sources if s.path == one.path and s.kind == "haproxy.cfg" and s.lines]
    homes = [next((i for i, s in enumerate(blocks) if p.line in s.lines), -1) for p in (one, two)]
    return homes[0] == homes[1]


@rule(
    "HA023",
    Severity.ERROR,
    "Two sections with one name",
    consequence=Consequence.DOWN,
    why="HAProxy refuses the file: it does not start, or a reload keeps the old configuration without "
    "anybody noticing",
    fix="rename one of them",
    source="HAProxy 2.6: 'has the same name as proxy'",
    bad={"haproxy.cfg": haproxy(api(), api(bind="10.0.0.20:35357"))},
    good={"haproxy.cfg": haproxy(api(), api(name="keystone-admin", bind="10.0.0.20:35357"))},
    points_at="listen keystone",
)
def same_name(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in configurations(site):
        seen: dict[tuple[str, str], Proxy] = {}
        for proxy in conf.proxies:
            sides = {"listen": ("front", "back"), "frontend": ("front",), "backend": ("back",)}[proxy.kind]
            clash = next((seen[side, proxy.name] for side in sides if (side, proxy.name) in seen), None)
            for side in sides:
                seen.setdefault((side, proxy.name), proxy)
            if clash and _read_together(site, clash.at, proxy.at):
                yield Hit(
                    proxy.at,
                    f"{proxy.kind} {proxy.name} has the name of another section",
                    related=(clash.at,),
                )


@rule(
    "HA032",
    Severity.WARNING,
    "A backslash does not continue a line",
    consequence=Consequence.DOWN,
    why="HAProxy has no continuation lines: the backslash becomes part of the line, and the next line is an "
    "unknown keyword",
    fix="one line",
    source="run: haproxy -c, 'unknown keyword'",
    bad={
        "haproxy.cfg": haproxy(
            api("server c1 10.0.0.11:5000 check \\\n    inter 1s\nserver c2 10.0.0.12:5000 check")
        )
    },
    good={"haproxy.cfg": haproxy(api())},
    points_at="server c1 10.0.0.11:5000 check \\",
)
def continued(site: Evidence) -> Iterator[Hit | Unknown]:
    for file in site.all(HaproxyFile):
        nodes = [node for section in file.source.nodes for node in section.walk() if not node.block]
        places = [file.source.at(node) for node in nodes if node.words and node.words[-1].endswith("\\")]
        if places:
            lines = f"{len(places)} lines end" if len(places) > 1 else "the line ends"
            yield Hit(places[0], f"{lines} in a backslash", related=tuple(places[1:]))


@rule(
    "HA034",
    Severity.INFO,
    "balance source for an API that needs none",
    consequence=Consequence.FRAGILE,
    why="clients behind one address all go to one server, and state that is local to a host stays hidden "
    "until failover",
    fix="balance roundrobin or leastconn",
    source=f"{_MANUAL} balance",
    bad={"haproxy.cfg": haproxy(api().replace("balance roundrobin", "balance source"))},
    good={"haproxy.cfg": haproxy(api())},
    points_at="balance source",
)
def by_source(site: Evidence) -> Iterator[Hit | Unknown]:
    said = [
        (service, found)
        for service in first_of(site)
        if purpose(service) is Purpose.OPENSTACK
        and (found := service.back.find("balance"))
        and found.value == "source"
    ]
    per_file: dict[str, list[int]] = {}
    for index, (service, _) in enumerate(said):
        per_file.setdefault(service.at.path, []).append(index)
    for indexes in per_file.values():
        names = ", ".join(said[i][0].back.name for i in indexes)
        first, *rest = indexes
        yield Hit(
            said[first][1].at, f"balance source for {names}", related=tuple(said[i][1].at for i in rest)
        )
