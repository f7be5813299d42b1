"""Glance's steps."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.glance.model import (
    CACHE_KEY,
    DATABASE,
    HOSTS,
    IMAGES,
    MIGRATIONS,
    PORT,
    SERVICE,
    USER,
    Options,
)
from fournines.kit.common.clustered import service_unit
from fournines.kit.context import Context
from fournines.kit.openstack import (
    authtoken_section,
    database_section,
    one_address,
    own_url,
    public_url,
    tables,
)
from fournines.kit.step import Directory, File, Packages, Step, Unit
from fournines.spec.model import Host

CONF = "/etc/glance/glance-api.conf"
PASTE = "/etc/glance/glance-api-paste.ini"
UNIT = "/etc/systemd/system/glance-api.service"


def steps(context: Context, host: Host) -> Iterator[Step]:
    """Glance with its own server, on the host's own address; the tables are made on the first host."""
    yield Packages(("glance-api", "python3-pymysql", "python3-memcache"))
    for path in (IMAGES, "/var/lib/glance/staging", "/var/lib/glance/tasks"):
        yield Directory(path, mode=0o750, owner="glance", group="glance")
    yield File(CONF, configuration(context, host), mode=0o640, group="glance")
    yield File(PASTE, context.render("glance", "glance-api-paste.ini.j2"), mode=0o640, group="glance")
    yield File(UNIT, context.render("glance", "glance-api.service.j2", conf=CONF))
    unit = Unit(SERVICE, restart_on=(CONF, PASTE, UNIT), rolling=True, packages=("glance-api",))
    yield from service_unit(context, unit)
    if host == HOSTS.first(context.site):
        sync = ("glance-manage", "--config-file", CONF, "db_sync")
        yield tables("glance", context, DATABASE, MIGRATIONS, sync)


def configuration(context: Context, host: Host) -> str:
    """``glance-api.conf`` of a host."""
    return context.render(
        "glance",
        "glance-api.conf.j2",
        options=context.options("glance", Options),
        address=context.site.address(host),
        port=PORT,
        public_endpoint=public_url(context.site, PORT) if one_address(context.site) else None,
        own_url=own_url(context.site, host, PORT),
        images=IMAGES,
        database=database_section(context, DATABASE),
        authtoken=authtoken_section(context, USER, cache_key=CACHE_KEY),
    )
