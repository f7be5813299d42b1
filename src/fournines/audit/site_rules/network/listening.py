"""Which service listens where, as far as the files of a site say it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fournines.components.apache.audit.facts import Listen, WsgiApp
from fournines.components.galera.audit.facts import DatabaseConf
from fournines.components.oslo.audit.facts import OsloConf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.oslo.audit.facts import Option
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_EVERYWHERE = frozenset({"*", "0.0.0.0", "::", ""})  # noqa: S104 - compared, not bound


@dataclass(frozen=True)
class Socket:
    """A port a service listens on. ``api`` is its name in ``OPENSTACK_PORTS``, or ``mysql``, or empty.

    ``address`` is None where nothing says it. ``said`` is False when the port is the default of a service
    whose file does not mention it, ``excerpt`` when that file was shown in part.
    """

    at: Place
    api: str
    program: str
    address: str | None
    port: int
    said: bool = True
    excerpt: bool = False

    @property
    def everywhere(self) -> bool:
        """Whether it is known to listen on every address."""
        return self.address is not None and self.address in _EVERYWHERE


@dataclass(frozen=True)
class _Server:
    """How one eventlet server of OpenStack is told its address; ``own`` if the file is that server's only."""

    program: str
    api: str
    section: str
    address: tuple[str, ...]
    port: tuple[str, ...]
    default: int
    own: bool = False


_SERVERS = (
    _Server("glance-api", "glance", "DEFAULT", ("bind_host",), ("bind_port",), 9292, own=True),
    _Server("glance-registry", "glance-registry", "DEFAULT", ("bind_host",), ("bind_port",), 9191, own=True),
    _Server("keystone", "keystone", "DEFAULT", ("public_bind_host", "bind_host"), ("public_port",), 5000),
    _Server("keystone", "keystone-admin", "DEFAULT", ("admin_bind_host",), ("admin_port",), 35357),
    _Server("nova", "nova", "DEFAULT", ("osapi_compute_listen",), ("osapi_compute_listen_port",), 8774),
    _Server("nova", "nova-metadata", "DEFAULT", ("metadata_listen",), ("metadata_listen_port",), 8775),
    _Server("neutron", "neutron", "DEFAULT", ("bind_host",), ("bind_port",), 9696),
    _Server("cinder", "cinder", "DEFAULT", ("osapi_volume_listen",), ("osapi_volume_listen_port",), 8776),
    _Server("heat", "heat", "heat_api", ("bind_host",), ("bind_port",), 8004),
    _Server("heat", "heat-cfn", "heat_api_cfn", ("bind_host",), ("bind_port",), 8000),
    _Server("barbican", "barbican", "DEFAULT", ("bind_host",), ("bind_port",), 9311, own=True),
)
"""Options of the services' configuration references; keystone's are those of its eventlet server."""

_SCRIPTS = (
    ("keystone-admin", re.compile(r"keystone(?:(?!keystone).)*admin")),
    ("keystone", re.compile(r"keystone")),
    ("placement", re.compile(r"placement")),
    ("nova-metadata", re.compile(r"nova(?:(?!nova).)*metadata")),
    ("nova", re.compile(r"nova")),
    ("cinder", re.compile(r"cinder")),
    ("glance", re.compile(r"glance")),
    ("neutron", re.compile(r"neutron")),
)


def sockets(site: Evidence) -> tuple[Socket, ...]:
    """Every port that a file of the site gives to a service."""
    return site.derived(_sockets)


def _sockets(site: Evidence) -> tuple[Socket, ...]:
    return (*_of_services(site), *_of_apache(site), *_of_databases(site))


def _of_services(site: Evidence) -> Iterator[Socket]:
    for conf in site.all(OsloConf):
        for server in _SERVERS:
            if conf.program != server.program:
                continue
            address = _clean(conf.get(server.section, *server.address))
            port = _clean(conf.get(server.section, *server.port))
            number = port.number if port else None
            said = port or address
            if said or server.own:
                yield Socket(
                    at=said.at if said else conf.at,
                    api=server.api,
                    program=server.program,
                    address=address.value.strip().lower() if address else None,
                    port=number or server.default,
                    said=number is not None,
                    excerpt=conf.excerpt,
                )


def _clean(option: Option | None) -> Option | None:
    return None if option is None or option.placeholder else option


def _of_apache(site: Evidence) -> Iterator[Socket]:
    apps = site.all(WsgiApp)
    for listen in site.all(Listen):
        on = [app for app in apps if app.port == listen.port and app.at.host == listen.at.host]
        apis = [api for app in on if (api := _api_of(app.script))] or [""]
        for api in dict.fromkeys(apis):
            yield Socket(listen.at, api, "Apache", listen.address, listen.port)
    listened = {(listen.at.host, listen.port) for listen in site.all(Listen)}
    for app in apps:
        if (app.at.host, app.port) not in listened and _api_of(app.script):
            yield Socket(app.at, _api_of(app.script), "Apache", None, app.port)


def _api_of(script: str) -> str:
    return next((api for api, pattern in _SCRIPTS if pattern.search(script.lower())), "")


def _of_databases(site: Evidence) -> Iterator[Socket]:
    for conf in site.all(DatabaseConf):
        port, address = conf.get("port"), conf.get("bind_address")
        said = port if port and port.number else None
        if (said or address) and not _elsewhere(address.value if address else ""):
            place = address.at if address else (said.at if said else conf.at)
            number = said.number if said else None
            yield Socket(
                at=place,
                api="mysql",
                program="mysqld",
                address=address.value.strip().lower() if address else None,
                port=number or 3306,
                said=number is not None,
                excerpt=conf.excerpt,
            )


def _elsewhere(value: str) -> bool:
    return any(mark in value for mark in ("{", "<", "$", ","))
