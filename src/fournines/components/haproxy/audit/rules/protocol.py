"""Sections that read HTTP where something else is spoken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.haproxy.audit.rules.checks import first_of
from fournines.components.haproxy.audit.rules.example import galera, haproxy
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.haproxy.audit.facts import Service
    from fournines.kit.audit.evidence import Evidence

_PORTS = {
    22: "SSH", 25: "SMTP", 465: "SMTP", 587: "SMTP", 110: "POP3", 995: "POP3", 143: "IMAP", 993: "IMAP",
    389: "LDAP", 636: "LDAP", 1883: "MQTT", 8883: "MQTT", 3306: "MySQL", 33060: "MySQL", 5432: "PostgreSQL",
    6432: "PostgreSQL", 5671: "AMQP", 5672: "AMQP", 6379: "Redis", 26379: "Redis", 11211: "memcached",
    27017: "MongoDB", 9042: "CQL", 2181: "ZooKeeper", 1433: "TDS",
}  # fmt: skip
"""Ports whose protocol is not HTTP; IANA service names, and the defaults of Redis Sentinel and PgBouncer."""

_NAMES = {
    "mysql": "MySQL", "mariadb": "MySQL", "galera": "MySQL", "percona": "MySQL", "pxc": "MySQL",
    "postgres": "PostgreSQL", "postgresql": "PostgreSQL", "pgsql": "PostgreSQL", "pgbouncer": "PostgreSQL",
    "amqp": "AMQP", "rabbitmq": "AMQP", "redis": "Redis", "memcached": "memcached", "ldap": "LDAP",
    "ldaps": "LDAP", "smtp": "SMTP", "imap": "IMAP",
}  # fmt: skip
_BESIDE = re.compile(
    r"(?:servers?|nodes?|cluster|back(?:end)?|front(?:end)?|be|fe|pool|vip|listener|primary|replica|"
    r"writer|reader|read|write|rw|ro|\d+)?"
)
"""Words that leave a name's protocol as it is: of ``mysql_exporter`` or ``redis_ui`` nothing is known."""


@rule(
    "HA054",
    Severity.ERROR,
    "HTTP is expected where another protocol is spoken",
    consequence=Consequence.DOWN,
    why="in mode http HAProxy reads each connection as a request: a client of another protocol is answered "
    "'400 Bad request' or waits in vain, and none gets through, although the checks of the servers are good",
    fix="mode tcp in this section (and in the frontend that leads to it), option tcplog instead of httplog",
    source="HAProxy configuration manual 4.2 mode",
    bad={"haproxy.cfg": haproxy(galera().replace("    mode tcp\n", ""))},
    good={"haproxy.cfg": haproxy(galera())},
    points_at="listen galera",
)
def not_http(site: Evidence) -> Iterator[Hit | Unknown]:
    for service in first_of(site):
        mode = service.back.find("mode")
        spoken = _spoken(service) if mode and service.back.mode == "http" else ""
        if mode and spoken:
            place = service.at if mode.inherited else mode.at
            from_ = ", inherited from defaults" if mode.inherited else ""
            yield Hit(
                place,
                f"{service.back.name} speaks {spoken} and is in mode http{from_}",
                related=(mode.at if mode.inherited else service.at,),
            )


def _spoken(service: Service) -> str:
    """The protocol other than HTTP of the servers: by their ports, else by the name; empty if not known.

    A check's own port says nothing of what clients speak. A server without a port has the one that clients
    connect to (manual 5, server <address>). A name counts where the ports are of no known use: ``mysql`` at
    3307, but not at 8080.
    """
    fronts = {bind.port for bind in service.binds if bind.port}
    ports = {server.port for server in service.servers if server.port} or fronts
    by_port = {_PORTS.get(port, "") for port in ports}
    if len(by_port) == 1 and by_port != {""}:
        return by_port.pop()
    named = {_named(name) for name in {service.front.name, service.back.name}}
    near = all(_near(port, protocol) for protocol in named for port in ports)
    return named.pop() if ports and len(named) == 1 and near else ""


def _named(name: str) -> str:
    words = re.split(r"[^a-z0-9]+", name.lower())
    known = {_NAMES[word] for word in words if word in _NAMES}
    others = [word for word in words if word not in _NAMES]
    return known.pop() if len(known) == 1 and all(_BESIDE.fullmatch(word) for word in others) else ""


_NEXT = 10


def _near(port: int, protocol: str) -> bool:
    """Whether a port is one of those beside the protocol's own, as for a second instance on a host."""
    return any(own <= port <= own + _NEXT for own, spoken in _PORTS.items() if spoken == protocol)
