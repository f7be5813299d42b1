"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.swift.checks import checks, object_checks
from fournines.components.swift.deploy import LOG, PROXY_PROGRAM, STORE_PROGRAMS, steps
from fournines.components.swift.families import FAMILIES
from fournines.components.swift.faults import faults
from fournines.components.swift.model import (
    ACCOUNTS,
    CACHE_KEY,
    ENTRY,
    HASH_PREFIX,
    HASH_SUFFIX,
    HOSTS,
    PORT,
    PROXIES,
    PROXY_MB,
    RSYNC_PORT,
    SERVERS,
    STORE_MB,
    USER,
    Options,
    keepers,
)
from fournines.components.swift.relies import RELIES
from fournines.kit.component import Component, Joins, Stage, always, no_steps
from fournines.kit.declare import Declaration, Endpoint, FirewallPort, HealthCheck, LogFile, Memory, Secret
from fournines.kit.probe import ObjectLedger
from fournines.kit.where import on
from fournines.spec.document import Problem
from fournines.spec.model import Role, Site

_LONG_TRANSFER = 300.0
"""Seconds without a byte before a transfer counts as dead: a large object is flushed to a slow disk."""


def declares(site: Site, options: Options) -> Iterator[Declaration]:
    """Its user and place in the catalogue, its proxies behind the VIP, the ports of who keeps objects."""
    proxies = PROXIES.names(site)
    keeping = tuple(host.name for host in keepers(site, options))
    yield from _memory(proxies, keeping, options)
    yield USER
    yield Secret(USER.password)
    yield ENTRY
    yield Secret(CACHE_KEY)
    yield Secret(HASH_PREFIX)
    yield Secret(HASH_SUFFIX)
    yield Endpoint(
        "swift", PORT, hosts=proxies, health=HealthCheck("/healthcheck"), timeout_server=_LONG_TRANSFER
    )
    yield ObjectLedger("swift", ACCOUNTS)
    for what in (PROXY_PROGRAM, *STORE_PROGRAMS):
        yield LogFile(what.tag, LOG, hosts=tuple(dict.fromkeys((*proxies, *keeping))))
    for name, port in (*SERVERS.items(), ("rsync", RSYNC_PORT)):
        yield FirewallPort(f"swift-{name}", hosts=keeping, port=port, network=site.cluster_network)


def _memory(proxies: tuple[str, ...], keeping: tuple[str, ...], options: Options) -> Iterator[Declaration]:
    """One share for each host, whatever it does of the two."""
    proxy = options.proxy_workers * PROXY_MB
    both = tuple(name for name in proxies if name in keeping)
    for hosts, share in (
        (both, proxy + STORE_MB),
        (tuple(name for name in proxies if name not in keeping), proxy),
        (tuple(name for name in keeping if name not in proxies), STORE_MB),
    ):
        if hosts:
            yield Memory("swift", hosts, rest=share)


def judge(site: Site, options: Options) -> Iterator[Problem]:
    """Some hosts keep objects, and those that are there for it do."""
    idle = site.with_role(Role.STORAGE) if Role.STORAGE not in options.roles else ()
    if idle:
        yield Problem(
            ("components", "swift", "roles"),
            f"{idle[0].name} has the role {Role.STORAGE} and would keep no objects",
            f"add {Role.STORAGE} here, or take the role from the hosts that have it",
        )
        return
    found = on(*options.roles)(site)
    if len(found) == 1:
        yield Problem(
            ("components", "swift", "roles"),
            f"{found[0].name} alone would keep objects: they are lost with it",
            "give one or more hosts one of these roles, or leave it out: then controllers keep objects too",
        )
    if not found:
        yield Problem(
            ("components", "swift", "roles"),
            f"no host would keep objects: none has the role {' or '.join(options.roles)}",
            "give hosts one of these roles, or leave it out: then controllers keep objects too",
        )


COMPONENT = Component(
    name="swift",
    summary="Objects in three copies on three hosts; any proxy behind the VIP reaches any of them",
    on=HOSTS,
    declares=declares,
    stages=(
        Stage(steps, checks, "service"),
        Stage(no_steps, object_checks, "objects", needs=("vip", "identity")),
    ),
    faults=faults,
    options=Options,
    # Of two versions of an object the later counts, by the clocks of the proxies.
    needs=always("names", "trust", "time", "balancer", "cache"),
    provides=("objects",),
    joins=Joins.LISTED,
    relies=RELIES,
    families=FAMILIES,
    judge=judge,
)
