"""Ports on both sides of HAProxy: what it asks for must be served, and what clients ask for must be heard."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fournines.audit.site_rules.names import addresses, is_address, names, vips
from fournines.audit.site_rules.network.listening import Socket, sockets
from fournines.components.client.audit.facts import AuthUrl, Endpoint
from fournines.components.haproxy.audit.facts import configurations
from fournines.components.haproxy.audit.facts.purpose import OPENSTACK_PORTS, api_name, is_mysql
from fournines.components.haproxy.audit.rules.checks import first_of
from fournines.components.haproxy.audit.rules.example import api, galera, haproxy
from fournines.components.keepalived.audit.facts import VrrpInstance
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.components.oslo.audit.facts import OsloConf, parse_url
from fournines.components.systemd.audit.facts import Unit
from fournines.components.xinetd.audit.facts import SmallService
from fournines.kit.audit.prose import PortNamed
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.haproxy.audit.facts import HaproxyConf, Server, Service
    from fournines.components.oslo.audit.facts import Url
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_GLANCE = "[DEFAULT]\nbind_host = 10.0.0.11\nbind_port = 9292\n\n[glance_store]\nstores = rbd\n"
_TO = "server c1 10.0.0.11:{0} check\nserver c2 10.0.0.12:{0} check"
_DEFAULTS = {name: port for port, name in OPENSTACK_PORTS.items()}


@rule(
    "HA004",
    Severity.ERROR,
    "HAProxy looks for the service on another port",
    consequence=Consequence.DOWN,
    why="the connection is refused: every server of the listener is DOWN and clients get 503",
    fix="the same port on the server lines and in the service's own file",
    source="HAProxy configuration manual 5.2 server; OpenStack configuration references (bind_port, Listen)",
    bad={
        "haproxy.cfg": haproxy(api(_TO.format(10003), name="glance", bind="*:9292")),
        "node1/glance-api.conf": _GLANCE,
    },
    good={
        "haproxy.cfg": haproxy(api(_TO.format(9292), name="glance", bind="10.0.0.20:9292")),
        "node1/glance-api.conf": _GLANCE,
    },
    points_at="server c1 10.0.0.11:10003 check",
)
def other_port(site: Evidence) -> Iterator[Hit | Unknown]:
    for service in first_of(site):
        wanted = "mysql" if is_mysql(service) else api_name(service)
        found = [socket for socket in sockets(site) if socket.api == wanted] if wanted else []
        if not found:
            continue
        for server in service.servers:
            candidates = _candidates(site, server, found)
            if server.port is not None and candidates and server.port not in {c.port for c in candidates}:
                if candidates[0].said or not _told(site, server.port, candidates[0]):
                    yield from _mismatch(service, server, candidates[0])
                break


def _told(site: Evidence, port: int, socket: Socket) -> bool:
    """Whether a sentence of the page that shows part of a service's file names this port."""
    return any(said.port == port and said.at.path == socket.at.path for said in site.all(PortNamed))


def _candidates(site: Evidence, server: Server, found: list[Socket]) -> list[Socket]:
    """The sockets a server line may mean: those of its host, of files for all hosts, else every one."""
    known = names(site)
    address = known.address(server.at.host, server.host) or server.host
    hosts = {host for host, mine in addresses(site).items() if address in mine}
    if server.host in site.hosts or server.name in site.hosts:
        hosts.add(server.host if server.host in site.hosts else server.name)
    near = [socket for socket in found if socket.at.host in hosts or not socket.at.host]
    return near if hosts else found


def _mismatch(service: Service, server: Server, socket: Socket) -> Iterator[Hit]:
    if socket.said:
        yield Hit(
            server.at,
            f"{service.back.name} sends to port {server.port}, {socket.program} listens on {socket.port}",
            related=(socket.at,),
        )
    elif server.port not in OPENSTACK_PORTS:
        yield Hit(
            server.at,
            f"{service.back.name} sends to port {server.port}, and nothing in the {socket.program}.conf that "
            f"was given moves it there from {socket.port}",
            related=(socket.at,),
            severity=Severity.WARNING if socket.excerpt else Severity.ERROR,
        )


_RESPONDER = """
    service mysqlchk
    {{
        port = {}
        socket_type = stream
        wait = no
        user = nobody
        server = /usr/bin/clustercheck
        disable = no
    }}
    """
_CHECKS = re.compile(r"cluster-?check|mysqlchk|galera[\-_]?(?:check|monitor)|xinetd", re.IGNORECASE)
_CLUSTERCHECK = 9200
"""The port of clustercheck by habit, and of mysqlchk in /etc/services of its packages."""


@rule(
    "HA008",
    Severity.ERROR,
    "Nothing answers on the port of the health check",
    consequence=Consequence.DOWN,
    why="HAProxy asks a port on which no responder listens: every server is DOWN while the "
    "databases are well",
    fix="the responder (clustercheck under xinetd or a systemd socket) on that port on every host",
    source="OpenStack HA guide, clustercheck; HAProxy configuration manual 5.2 port",
    bad={"haproxy.cfg": haproxy(galera()), "node1/etc/xinetd.d/mysqlchk": _RESPONDER.format(9201)},
    good={"haproxy.cfg": haproxy(galera()), "node1/etc/xinetd.d/mysqlchk": _RESPONDER.format(9200)},
    points_at="server db1 10.0.0.11:3306 check port 9200 inter 1s fall 2 on-marked-down shutdown-sessions",
)
def no_responder(site: Evidence) -> Iterator[Hit | Unknown]:
    seen = set()
    for service in first_of(site):
        if not is_mysql(service):
            continue
        for server in service.servers:
            port = server.check_port
            if port is None or port == server.port or (service.at.path, port) in seen:
                continue
            seen.add((service.at.path, port))
            if not _answered(site, port):
                yield from _unanswered(site, server, port)


def _answered(site: Evidence, port: int) -> bool:
    if any(_port_of(small) == port and not small.disabled for small in site.all(SmallService)):
        return True
    pattern = re.compile(rf"(?<![\d.]){port}(?![\d.])")
    silent = ("haproxy.cfg", "xinetd")
    return any(pattern.search(source.text) for source in site.sources if source.kind not in silent)


def _port_of(small: SmallService) -> int | None:
    return small.port or (_CLUSTERCHECK if small.name == "mysqlchk" else None)


def _unanswered(site: Evidence, server: Server, port: int) -> Iterator[Hit | Unknown]:
    others: list[tuple[Place, str]] = [
        (small.at, f"{small.name} is disabled" if small.disabled else f"{small.name} is on {_port_of(small)}")
        for small in site.all(SmallService)
        if _CHECKS.search(small.name) or _CHECKS.search(small.program)
    ]
    for unit in site.all(Unit):
        streams = unit.settings.get("Socket.ListenStream", ())
        if streams and _CHECKS.search(unit.name):
            others.append((unit.at, f"{unit.name} listens on {', '.join(streams)}"))
    if others:
        yield Hit(
            server.at,
            f"port {port} is asked; {others[0][1]}",
            related=tuple(place for place, _ in others),
        )
    else:
        yield Unknown(server.at, f"what answers on port {port} of {server.host} was not given")


@dataclass(frozen=True)
class _Call:
    """Something a client or a service is told to connect to."""

    at: Place
    host: str
    port: int
    what: str


_IMPLIED = {"http": 80, "https": 443, "rabbit": 5672, "amqp": 5672, "mysql": 3306, "postgresql": 5432}
_BARE = (
    ("nova_metadata_host", 8775),
    ("nova_metadata_ip", 8775),
    ("glance_host", 9292),
    ("registry_host", 9191),
    ("rabbit_host", 5672),
)
"""Options that hold a host and imply its port; the services' configuration references."""


def _calls(site: Evidence) -> Iterator[_Call]:
    for endpoint in site.all(Endpoint):
        yield from _hosts(endpoint.at, parse_url(endpoint.url), f"the endpoint of {endpoint.service}")
    for auth in site.all(AuthUrl):
        yield from _hosts(auth.at, parse_url(auth.url), "OS_AUTH_URL")
    for conf in site.all(OsloConf):
        for option in conf.options:
            if option.placeholder:
                continue
            if option.url:
                yield from _hosts(option.at, option.url, f"{option.name} of {conf.program}")
            for name, port in _BARE:
                if option.name == name and option.value.strip():
                    yield _Call(option.at, option.value.strip().lower(), port, f"{name} of {conf.program}")


def _hosts(at: Place, url: Url | None, what: str) -> Iterator[_Call]:
    if url is None:
        return
    for host, port in url.hosts:
        number = port or _IMPLIED.get(url.scheme.partition("+")[0])
        if number is not None:
            yield _Call(at, host, number, what)


_KEYSTONE = "#!/bin/sh\nopenstack endpoint create --region R image public http://10.0.0.20:9292\n"


@rule(
    "HA033",
    Severity.WARNING,
    "Clients are sent to a port of the VIP that HAProxy does not serve",
    consequence=Consequence.NO_FAILOVER,
    why="whatever answers there is the one service on the host that holds the VIP: it is not balanced, not "
    "checked, and its death moves nothing",
    fix="a listener for every service that clients find at the VIP",
    source="OpenStack HA guide, HAProxy configuration of all services",
    bad={
        "keepalived.conf": keepalived(),
        "haproxy.cfg": haproxy(api()),
        "setup.sh": _KEYSTONE,
    },
    good={
        "keepalived.conf": keepalived(),
        "haproxy.cfg": haproxy(api(), api(_TO.format(9292), name="glance", bind="10.0.0.20:9292")),
        "setup.sh": _KEYSTONE,
    },
    points_at="openstack endpoint create --region R image public http://10.0.0.20:9292",
)
def no_listener(site: Evidence) -> Iterator[Hit | Unknown]:
    virtual, known = vips(site), names(site)
    confs = [conf for conf in configurations(site) if conf.proxies]
    if not virtual or not confs or all(conf.fragment for conf in confs):
        return
    missing: dict[int, list[_Call]] = {}
    for call in _calls(site):
        address = known.address(call.at.host, call.host)
        if address in virtual and _proxied(site, confs, address) and not _serves(confs, address, call.port):
            missing.setdefault(call.port, []).append(call)
    for port, calls in sorted(missing.items()):
        first = calls[0]
        also = tuple(dict.fromkeys(call.at for call in calls[1:] if call.at != first.at))
        yield Hit(
            first.at,
            f"{first.what} is at {first.host}:{port}, and no listener of HAProxy has port {port}",
            related=(confs[0].at, *also),
        )


def _proxied(site: Evidence, confs: list[HaproxyConf], address: str) -> bool:
    """Whether this VIP is HAProxy's: it binds it by name, or binds everything where keepalived moves it."""
    binds = [bind for conf in confs for proxy in conf.proxies for bind in proxy.binds]
    if any(bind.address == address for bind in binds):
        return True
    moved = {vip.address for instance in site.all(VrrpInstance) for vip in instance.vips}
    return address in moved and any(bind.everywhere for bind in binds)


def _serves(confs: list[HaproxyConf], address: str, port: int) -> bool:
    """Whether HAProxy listens on this port of a virtual address, as far as its binds are written out."""
    for conf in confs:
        for proxy in conf.proxies:
            for bind in proxy.binds:
                here = bind.everywhere or bind.address == address or not is_address(bind.address)
                if here and bind.port in (port, None):
                    return True
    return False
