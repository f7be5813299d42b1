"""What a proxied service is for, by its ports and names: a database wants other rules than a web page."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from fournines.components.haproxy.audit.facts.protocols import BY_NAME, BY_PORT, PROTOCOLS

if TYPE_CHECKING:
    from fournines.components.haproxy.audit.facts.model import Service
    from fournines.components.haproxy.audit.facts.protocols import Protocol


class Purpose(Enum):
    """Kinds of service whose failover differs."""

    DATABASE = "database"
    AMQP = "message broker"
    MEMCACHED = "memcached"
    REDIS = "redis"
    LDAP = "directory"
    CONSOLE = "console"
    OPENSTACK = "OpenStack API"
    STATS = "statistics page"
    WEB = "web"
    OTHER = "service"


OPENSTACK_PORTS = {
    5000: "keystone", 35357: "keystone-admin", 9292: "glance", 9191: "glance-registry", 8774: "nova",
    8775: "nova-metadata", 8778: "placement", 8776: "cinder", 9696: "neutron", 8004: "heat", 8000: "heat-cfn",
    8003: "heat-cloudwatch", 8777: "ceilometer", 8042: "aodh", 8041: "gnocchi", 8386: "sahara", 8779: "trove",
    9876: "octavia", 9311: "barbican", 9001: "designate", 6385: "ironic", 5050: "ironic-inspector",
    8786: "manila",
    9511: "magnum", 8989: "mistral", 8888: "zaqar", 9322: "watcher", 15868: "masakari",
}  # fmt: skip
"""Default API ports, OpenStack install guides, Firewalls and default ports."""

_FOR = {
    "MySQL": Purpose.DATABASE, "PostgreSQL": Purpose.DATABASE, "Galera replication": Purpose.DATABASE,
    "AMQP": Purpose.AMQP, "memcached": Purpose.MEMCACHED, "Redis": Purpose.REDIS, "LDAP": Purpose.LDAP,
}  # fmt: skip
"""What a protocol is for; those that no rule of its own concerns are services like others."""
_PORTS = {
    **{port: _FOR[spoken.name] for port, spoken in BY_PORT.items() if spoken.name in _FOR},
    **dict.fromkeys((6080, 6081, 6082, 6083), Purpose.CONSOLE),
    **dict.fromkeys((80, 443), Purpose.WEB),
    **dict.fromkeys(OPENSTACK_PORTS, Purpose.OPENSTACK),
}
TOKEN_FIRST = frozenset({"ceilometer"})
"""APIs that answer 401 to whoever comes without a token, whatever is asked for."""
_COMMON = frozenset({5000, 5050, 8000, 8003, 8041, 8042, 8386, 8777, 8888, 8989, 9001, 9322, 9511, 9876})
"""Ports that anything may use: without a name they do not make a service OpenStack's (9876 is RocketMQ's)."""
_NAMES = (
    (re.compile(r"(?:^|[_\-.])db(?:$|[_\-.])|database"), Purpose.DATABASE),
    (re.compile(r"vnc|spice|serial.?(?:console|proxy)|console"), Purpose.CONSOLE),
    (
        re.compile(
            r"keystone|glance|nova|neutron|cinder|placement|heat|swift|octavia|barbican|designate|ironic|manila|"
            r"magnum|"
            r"ceilometer|gnocchi|aodh|trove|sahara|masakari|senlin|zun"
        ),
        Purpose.OPENSTACK,
    ),
    (re.compile(r"horizon|dashboard|http|web|www|nginx|apache"), Purpose.WEB),
)
"""What names say that name no protocol."""


def purpose(service: Service) -> Purpose:
    """The purpose of a service."""
    return service.purpose


def told(service: Service) -> Purpose:
    """The purpose of a service: by the port of its servers, then by name, then by the port clients use."""
    if not service.servers and service.front.stats:
        return Purpose.STATS
    ports = {server.port for server in service.servers if server.port}
    found = {_PORTS[port] for port in ports if port in _PORTS}
    name = f"{service.front.name} {service.back.name}".lower()
    named = _by_name(name)
    common = ports and ports <= _COMMON
    if len(found) == 1 and not (common and named is None):
        only = found.pop()
        unsure = only in (Purpose.WEB, Purpose.OPENSTACK) and named not in (None, only)
        return named if unsure and named else only
    if named:
        return named
    fronts = {bind.port for bind in service.binds if bind.port}
    by_front = {_PORTS[port] for port in fronts if port in _PORTS and port not in _COMMON}
    if ports and ports.isdisjoint(fronts):
        by_front.discard(Purpose.OPENSTACK)  # APIs are balanced on their own port; this is another service
    return by_front.pop() if len(by_front) == 1 else Purpose.OTHER


def _by_name(name: str) -> Purpose | None:
    """What a name says: by the protocol in it, else by its other words."""
    if not _SAYING.search(name):
        return None  # most names say nothing, and a file may have ten thousand
    by_protocol = (_FOR[one.name] for one in PROTOCOLS if one.name in _FOR and one.within(name))
    return next(by_protocol, None) or next((value for word, value in _NAMES if word.search(name)), None)


_SAYING = re.compile("|".join((*(one.words for one in PROTOCOLS), *(word.pattern for word, _ in _NAMES))))


def api_name(service: Service) -> str:
    """The OpenStack API a service is (``nova``), or the empty string."""
    name = f"{service.front.name} {service.back.name}".lower()
    for port in (*(bind.port for bind in service.binds), *(server.port for server in service.servers)):
        if port in OPENSTACK_PORTS and purpose(service) is Purpose.OPENSTACK:
            return OPENSTACK_PORTS[port]
    if purpose(service) is Purpose.CONSOLE:
        return ""
    return next((api for api in OPENSTACK_PORTS.values() if api in name), "")


READERS = re.compile(r"read|(?:^|[\W_])ro(?:$|[\W_])|slave|replica|reader")
"""Names of pools that only read: any host that answers will do."""


def is_mysql(service: Service) -> bool:
    """Whether a service is a MySQL kind of database: only there Galera's rules hold."""
    return purpose(service) is Purpose.DATABASE and _speaks(service, BY_NAME["MySQL"])


def is_postgres(service: Service) -> bool:
    """Whether a service is PostgreSQL: it has one primary, and standbys that refuse writes."""
    if purpose(service) is not Purpose.DATABASE or is_mysql(service):
        return False
    return _speaks(service, BY_NAME["PostgreSQL"])


def _speaks(service: Service, protocol: Protocol) -> bool:
    """Whether the name of a database or a port of it is this protocol's."""
    name = f"{service.front.name} {service.back.name}".lower()
    ports = {server.port for server in service.servers} | {bind.port for bind in service.binds}
    return protocol.within(name) or not protocol.ports.isdisjoint(ports)
