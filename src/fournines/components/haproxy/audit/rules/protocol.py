"""Sections and checks that speak one protocol where another is spoken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.haproxy.audit.facts.protocols import BY_PORT, spoken
from fournines.components.haproxy.audit.rules.checks import backs, first_of
from fournines.components.haproxy.audit.rules.example import galera, haproxy, listen
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.haproxy.audit.facts import Proxy, Server
    from fournines.kit.audit.evidence import Evidence


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
        other = spoken(service) if mode and service.back.mode == "http" else None
        if mode and other:
            place = service.at if mode.inherited else mode.at
            from_ = ", inherited from defaults" if mode.inherited else ""
            yield Hit(
                place,
                f"{service.back.name} speaks {other.name} and is in mode http{from_}",
                related=(mode.at if mode.inherited else service.at,),
            )


_ASKED = {
    "mysql-check": "MySQL", "pgsql-check": "PostgreSQL", "redis-check": "Redis", "ldap-check": "LDAP",
    "smtpchk": "SMTP",
}  # fmt: skip
"""Options that ask in a protocol of their own."""
_WEB_PORTS = frozenset({80, 443, 8008, 8080, 8443, 9000, 9200, 15672})
"""Ports where HTTP is spoken: Patroni's, clustercheck's and the broker's pages among them."""
_ELSEWHERE = frozenset({"MySQL", "PostgreSQL"})
"""What HA012 says of HTTP checks."""


@rule(
    "HA056",
    Severity.ERROR,
    "The health check speaks another protocol than the port it asks",
    consequence=Consequence.DOWN,
    why="whoever listens there answers in its own protocol or not at all, which is no valid answer: every "
    "server is DOWN while all of them are well",
    fix="the check of the protocol that is spoken at the port (httpchk for a responder like clustercheck) or "
    "the service's own port",
    source="HAProxy configuration manual, option mysql-check, pgsql-check, redis-check, httpchk; 5.2 port",
    bad={"haproxy.cfg": haproxy(galera(extra="option mysql-check user haproxy"))},
    good={"haproxy.cfg": haproxy(galera(extra="option httpchk OPTIONS /"))},
    points_at="server db1 10.0.0.11:3306 check port 9200 inter 1s fall 2 on-marked-down shutdown-sessions",
)
def asks_in_vain(site: Evidence) -> Iterator[Hit | Unknown]:
    for proxy in backs(site):
        option = proxy.option(proxy.health_check) if proxy.health_check else None
        wrong = [(s, said) for s in proxy.servers if s.checked and (said := _other(proxy, s))]
        if option and wrong:
            server, said = wrong[0]
            port = server.check_port or server.port
            what = f"{proxy.name} asks with {option.value} at port {port}, where {said} is spoken"
            yield Hit(server.at, what, related=(option.at, *(one.at for one, _ in wrong[1:])))


def _other(proxy: Proxy, server: Server) -> str:
    """What is spoken at the port a server is asked at, if that is not what its check speaks."""
    port = server.check_port or server.port or 0
    there = BY_PORT.get(port)
    asked = _ASKED.get(proxy.health_check, "")
    if asked:
        return there.name if there and there.name != asked else "HTTP" if port in _WEB_PORTS else ""
    told = proxy.checks_http and not proxy.all("http-check", "connect") and not server.has("addr")
    return there.name if told and there and there.name not in _ELSEWHERE else ""


_OF_ERLANG = {4369: "epmd, the directory of Erlang's nodes", 25672: "the connections between brokers"}
_PEER = "mode tcp\nserver mq1 10.0.0.11:25672 check inter 1s\n"


@rule(
    "HA064",
    Severity.WARNING,
    "What one broker asks of a certain other is balanced",
    consequence=Consequence.ERRORS,
    why="a broker asks for another one by its name: through the balancer it reaches any of them, one that "
    "refuses; clients have no business on these ports",
    fix="no section for these ports: brokers find one another by name and port, directly",
    source="RabbitMQ documentation, Networking: ports 4369 and 25672 are for inter-node and CLI tools "
    "communication",
    bad={"haproxy.cfg": haproxy(listen(_PEER + "server mq2 10.0.0.12:25672 check inter 1s", name="erlang"))},
    good={"haproxy.cfg": haproxy(listen(_PEER, name="mq1-erlang"))},
    points_at="listen erlang",
)
def between_brokers(site: Evidence) -> Iterator[Hit | Unknown]:
    for proxy in backs(site):
        ports = {server.port for server in proxy.servers}
        hosts = {server.host for server in proxy.servers}
        port = next(iter(ports)) if len(ports) == 1 and len(hosts) > 1 else None
        if port in _OF_ERLANG:
            yield Hit(
                proxy.at, f"{proxy.name} spreads port {port} over {len(hosts)} hosts: {_OF_ERLANG[port]}"
            )
