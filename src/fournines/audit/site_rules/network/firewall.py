"""Ports the site needs and a firewall that does not know of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fournines.components.nftables.audit.facts import Allowed, Firewall
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place, Source


@dataclass(frozen=True)
class Need:
    """Ports a kind of software needs from its peers on other hosts."""

    kinds: tuple[str, ...]
    sign: str
    ports: tuple[tuple[str, int, str], ...]


NEEDS = (
    Need(
        ("my.cnf",),
        "wsrep",
        (
            ("tcp", 3306, "SQL"),
            ("tcp", 4567, "Galera replication"),
            ("tcp", 4568, "Galera IST"),
            ("tcp", 4444, "Galera SST"),
        ),
    ),
    Need(
        ("rabbitmq.conf", "rabbitmq.config", "advanced.config", "rabbitmq-env.conf"),
        "",
        (("tcp", 5672, "AMQP"), ("tcp", 4369, "epmd"), ("tcp", 25672, "Erlang distribution")),
    ),
    Need(("corosync.conf",), "", (("udp", 5405, "corosync"),)),
    Need(("memcached.conf",), "", (("tcp", 11211, "memcached"),)),
)
"""Galera documentation, Firewall settings; RabbitMQ networking.md; corosync.conf(5); memcached(1)."""

_GALERA = """
    [mysqld]
    wsrep_on = ON
    wsrep_provider = /usr/lib/galera/libgalera_smm.so
    wsrep_cluster_address = gcomm://10.0.0.11,10.0.0.12,10.0.0.13
    binlog_format = ROW
    """


def _rules(ports: str) -> str:
    return f"*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp -m multiport --dports {ports} -j ACCEPT\nCOMMIT\n"


@rule(
    "SY003",
    Severity.ERROR,
    "The firewall closes a port the cluster needs",
    consequence=Consequence.NO_RETURN,
    why="what is already connected goes on, and the host that was restarted cannot join again: the mistake "
    "shows on the "
    "night of the failure",
    fix="open the ports of every clustered service between the hosts",
    source="Galera documentation, Firewall settings; RabbitMQ networking guide; corosync.conf(5)",
    bad={"node1/galera.cnf": _GALERA, "node1/rules.v4": _rules("22,3306,4567")},
    good={"node1/galera.cnf": _GALERA, "node1/rules.v4": _rules("22,3306,4444,4567,4568")},
    points_at="-A INPUT -p tcp -m multiport --dports 22,3306,4567 -j ACCEPT",
)
def closed_ports(site: Evidence) -> Iterator[Hit | Unknown]:
    for host in site.hosts or ("",):
        walls = [wall for wall in site.on(host, Firewall) if wall.closed and not _shown(site, wall.at)]
        walls = [wall for wall in walls if not wall.interfaces and not wall.ready]
        if not walls:
            continue
        allowed = site.on(host, Allowed)
        whole = [wall for wall in walls if not wall.excerpt]
        missing = [
            f"{port}/{protocol} ({what})"
            for protocol, port, what in _needed(site, host)
            if not any(rule_.covers(protocol, port) for rule_ in allowed)
        ]
        if missing and (whole or allowed):
            wall = (whole or walls)[0].at
            opened = [rule_.at for rule_ in allowed if rule_.at.path == wall.path]
            at = max(opened, key=lambda place: place.line, default=wall)
            yield Hit(at, f"nothing lets in {', '.join(missing)}")
    yield from _half_open(site)


def _shown(site: Evidence, place: Place) -> bool:
    """Whether a place is in a block of commands of a page: alternatives stand beside one another there."""
    return any(source.path == place.path for source in site.kinds("commands"))


_TOGETHER = ((4567, "Galera replication", (4444, 4568)), (25672, "Erlang distribution", (4369,)))
"""A port that only one kind of software has, and those it never goes without."""


def _half_open(site: Evidence) -> Iterator[Hit]:
    """Blocks of a page that open some of the ports of one kind of software."""
    for source in site.kinds("commands"):
        lines = set(source.lines)
        allowed = [
            rule_ for rule_ in site.all(Allowed) if rule_.at.path == source.path and rule_.at.line in lines
        ]
        for port, what, others in _TOGETHER:
            opened = next((r for r in allowed if r.ports and r.covers("tcp", port)), None)
            missing = [str(n) for n in others if not any(r.covers("tcp", n) for r in allowed)]
            if opened and missing:
                yield Hit(opened.at, f"{port} ({what}) is opened and {', '.join(missing)}/tcp is not")


def _needed(site: Evidence, host: str) -> Iterator[tuple[str, int, str]]:
    seen = set()
    for need in NEEDS:
        sources = [s for s in site.kinds(*need.kinds) if s.host in (host, "") and _signed(s, need)]
        for port in need.ports if sources else ():
            if port[1] not in seen:
                seen.add(port[1])
                yield port


def _signed(source: Source, need: Need) -> bool:
    return not need.sign or need.sign in source.text
