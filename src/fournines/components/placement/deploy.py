"""Placement's steps."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.placement.model import (
    CACHE_KEY,
    DATABASE,
    HOSTS,
    MIGRATIONS,
    PORT,
    SERVICE,
    USER,
    Options,
)
from fournines.kit.common import uwsgi
from fournines.kit.common.clustered import service_unit
from fournines.kit.context import Context
from fournines.kit.openstack import authtoken_section, database_section, tables
from fournines.kit.step import Absent, File, Packages, Step, Unit, unit_file
from fournines.spec.model import Host

CONF = "/etc/placement/placement.conf"
UWSGI = "/etc/placement/placement-api-uwsgi.ini"
SCRIPT = "/etc/init.d/placement-api"
UNIT = unit_file("placement-api.service")


def steps(context: Context, host: Host) -> Iterator[Step]:
    """Placement as Debian packages it, under uwsgi; the tables are made on the first host.

    Every process fills the tables of traits and resource classes as it starts, so they are there before.
    """
    yield Packages(("placement-api", "python3-pymysql", "python3-memcache"))
    yield File(CONF, configuration(context), mode=0o640, group="placement")
    yield File(
        UWSGI,
        context.render(
            "placement",
            "placement-api-uwsgi.ini.j2",
            **uwsgi.listens(context.site, host, PORT),
            options=context.options("placement", Options),
        ),
    )
    yield uwsgi.responder()
    # Without links for its runlevels (the package makes none) systemctl cannot enable what has such a script.
    yield Absent(SCRIPT)
    yield File(UNIT, context.render("placement", "placement-api.service.j2", uwsgi=UWSGI))
    unit = Unit(
        SERVICE,
        restart_on=(CONF, UWSGI, UNIT, uwsgi.RESPONDER),
        rolling=True,
        packages=("python3-placement", "uwsgi-core"),
    )
    yield from service_unit(context, unit)
    if host == HOSTS.first(context.site):
        yield tables("placement", context, DATABASE, MIGRATIONS, ("placement-manage", "db", "sync"))


def configuration(context: Context) -> str:
    """``placement.conf``: the same on every host, to the byte."""
    return context.render(
        "placement",
        "placement.conf.j2",
        database=database_section(context, DATABASE),
        authtoken=authtoken_section(context, USER, cache_key=CACHE_KEY),
    )
