"""Keystone's steps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from fournines.components.keystone.model import (
    CONF,
    DATABASE,
    FERNET,
    HOSTS,
    MIGRATIONS,
    PORT,
    REPOSITORIES,
    SERVICE,
    UWSGI,
    Options,
)
from fournines.components.keystone.on_host import manage, register
from fournines.kit import program
from fournines.kit.common import uwsgi
from fournines.kit.common.clustered import service_unit
from fournines.kit.context import Context
from fournines.kit.declare import CatalogueEntry, ServiceRole, ServiceUser
from fournines.kit.openstack import (
    ADMIN_PASSWORD,
    CACHE_SECONDS,
    REGION,
    cache_section,
    catalogue_urls,
    database_section,
    internal_url,
    one_address,
    own_url,
    public_url,
    tables,
)
from fournines.kit.step import Absent, Command, Directory, File, Packages, Step, Unit, unit_file
from fournines.spec.model import Host

UNIT = unit_file("keystone.service")
APPLICATION = program.installed("keystone", "application")

_CACHED_LONGER = ("domain_config", "identity", "receipt", "revoke")
"""Keystone's cache regions with a ``cache_time`` of their own by default (300 to 3600 s, keystone/conf)."""


def steps(context: Context, host: Host) -> Iterator[Step]:
    """Keystone as Debian packages it, under uwsgi; the tables are made on the first host.

    With them the administrator: it is the same program, and loading it takes longer than that.
    """
    yield Packages(("keystone", "python3-pymysql", "python3-memcache"))
    yield from _configuration(context, host)
    yield from key_files(context)
    unit = Unit(
        SERVICE,
        restart_on=(CONF, UWSGI, UNIT, APPLICATION, uwsgi.RESPONDER),
        rolling=True,
        packages=("python3-keystone", "uwsgi-core"),
    )
    yield from service_unit(context, unit)
    if host == HOSTS.first(context.site):
        sync = program.argv(manage, "db_sync", "bootstrap")
        password = f"{context.secret(ADMIN_PASSWORD)}\n"
        yield tables("keystone", context, DATABASE, MIGRATIONS, sync, stdin=password)


def configuration(context: Context) -> str:
    """``keystone.conf``: the same on every host, to the byte."""
    return context.render(
        "keystone",
        "keystone.conf.j2",
        options=context.options("keystone", Options),
        public_endpoint=public_url(context.site, PORT) if one_address(context.site) else None,
        database=database_section(context, DATABASE),
        cache=cache_section(context),
        cached_longer=_CACHED_LONGER,
        cache_seconds=CACHE_SECONDS,
        active_keys=max(3, len(json.loads(context.secret(FERNET)))),
    )


def _configuration(context: Context, host: Host) -> Iterator[Step]:
    yield File(CONF, configuration(context), mode=0o640, group="keystone")
    yield File(
        UWSGI,
        context.render(
            "keystone",
            "keystone-uwsgi.ini.j2",
            **uwsgi.listens(context.site, host, PORT),
            application=APPLICATION,
            options=context.options("keystone", Options),
        ),
    )
    yield program.install("keystone", "application")
    yield uwsgi.responder()
    yield File(UNIT, context.render("keystone", "keystone.service.j2", uwsgi=UWSGI))


def key_files(context: Context) -> Iterator[Step]:
    """The key repositories; Keystone reads them at every use, so a rotation needs no restart.

    Numbers below the highest that are no longer in the set were rotated out.
    """
    for directory, secret in REPOSITORIES.items():
        keys: dict[str, str] = json.loads(context.secret(secret))
        yield Directory(directory, mode=0o700, owner="keystone", group="keystone")
        for name, key in sorted(keys.items(), key=lambda pair: int(pair[0])):
            yield File(f"{directory}/{name}", key, 0o600, "keystone", "keystone", secret=True)
        for number in range(max(map(int, keys))):
            if str(number) not in keys:
                yield Absent(f"{directory}/{number}")


def identity(context: Context, host: Host) -> Iterator[Step]:
    """The administrator, service users and the catalogue, made once, through the running API.

    One step, because each log-in costs Keystone a third of a second of hashing, at every deployment.
    """
    if host != HOSTS.first(context.site):
        return
    wanted = wanted_identity(context, host)
    yield Command(
        "keystone: the declared services stand in the catalogue, with their users",
        program.argv(register, "apply"),
        unless=program.argv(register, "look"),
        stdin=wanted,
        unless_stdin=wanted,
        user="keystone",
        shows=True,
    )


def catalogue(context: Context) -> dict[str, dict[str, str]]:
    """Service type -> interface -> URL of everything that must stand in the catalogue."""
    return {entry.type: catalogue_urls(context, entry) for entry in context.declared(CatalogueEntry)}


def _url(context: Context, host: Host) -> str:
    """Where a host finds Keystone: on itself, or through the VIP where another may run it."""
    site, moves = context.site, context.endpoint("keystone").one_host
    return internal_url(site, PORT) if moves else own_url(site, host, PORT)


def wanted_identity(context: Context, host: Host) -> str:
    """What ``on_host.register`` is fed: the state that Keystone must have, and the way to it."""
    return program.fed(
        {
            "url": _url(context, host),
            "password": context.secret(ADMIN_PASSWORD),
            "region": REGION,
            "roles": [role.name for role in context.declared(ServiceRole)],
            "users": [
                asdict(user) | {"password": context.secret(user.password)}
                for user in context.declared(ServiceUser)
            ],
            "entries": [
                {
                    "name": entry.name,
                    "type": entry.type,
                    "description": entry.description,
                    "urls": catalogue_urls(context, entry),
                }
                for entry in context.declared(CatalogueEntry)
            ],
        }
    )
