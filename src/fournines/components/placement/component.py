"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.placement.checks import answer_checks, checks
from fournines.components.placement.deploy import steps
from fournines.components.placement.families import FAMILIES
from fournines.components.placement.faults import faults
from fournines.components.placement.model import (
    CACHE_KEY,
    DATABASE,
    ENTRY,
    HOSTS,
    PORT,
    PROCESS_MB,
    SERVICE,
    USER,
    Options,
)
from fournines.components.placement.relies import RELIES
from fournines.kit.common import uwsgi
from fournines.kit.common.clustered import api
from fournines.kit.component import Component, Joins, Stage, always, no_steps
from fournines.kit.declare import Declaration, Endpoint, Memory, Secret
from fournines.spec.model import Site


def declares(site: Site, options: Options) -> Iterator[Declaration]:
    """Its database, its user and place in the catalogue, and its place behind the VIP.

    The list of versions stands in for a health page: it needs no token and no database, so a database that
    changes its writer takes no API down.
    """
    names = HOSTS.names(site)
    yield Memory("placement", names, rest=options.processes * PROCESS_MB)
    yield DATABASE
    yield DATABASE.clients(names, options.processes)
    yield Secret(DATABASE.password)
    yield USER
    yield Secret(USER.password)
    yield ENTRY
    yield Secret(CACHE_KEY)
    endpoint = Endpoint("placement", PORT, hosts=names, health=uwsgi.health("/", PORT))
    yield from api(endpoint, SERVICE, moves=options.moves_in(site))


COMPONENT = Component(
    name="placement",
    summary="Inventories and allocations of resources on every controller, asked by whoever places instances",
    on=HOSTS,
    declares=declares,
    stages=(
        Stage(steps, checks, "service", slow=True),
        Stage(no_steps, answer_checks, "answers", needs=("vip", "identity")),
    ),
    faults=faults,
    options=Options,
    needs=always("names", "trust", "balancer", "database", "cache"),
    provides=("placement",),
    joins=Joins.LISTED,
    relies=RELIES,
    families=FAMILIES,
)
