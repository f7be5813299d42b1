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
    STORE_USER,
    USER,
    Options,
)
from fournines.kit.common.clustered import service_unit
from fournines.kit.context import Context
from fournines.kit.openstack import (
    CA_BUNDLE,
    IDENTITY_PORT,
    REGION,
    authtoken_section,
    database_section,
    internal_url,
    one_address,
    own_url,
    public_url,
    section,
    tables,
)
from fournines.kit.step import Directory, File, Packages, Step, Unit, unit_file
from fournines.spec.model import Host

CONF = "/etc/glance/glance-api.conf"
PASTE = "/etc/glance/glance-api-paste.ini"
UNIT = unit_file("glance-api.service")


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
    options = context.options("glance", Options)
    return context.render(
        "glance",
        "glance-api.conf.j2",
        options=options,
        objects=_objects(context) if options.store == "objects" else "",
        address=context.site.address(host),
        port=PORT,
        public_endpoint=public_url(context.site, PORT) if one_address(context.site) else None,
        own_url=own_url(context.site, host, PORT),
        images=IMAGES,
        database=database_section(context, DATABASE),
        authtoken=authtoken_section(context, USER, cache_key=CACHE_KEY),
    )


def _objects(context: Context) -> str:
    """The store in which images are objects, found by the catalogue at the VIP for internal clients.

    The objects are all of one user's (``STORE_USER``), whoever uploads. An image of unknown size, or a large
    one, becomes several objects: of one object no more than 5 GiB are taken. A download that breaks off goes
    on from where it was.
    """
    return section(
        "objects",
        {
            "swift_store_auth_version": 3,
            "swift_store_auth_address": internal_url(context.site, IDENTITY_PORT, "/v3"),
            "swift_store_cacert": CA_BUNDLE,
            "swift_store_user": f"{STORE_USER.project}:{STORE_USER.name}",
            "swift_store_key": context.secret(STORE_USER.password),
            "swift_store_region": REGION,
            "swift_store_endpoint_type": "internalURL",
            "swift_store_container": "images",
            "swift_store_create_container_on_put": True,
            "swift_store_large_object_size": 1024,
            "swift_store_large_object_chunk_size": 256,
            "swift_store_retry_get_count": 3,
        },
    )
