"""Aodh's steps."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.aodh.model import (
    CACHE_KEY,
    DAEMONS,
    DATABASE,
    HOSTS,
    MESSAGES,
    MIGRATIONS,
    PORT,
    UNITS,
    USER,
    Options,
)
from fournines.kit.common import uwsgi
from fournines.kit.common.own_unit import own_unit
from fournines.kit.context import Context
from fournines.kit.openstack import (
    authtoken_section,
    coordination_section,
    credentials,
    database_section,
    messaging_section,
    section,
    tables,
    transport_url,
)
from fournines.kit.step import Absent, File, Packages, Step
from fournines.spec.model import Host

CONF = "/etc/aodh/aodh.conf"
PASTE = "/etc/aodh/api-paste.ini"
UWSGI = "/etc/aodh/aodh-api-uwsgi.ini"


def steps(context: Context, host: Host) -> Iterator[Step]:
    """The API under uwsgi and three daemons with one file; the tables are made on the first host."""
    options = context.options("aodh", Options)
    yield Packages((*(f"aodh-{name}" for name in UNITS), "python3-pymysql", "python3-memcache"))
    yield File(CONF, configuration(context), mode=0o640, group="aodh")
    where = uwsgi.listens(context.site, host, PORT)
    yield File(UWSGI, context.render("aodh", "aodh-api-uwsgi.ini.j2", **where, options=options))
    yield uwsgi.responder()
    api = context.render("aodh", "aodh-api.service.j2", uwsgi=UWSGI)
    yield from _unit("api", api, UWSGI, uwsgi.RESPONDER, programs=("python3-aodh", "uwsgi-core"))
    for name in DAEMONS:
        text = context.render("aodh", "aodh-daemon.service.j2", conf=CONF, daemon=name)
        yield from _unit(name, text, programs=("python3-aodh",))
    if host == HOSTS.first(context.site):
        sync = ("aodh-dbsync", "--config-file", CONF)
        yield tables("aodh", context, DATABASE, MIGRATIONS, sync)


def _unit(daemon: str, text: str, *files: str, programs: tuple[str, ...]) -> Iterator[Step]:
    """One daemon.

    Its script goes: without links for its runlevels (the package makes none) systemctl cannot enable what has
    such a script.
    """
    unit = UNITS[daemon]
    yield Absent(f"/etc/init.d/{unit.removesuffix('.service')}")
    yield from own_unit(unit, text, CONF, *files, packages=programs)


def configuration(context: Context) -> str:
    """``aodh.conf``: the same on every host, to the byte."""
    login = {**credentials(context, USER), "interface": "internalURL"}
    return context.render(
        "aodh",
        "aodh.conf.j2",
        options=context.options("aodh", Options),
        paste=PASTE,
        transport_url=transport_url(context, MESSAGES),
        database=database_section(context, DATABASE),
        authtoken=authtoken_section(context, USER, cache_key=CACHE_KEY),
        credentials=section("service_credentials", login),
        coordination=coordination_section(context),
        messaging=messaging_section(context),
    )
