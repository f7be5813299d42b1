"""The names that server lines give to hosts."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from ipaddress import ip_address
from typing import TYPE_CHECKING

from fournines.components.haproxy.audit.facts import HaproxyFile, configurations
from fournines.components.haproxy.audit.rules.example import TWO, api, haproxy
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.haproxy.audit.facts import HaproxyConf, Server
    from fournines.kit.audit.evidence import Evidence

_COUNTED = re.compile(
    r"(?:s|srv|server|web|app|back|backend|be|member|instance|real|rs)[-_]?\d*", re.IGNORECASE
)
"""Names that only count the servers of their section."""


@rule(
    "HA050",
    Severity.WARNING,
    "One server name, two hosts",
    consequence=Consequence.FRAGILE,
    why="either one of the addresses is wrong and its server is down, or who drains the host of this name "
    "(set server ... state maint) drains another one as well, or instead",
    fix="each host by its own name, in every section",
    source="HAProxy configuration manual 5 server <name>; management guide, set server",
    bad={
        "haproxy.cfg": haproxy(
            api(),
            api(TWO.replace(":5000", ":9292").replace(".11", ".14"), name="glance", bind="10.0.0.20:9292"),
        )
    },
    good={
        "haproxy.cfg": haproxy(
            api(), api(TWO.replace(":5000", ":9292"), name="glance", bind="10.0.0.20:9292")
        )
    },
    points_at="server c1 10.0.0.14:9292 check inter 1s fall 2",
)
def two_hosts(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in configurations(site):
        odd = _odd(conf)
        if odd:
            first, usual = odd[0]
            others = list(dict.fromkeys(server.name for server, _ in odd if server.name != first.name))
            what = f"{first.name} is {first.host} here and {usual.host} elsewhere"
            more = f"; {', '.join(others)} likewise" if others else ""
            yield Hit(first.at, what + more, related=(usual.at, *(server.at for server, _ in odd[1:])))


def _odd(conf: HaproxyConf) -> list[tuple[Server, Server]]:
    """Servers whose name usually means another host of the same network, and one that is usual."""
    named: dict[str, list[Server]] = defaultdict(list)
    for proxy in conf.proxies:
        for server in proxy.servers:
            if not server.template and not _COUNTED.fullmatch(server.name) and _address(server.host):
                named[server.name].append(server)
    found = []
    for servers in named.values():
        usual = Counter(server.host for server in servers).most_common(1)[0][0]
        known = next(server for server in servers if server.host == usual)
        found += [(s, known) for s in servers if s.host != usual and _near(s.host, usual)]
    return sorted(found, key=lambda pair: pair[0].at)


def _address(text: str) -> bool:
    try:
        return not ip_address(text).is_loopback
    except ValueError:
        return False


def _near(one: str, other: str) -> bool:
    """Whether two addresses lie in one /24: a host may have one in each of several networks."""
    return one.rpartition(".")[0] == other.rpartition(".")[0]


_PATHED = re.compile(r"(?:https?://\S+|[^\s/@]+:\d+/\S*)", re.IGNORECASE)


@rule(
    "HA057",
    Severity.ERROR,
    "A server's address that is a URL",
    consequence=Consequence.DOWN,
    why="a server is an address and a port: HAProxy refuses anything before or behind them, and does not "
    "start",
    fix="ADDRESS:PORT; what a health check asks for stands in option httpchk (http-check send uri)",
    source="HAProxy configuration manual 5 server <address>[:port]: 'invalid character in port number'",
    bad={"haproxy.cfg": haproxy(api("server c1 10.0.0.11:80/dashboard check\nserver c2 10.0.0.12:80 check"))},
    good={"haproxy.cfg": haproxy(api())},
    points_at="server c1 10.0.0.11:80/dashboard check",
)
def urls(site: Evidence) -> Iterator[Hit | Unknown]:
    for file in site.all(HaproxyFile):
        found = [
            (file.source.at(node), node.words[2])
            for section in file.source.nodes
            for node in section.children
            if node.key == "server" and len(node.words) > 2 and _PATHED.fullmatch(node.words[2])  # noqa: PLR2004
        ]
        if found:
            yield Hit(
                found[0][0], f"{found[0][1]} is no address of a server", tuple(at for at, _ in found[1:])
            )
