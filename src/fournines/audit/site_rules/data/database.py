"""Galera and those who use it: identity of its hosts, and what its proxy and clients make of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.audit.site_rules.names import addresses
from fournines.components.galera.audit.facts import DatabaseConf, clusters, host_of, members, unfilled
from fournines.components.galera.audit.rules.example import galera, site
from fournines.components.haproxy.audit.facts import services
from fournines.components.haproxy.audit.facts.purpose import Purpose, purpose
from fournines.components.oslo.audit.facts import OsloConf
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.source import EVERY_HOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.galera.audit.facts import GaleraHost
    from fournines.components.haproxy.audit.facts import Server, Service
    from fournines.kit.audit.evidence import Evidence

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_PORT = 3306
_HAPROXY = """
    defaults
        mode tcp
        timeout connect 2s
        timeout client 90m
        timeout server 90m
    listen galera
        bind 10.0.0.20:3306
        {}
        option httpchk GET /
        server db1 10.0.0.11:3306 check port 9200 on-marked-down shutdown-sessions
        server db2 10.0.0.12:3306 check port 9200 on-marked-down shutdown-sessions{}
    """


@rule(
    "GA005",
    Severity.ERROR,
    "A member goes by an identity that is not its own",
    consequence=Consequence.NO_RETURN,
    why="the others send state transfers to wsrep_node_address and pick donors by wsrep_node_name: with "
    "another "
    "host's they reach the wrong one",
    fix="the host's own address and name on every host",
    source="Galera documentation, wsrep_node_address and wsrep_node_name",
    bad=site(db2=galera(number=2, wsrep_node_address="10.0.0.11")),
    good=site(),
    points_at="wsrep_node_address = 10.0.0.11",
)
def not_its_own(evidence: Evidence) -> Iterator[Hit | Unknown]:
    own = [member for member in members(evidence) if member.at.host != EVERY_HOST]
    for name in ("wsrep_node_address", "wsrep_node_name"):
        first: dict[str, GaleraHost] = {}
        for member in sorted(own, key=lambda member: not _fits(evidence, member)):
            value = member.address if name.endswith("address") else member.name
            other = first.setdefault(value, member)
            if value and not unfilled(value) and other is not member:
                what = f"{member.at.host} has the {name} of {other.at.host}, {value}"
                yield Hit(member.place(name), what, related=(other.place(name),))
    for member in members(evidence):
        yield from _received_elsewhere(member)
        if member.raw_address and not member.address and not member.name and not member.conf.excerpt:
            yield Hit(
                member.place("wsrep_on", "wsrep_provider"),
                "neither wsrep_node_address nor wsrep_node_name is said: both are guessed, from the first "
                "interface",
                severity=Severity.INFO,
            )


def _received_elsewhere(member: GaleraHost) -> Iterator[Hit]:
    """A state transfer that is asked for by one member and sent to another; a network of its own is fine."""
    said, own = member.conf.get("wsrep_sst_receive_address"), _bare(member.address)
    where = _bare(said.value) if said else ""
    if said and own and where != own and where in map(_bare, member.peers):
        yield Hit(said.at, f"state transfers for {member.address} are sent to {said.value}, another member")


def _bare(address: str) -> str:
    return host_of("".join(address.split()))


def _fits(evidence: Evidence, member: GaleraHost) -> bool:
    """Whether other files of the host agree with its address: that one is the original."""
    bound = member.conf.get("bind_address")
    return member.address in addresses(evidence).get(member.at.host, ()) or bool(
        bound and bound.value == member.address
    )


@rule(
    "GA008",
    Severity.ERROR,
    "The database listens on the loopback only",
    consequence=Consequence.DOWN,
    why="HAProxy connects to the host's own address, where nobody listens: every server is down",
    fix="bind_address = the host's own address",
    source="MariaDB knowledge base, Configuring MariaDB for Remote Client Access: distributions bind "
    "127.0.0.1",
    bad={
        "db1/galera.cnf": galera(bind_address="127.0.0.1"),
        "db1/haproxy.cfg": _HAPROXY.format("", " backup"),
    },
    good={"db1/galera.cnf": galera(), "db1/haproxy.cfg": _HAPROXY.format("", " backup")},
    points_at="bind_address = 127.0.0.1",
)
def loopback_only(evidence: Evidence) -> Iterator[Hit | Unknown]:
    remote = [
        server
        for service in services(evidence)
        for server in service.servers
        if purpose(service) is Purpose.DATABASE and server.port == _PORT and server.host not in _LOOPBACK
    ]
    seen = set()
    for conf in evidence.all(DatabaseConf):
        bound = conf.get("bind_address")
        if not bound or bound.value not in _LOOPBACK or _rebound(evidence, conf):
            continue
        if remote and bound.at not in seen:
            seen.add(bound.at)
            yield Hit(
                bound.at,
                f"bind_address is {bound.value}, HAProxy connects to {remote[0].host}",
                (remote[0].at,),
            )
        elif any(other.galera for other in evidence.on(conf.at.host, DatabaseConf)):
            yield Hit(bound.at, f"bind_address is {bound.value}", severity=Severity.WARNING)
    if remote:
        yield from _left_at_default(evidence, remote[0])


def _left_at_default(evidence: Evidence, server: Server) -> Iterator[Hit]:
    """A page for Debian or Ubuntu that never says bind_address: their packages ship 127.0.0.1."""
    confs = [conf for conf in evidence.all(DatabaseConf) if not conf.name.startswith("/etc/my.cnf")]
    first = next((conf for conf in confs if conf.galera), None)
    debian = any(conf.excerpt and conf.name.startswith("/etc/mysql/") for conf in confs)
    typed = any(re.search("bind[-_]address", s.text) for s in evidence.kinds("commands", "script"))
    if first and debian and not typed and not any(conf.get("bind_address") for conf in confs):
        yield Hit(
            first.at,
            f"nothing here sets bind_address, and HAProxy connects to {server.host}: Debian and Ubuntu ship "
            "127.0.0.1",
            (server.at,),
            severity=Severity.WARNING,
        )


def _rebound(evidence: Evidence, conf: DatabaseConf) -> bool:
    """Whether a file read later says another address."""
    later = [c for c in evidence.on(conf.at.host, DatabaseConf) if c.at.path > conf.at.path or c.galera]
    return any(s.value not in _LOOPBACK for c in later if c is not conf and (s := c.get("bind_address")))


def _writers(evidence: Evidence) -> Iterator[Service]:
    """Services that spread MySQL connections over several members."""
    for service in services(evidence):
        active = [server for server in service.servers if not server.backup]
        sticky = service.back.balance.startswith(("source", "first")) or service.back.find("stick")
        several = len(active) > 1 and any(server.port == _PORT for server in active)
        if purpose(service) is Purpose.DATABASE and several and not sticky:
            yield service


@rule(
    "GA013",
    Severity.WARNING,
    "Reads may not see the write before them",
    consequence=Consequence.ERRORS,
    why="Galera applies a write on the other members a moment later: a client whose next connection lands "
    "there "
    "reads the state of before",
    fix="one active server and the others as backup, or wsrep_sync_wait = 1 (oslo.db: mysql_wsrep_sync_wait)",
    source="Galera documentation, wsrep_sync_wait; jepsen.io, MariaDB Galera Cluster 12.1.2",
    bad={
        **site(db1=galera("wsrep_sync_wait = 0")),
        "db1/haproxy.cfg": _HAPROXY.format("balance leastconn", ""),
    },
    good={**site(db1=galera("wsrep_sync_wait = 0")), "db1/haproxy.cfg": _HAPROXY.format("", " backup")},
    points_at="wsrep_sync_wait = 0",
)
def stale_reads(evidence: Evidence) -> Iterator[Hit | Unknown]:
    spread = next(_writers(evidence), None)
    found = members(evidence)
    if not spread or not found or any(conf.find("mysql_wsrep_sync_wait") for conf in evidence.all(OsloConf)):
        return
    for member in found:
        said = member.conf.get("wsrep_sync_wait") or member.conf.get("wsrep_causal_reads")
        if said and said.off:
            yield Hit(
                said.at, f"{said.name} is off, and HAProxy spreads reads over members", related=(spread.at,)
            )
            return


_API = (
    "[DEFAULT]\nosapi_compute_workers = 16\n[database]\n"
    "connection = mysql+pymysql://nova:s3cret@10.0.0.20/nova\nmax_pool_size = 20\n"
)


@rule(
    "GA016",
    Severity.WARNING,
    "Fewer connections than the services' pools can open",
    consequence=Consequence.ERRORS,
    why="after a failover all services connect to one member at once: what is over max_connections gets "
    "error 1040",
    fix="max_connections = 1.5 times the sum of workers x max_pool_size over all services and hosts",
    source="MariaDB knowledge base, max_connections; oslo.db options: max_pool_size",
    bad={"ctl1/nova.conf": _API, "ctl2/nova.conf": _API, "ctl1/galera.cnf": galera("max_connections = 400")},
    good={
        "ctl1/nova.conf": _API,
        "ctl2/nova.conf": _API,
        "ctl1/galera.cnf": galera("max_connections = 2048"),
    },
    points_at="max_connections = 400",
)
def too_few(evidence: Evidence) -> Iterator[Hit | Unknown]:
    wanted = sum(_pool(conf) for conf in evidence.all(OsloConf))
    for group in clusters(evidence):
        for member in group.members:
            said = member.conf.get("max_connections")
            if said and said.number is not None and said.number < wanted:
                yield Hit(
                    said.at, f"max_connections is {said.number}; the pools that are said come to {wanted}"
                )


def _pool(conf: OsloConf) -> int:
    """Connections one service on one host may keep, where both its factors are said; else 0."""
    size = conf.get("database", "max_pool_size")
    workers = [
        o.number or 0 for o in conf.options if o.name.endswith("workers") and o.section in ("DEFAULT", "")
    ]
    return (size.number or 0) * sum(workers) if size and conf.database else 0
