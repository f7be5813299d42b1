"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.gnocchi.checks import checks, measure_checks
from fournines.components.gnocchi.deploy import steps
from fournines.components.gnocchi.families import FAMILIES
from fournines.components.gnocchi.faults import faults
from fournines.components.gnocchi.model import (
    BESIDES_MB,
    CACHE_KEY,
    DATABASE,
    ENTRY,
    HOSTS,
    PORT,
    PROCESS_MB,
    STORE_USER,
    USER,
    WORKER_MB,
    Options,
)
from fournines.components.gnocchi.relies import RELIES
from fournines.kit.common import uwsgi
from fournines.kit.component import Component, Joins, Stage, always, no_steps
from fournines.kit.declare import Declaration, Endpoint, Memory, Secret
from fournines.spec.model import Site

_JANITOR = 1
"""Beside the API's processes and the workers, metricd's janitor is connected to the database."""


def declares(site: Site, options: Options) -> Iterator[Declaration]:
    """Its database, its users, its line of the catalogue, its listener."""
    names = HOSTS.names(site)
    held = options.processes * PROCESS_MB + options.workers * WORKER_MB + BESIDES_MB
    yield Memory("gnocchi", names, rest=held)
    yield DATABASE
    yield DATABASE.clients(names, options.processes + options.workers + _JANITOR)
    for account in (DATABASE, USER, STORE_USER):
        yield Secret(account.password)
    yield USER
    yield STORE_USER
    yield ENTRY
    yield Secret(CACHE_KEY)
    yield Endpoint("gnocchi", PORT, hosts=names, health=uwsgi.health("/healthcheck", PORT))


COMPONENT = Component(
    name="gnocchi",
    summary="Measures over time: an API and metricd on every controller, measures are objects",
    on=HOSTS,
    declares=declares,
    stages=(
        Stage(steps, checks, "service", slow=True),
        Stage(no_steps, measure_checks, "measures"),
    ),
    faults=faults,
    options=Options,
    # Sacks and archive policies are made before the first start: objects, which want a log-in.
    needs=always(
        "names", "trust", "balancer", "vip", "database", "cache", "coordination", "identity", "objects"
    ),
    provides=("metrics",),
    joins=Joins.LISTED,
    relies=RELIES,
    families=FAMILIES,
)
