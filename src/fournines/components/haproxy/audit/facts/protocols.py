"""The protocols that balanced services speak: their ports, their names, how long their clients are silent.

One table for every rule that asks what a section carries: what it is for, whether it may be read as HTTP,
whether a check speaks what is asked, how long a connection idles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fournines.components.haproxy.audit.facts.model import Service


@dataclass(frozen=True)
class Protocol:
    """A protocol other than HTTP. ``words`` is an expression for its words in the names of sections.

    ``silence`` are the seconds for which its connections idle and must not be cut, and ``why``; 0 where that
    is not known.
    """

    name: str
    ports: frozenset[int]
    words: str = "(?!)"
    silence: float = 0.0
    why: str = ""

    @cached_property
    def _words(self) -> re.Pattern[str]:
        return re.compile(self.words)

    def within(self, name: str) -> bool:
        """Whether a name, in lower case, has one of its words in it."""
        return bool(self._words.search(name))

    def is_word(self, word: str) -> bool:
        """Whether a word is one of its own."""
        return bool(self._words.fullmatch(word))


def _of(name: str, *ports: int, words: str = "(?!)", silence: float = 0.0, why: str = "") -> Protocol:
    return Protocol(name, frozenset(ports), words, silence, why)


_NO_PAGES = r"(?!.*(?:mgmt|manage|http|ui|dash|web|admin|stat|prom))"
"""Behind a broker's name: what follows does not say that its pages are meant."""
PROTOCOLS = (
    _of("MySQL", 3306, 33060, words=r"mysql|maria(?:db)?|galera|percona|pxc|wsrep"),
    _of("PostgreSQL", 5432, 6432, words=r"postgres(?:ql)?|patroni|pgsql|pgbouncer|(?<![a-z])pg(?![a-z])"),
    _of("AMQP", 5671, 5672, words=rf"amqps?|rabbit(?:mq)?{_NO_PAGES}"),
    _of("memcached", 11211, words=r"memcached?"),
    _of("Redis", 6379, words=r"redis|valkey"),
    _of("Redis Sentinel", 26379, words=r"sentinel"),
    _of("LDAP", 389, 636, words=r"ldaps?", silence=300.0, why="clients keep one connection and ask seldom"),
    _of("IMAP", 143, 993, words=r"imaps?", silence=1740.0, why="a client in IDLE speaks every 29 minutes"),
    _of(
        "MQTT", 1883, 8883, words=r"mqtts?", silence=90.0, why="clients send a ping each minute (1.5 x 60 s)"
    ),
    _of("SMTP", 25, 465, 587, words=r"smtps?"),
    _of("POP3", 110, 995, words=r"pop3s?"),
    _of("SSH", 22),
    _of("Galera replication", 4567),
    _of("MongoDB", 27017, words=r"mongo(?:db)?"),
    _of("CQL", 9042),
    _of("ZooKeeper", 2181, words=r"zookeeper"),
    _of("TDS", 1433, words=r"mssql"),
)
"""IANA's service names, and the defaults of Redis Sentinel, PgBouncer, Galera and MongoDB.

Silence: RFC 9051 5.4 and RFC 2177 (30 and 29 minutes); OASIS MQTT 3.1.1, 3.1.2.10 (1.5 x Keep Alive, 60 s in
the usual clients); LDAP has no figure of its own: five minutes.
"""
BY_NAME = {protocol.name: protocol for protocol in PROTOCOLS}
BY_PORT = {port: protocol for protocol in PROTOCOLS for port in protocol.ports}
_BESIDE = re.compile(
    r"(?:servers?|nodes?|cluster|back(?:end)?|front(?:end)?|be|fe|pool|vip|listener|primary|replica|"
    r"writer|reader|read|write|rw|ro|\d+)?"
)
"""Words that leave a name's protocol as it is: of ``mysql_exporter`` or ``redis_ui`` nothing is known."""
_NEXT = 10


def spoken(service: Service) -> Protocol | None:
    """The protocol other than HTTP of the servers: by their ports, else by the name; None if not known.

    A check's own port says nothing of what clients speak. A server without a port has the one that clients
    connect to (manual 5, server <address>). A name counts where the ports are of no known use: ``mysql`` at
    3307, but not at 8080.
    """
    fronts = {bind.port for bind in service.binds if bind.port}
    ports = {server.port for server in service.servers if server.port} or fronts
    by_port = {BY_PORT.get(port) for port in ports}
    if len(by_port) == 1 and None not in by_port:
        return by_port.pop()
    named = {_named(name) for name in {service.front.name, service.back.name}}
    found = named.pop() if ports and len(named) == 1 else None
    return found if found and all(_near(port, found) for port in ports) else None


def _named(name: str) -> Protocol | None:
    """The protocol whose word a name is, with nothing beside it that could change what it says."""
    words = re.split(r"[^a-z0-9]+", name.lower())
    known = {next((p for p in PROTOCOLS if p.is_word(word)), None) for word in words} - {None}
    others = [word for word in words if not any(p.is_word(word) for p in PROTOCOLS)]
    return known.pop() if len(known) == 1 and all(_BESIDE.fullmatch(word) for word in others) else None


def _near(port: int, protocol: Protocol) -> bool:
    """Whether a port is one of those beside the protocol's own, as for a second instance on a host."""
    return any(own <= port <= own + _NEXT for own in protocol.ports)
