"""Cinder's steps."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.cinder.model import (
    BACKEND,
    CACHE_KEY,
    CONF,
    DATABASE,
    HOSTS,
    MESSAGES,
    MIGRATIONS,
    PORT,
    UNITS,
    USER,
    Options,
    service_host,
    shares_locks,
)
from fournines.kit.common import uwsgi
from fournines.kit.common.clustered import service_unit
from fournines.kit.common.own_unit import own_unit
from fournines.kit.common.pinged import asking
from fournines.kit.context import Context
from fournines.kit.openstack import (
    CA_BUNDLE,
    authtoken_section,
    coordination_section,
    credentials,
    database_section,
    messaging_section,
    one_address,
    public_url,
    section,
    tables,
    transport_url,
)
from fournines.kit.step import Directory, File, Packages, Step
from fournines.spec.model import Host

UWSGI = "/etc/cinder/cinder-api-uwsgi.ini"
LOCKS = "/var/lib/cinder/locks"
"""Not below /run: systemd takes a unit's folder there away with the first of several units that stops."""


def steps(context: Context, host: Host) -> Iterator[Step]:
    """The API under uwsgi, scheduler and volume service; the tables are made on the first host."""
    options = context.options("cinder", Options)
    # Of tgt and open-iscsi, of which the package wants one, the one that serves nobody.
    needed = ("open-iscsi", "python3-pymysql", "python3-memcache")
    yield Packages(("cinder-api", "cinder-scheduler", "cinder-volume", *needed, *options.packages))
    yield Directory(LOCKS, mode=0o750, owner="cinder", group="cinder")
    yield File(CONF, configuration(context, host), mode=0o640, group="cinder")
    where = uwsgi.listens(context.site, host, PORT)
    yield File(UWSGI, context.render("cinder", "cinder-api-uwsgi.ini.j2", **where, options=options))
    yield uwsgi.responder()
    yield from _unit(context, "api", UWSGI, uwsgi.RESPONDER, programs=("python3-cinder", "uwsgi-core"))
    if options.moves_in(context.site):
        yield asking()
    for daemon in ("scheduler", "volume"):
        yield from _unit(context, daemon, programs=("python3-cinder", *options.packages))
    if host == HOSTS.first(context.site):
        yield tables("cinder", context, DATABASE, MIGRATIONS, ("cinder-manage", "db", "sync"))


def _unit(context: Context, daemon: str, *files: str, programs: tuple[str, ...]) -> Iterator[Step]:
    unit = UNITS[daemon]
    text = context.render("cinder", f"{unit}.j2", conf=CONF, uwsgi=UWSGI)
    file, wanted = own_unit(unit, text, CONF, *files, packages=programs)
    yield file
    yield from service_unit(context, wanted)


def configuration(context: Context, host: Host) -> str:
    """``cinder.conf`` of a host."""
    site, options = context.site, context.options("cinder", Options)
    backend = {"volume_driver": options.driver, "volume_backend_name": BACKEND, **options.settings}
    return context.render(
        "cinder",
        "cinder.conf.j2",
        name=service_host(site, options, host),
        moves=options.moves_in(site),
        address=site.address(host),
        options=options,
        ca_bundle=CA_BUNDLE,
        public_endpoint=public_url(site, PORT) if one_address(site) else None,
        backend_name=BACKEND,
        backend=section(BACKEND, backend),
        transport_url=transport_url(context, MESSAGES),
        database=database_section(context, DATABASE),
        authtoken=authtoken_section(context, USER, cache_key=CACHE_KEY),
        service_user=section("service_user", {"send_service_user_token": True, **credentials(context, USER)}),
        coordination=coordination_section(context) if shares_locks(site, options) else None,
        messaging=messaging_section(context),
        locks=LOCKS,
    )
