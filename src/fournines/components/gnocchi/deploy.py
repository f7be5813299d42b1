"""Gnocchi's steps."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.gnocchi.model import (
    CACHE_KEY,
    DATABASE,
    HOSTS,
    MIGRATIONS,
    PORT,
    STORE_USER,
    UNITS,
    USER,
    Options,
)
from fournines.components.gnocchi.on_host import prepared
from fournines.kit import program
from fournines.kit.common import groups, uwsgi
from fournines.kit.common.own_unit import own_unit
from fournines.kit.context import Context
from fournines.kit.declare import Coordination
from fournines.kit.openstack import (
    CA_BUNDLE,
    IDENTITY_PORT,
    REGION,
    authtoken_section,
    database_section,
    database_url,
    internal_url,
    section,
    tables,
)
from fournines.kit.step import Command, File, Packages, Step
from fournines.spec.model import Host

CONF = "/etc/gnocchi/gnocchi.conf"
PASTE = "/etc/gnocchi/api-paste.ini"
UWSGI = "/etc/gnocchi/gnocchi-api-uwsgi.ini"
METRICD_LOG = "/var/log/gnocchi/gnocchi-metricd.log"


def steps(context: Context, host: Host) -> Iterator[Step]:
    """The API under uwsgi and metricd; tables, sacks and archive policies are made on the first host."""
    options = context.options("gnocchi", Options)
    yield Packages(("gnocchi-api", "gnocchi-metricd", "python3-pymysql", "python3-memcache"))
    yield File(CONF, configuration(context), mode=0o640, group="gnocchi")
    where = uwsgi.listens(context.site, host, PORT)
    yield File(UWSGI, context.render("gnocchi", "gnocchi-api-uwsgi.ini.j2", **where, options=options))
    yield uwsgi.responder()
    yield from _unit(context, "api", UWSGI, uwsgi.RESPONDER, programs=("python3-gnocchi", "uwsgi-core"))
    yield groups.member()
    yield from _unit(context, "metricd", groups.MEMBER, programs=("python3-gnocchi", "python3-tooz"))
    if host == HOSTS.first(context.site):
        upgrade = ("gnocchi-upgrade", "--config-file", CONF)
        nothing_else = ("--skip-storage", "--skip-incoming", "--skip-archive-policies-creation")
        yield tables("gnocchi", context, DATABASE, MIGRATIONS, (*upgrade, *nothing_else))
        yield Command(
            "gnocchi: new measures have sacks to wait in, and there are archive policies",
            # Its own number of sacks is 32768: as many containers, and every worker lists them.
            (*upgrade, "--sacks-number", str(options.sacks)),
            unless=program.argv(prepared, CONF),
            user="gnocchi",
            timeout=600,
        )


def _unit(context: Context, daemon: str, *files: str, programs: tuple[str, ...]) -> Iterator[Step]:
    unit = UNITS[daemon]
    text = context.render(
        "gnocchi", f"{unit}.j2", conf=CONF, uwsgi=UWSGI, log=METRICD_LOG, member=groups.MEMBER
    )
    yield from own_unit(unit, text, CONF, *files, packages=programs)


def configuration(context: Context) -> str:
    """``gnocchi.conf``: the same on every host, to the byte."""
    return context.render(
        "gnocchi",
        "gnocchi.conf.j2",
        options=context.options("gnocchi", Options),
        coordination=context.one(Coordination).url,
        paste=PASTE,
        indexer=database_url(context, DATABASE),
        database=database_section(context, DATABASE),
        authtoken=authtoken_section(context, USER, cache_key=CACHE_KEY),
        storage=_objects(context),
    )


def _objects(context: Context) -> str:
    """The store, found by the catalogue at the VIP for internal clients.

    Its client tries once: a worker comes again in the next round, a client of the API is told. The timeout is
    above what a proxy waits for a server that hangs.
    """
    return section(
        "storage",
        {
            "driver": "swift",
            "swift_auth_version": 3,
            "swift_authurl": internal_url(context.site, IDENTITY_PORT, "/v3"),
            "swift_cacert": CA_BUNDLE,
            "swift_user": STORE_USER.name,
            "swift_key": context.secret(STORE_USER.password),
            "swift_project_name": STORE_USER.project,
            "swift_region": REGION,
            "swift_endpoint_type": "internalURL",
            "swift_timeout": 20,
        },
    )
