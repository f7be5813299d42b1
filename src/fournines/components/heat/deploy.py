"""Heat's steps."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.heat.model import (
    AT_ONCE,
    CACHE_KEY,
    CFN_PORT,
    CONF,
    DATABASE,
    DOMAIN_ADMIN,
    ENCRYPTION_KEY,
    HOSTS,
    MESSAGES,
    MIGRATIONS,
    PORT,
    UNITS,
    USER,
    USER_ROLE,
    Options,
)
from fournines.kit.common import uwsgi
from fournines.kit.common.clustered import service_unit
from fournines.kit.common.pinged import asking
from fournines.kit.context import Context
from fournines.kit.openstack import (
    CA_BUNDLE,
    IDENTITY_PORT,
    REGION,
    authtoken_section,
    credentials,
    database_section,
    internal_url,
    messaging_section,
    public_url,
    section,
    tables,
    transport_url,
)
from fournines.kit.step import Directory, File, Packages, Step, Unit, unit_file
from fournines.spec.model import Host

LOCKS = "/var/lib/heat/locks"
"""Not below /run: systemd takes a unit's folder there away with the first of several units that stops."""

_TRUSTEE = ("auth_type", "auth_url", "username", "password", "user_domain_name")
"""Heat acts for a user by a trust: whoever names a project as well is refused."""


def steps(context: Context, host: Host) -> Iterator[Step]:
    """Two APIs under uwsgi and the engine, with one file; the tables are made on the first host."""
    yield Packages(("heat-api", "heat-api-cfn", "heat-engine", "python3-pymysql", "python3-memcache"))
    yield Directory(LOCKS, mode=0o750, owner="heat", group="heat")
    yield File(CONF, configuration(context, host), mode=0o640, group="heat")
    yield from _api(context, host, "heat-api", PORT)
    yield from _api(context, host, "heat-api-cfn", CFN_PORT)
    unit = unit_file(UNITS["engine"])
    yield File(unit, context.render("heat", "heat-engine.service.j2", conf=CONF))
    if context.options("heat", Options).moves_in(context.site):
        yield asking()
    engine = Unit(UNITS["engine"], restart_on=(CONF, unit), rolling=True, packages=("python3-heat",))
    yield from service_unit(context, engine)
    if host == HOSTS.first(context.site):
        yield tables("heat", context, DATABASE, MIGRATIONS, ("heat-manage", "db_sync"))


def _api(context: Context, host: Host, name: str, port: int) -> Iterator[Step]:
    settings, unit = f"/etc/heat/{name}-uwsgi.ini", unit_file(f"{name}.service")
    ini = context.render(
        "heat",
        f"{name}-uwsgi.ini.j2",
        **uwsgi.listens(context.site, host, port),
        options=context.options("heat", Options),
    )
    yield File(settings, ini)
    yield uwsgi.responder()
    yield File(unit, context.render("heat", f"{name}.service.j2", uwsgi=settings))
    wanted = Unit(
        f"{name}.service",
        restart_on=(CONF, settings, unit, uwsgi.RESPONDER),
        rolling=True,
        packages=("python3-heat", "uwsgi-core"),
    )
    yield from service_unit(context, wanted)


def configuration(context: Context, host: Host) -> str:
    """``heat.conf`` of a host."""
    login = credentials(context, USER)
    return context.render(
        "heat",
        "heat.conf.j2",
        name=host.name,
        options=context.options("heat", Options),
        moves=context.options("heat", Options).moves_in(context.site),
        at_once=AT_ONCE,
        region=REGION,
        ca_bundle=CA_BUNDLE,
        keystone=internal_url(context.site, IDENTITY_PORT),
        metadata_url=public_url(context.site, CFN_PORT),
        domain_admin=DOMAIN_ADMIN,
        domain_admin_password=context.secret(DOMAIN_ADMIN.password),
        user_role=USER_ROLE.name,
        encryption_key=context.secret(ENCRYPTION_KEY),
        transport_url=transport_url(context, MESSAGES),
        database=database_section(context, DATABASE),
        authtoken=authtoken_section(context, USER, cache_key=CACHE_KEY),
        trustee=section("trustee", {key: login[key] for key in _TRUSTEE}),
        messaging=messaging_section(context),
        locks=LOCKS,
    )
