"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.heat.checks import checks, stack_checks
from fournines.components.heat.deploy import steps
from fournines.components.heat.families import FAMILIES
from fournines.components.heat.faults import faults
from fournines.components.heat.model import (
    API_MB,
    CACHE_KEY,
    CFN_ENTRY,
    CFN_PORT,
    CONF,
    DATABASE,
    DOMAIN_ADMIN,
    ENCRYPTION_KEY,
    ENGINE_MB,
    ENTRY,
    HOSTS,
    MESSAGES,
    PORT,
    UNITS,
    USER,
    USER_ROLE,
    Options,
)
from fournines.components.heat.relies import RELIES
from fournines.kit.common import uwsgi
from fournines.kit.common.clustered import api
from fournines.kit.common.pinged import HERE, pinged
from fournines.kit.component import Component, Joins, Stage, always, no_steps
from fournines.kit.declare import Declaration, Endpoint, Memory, Secret
from fournines.spec.model import Site


def declares(site: Site, options: Options) -> Iterator[Declaration]:
    """Its database, its account with the brokers, its users, two lines of the catalogue, two listeners.

    The APIs ask the engines by message: only engines are connected to the database.
    """
    names = HOSTS.names(site)
    apis = 2 * options.processes
    yield Memory("heat", names, rest=apis * API_MB + options.engines * ENGINE_MB)
    yield DATABASE
    yield DATABASE.clients(names, options.engines)
    for account in (DATABASE, USER, DOMAIN_ADMIN, MESSAGES):
        yield Secret(account.password)
    yield USER
    yield DOMAIN_ADMIN
    yield USER_ROLE
    yield MESSAGES
    yield ENTRY
    yield CFN_ENTRY
    yield Secret(CACHE_KEY)
    yield Secret(ENCRYPTION_KEY)
    moves = options.moves_in(site)
    for name, daemon, port in (("heat", "api", PORT), ("heat-cfn", "cfn", CFN_PORT)):
        endpoint = Endpoint(name, port, hosts=names, health=uwsgi.health("/healthcheck", port))
        yield from api(endpoint, UNITS[daemon], moves=moves)
    if moves:
        yield pinged("heat-engine", UNITS["engine"], CONF, f"engine.{HERE}")


COMPONENT = Component(
    name="heat",
    summary="Stacks of resources: two APIs and an engine on every controller, each goes on with any stack",
    on=HOSTS,
    declares=declares,
    stages=(
        Stage(steps, checks, "service", slow=True),
        Stage(no_steps, stack_checks, "stacks", needs=("vip", "identity")),
    ),
    faults=faults,
    options=Options,
    needs=always("names", "trust", "balancer", "database", "cache", "messaging"),
    provides=("orchestration",),
    joins=Joins.LISTED,
    relies=RELIES,
    families=FAMILIES,
)
