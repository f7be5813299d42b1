"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.keystone.checks import checks, identity_checks
from fournines.components.keystone.deploy import identity, steps
from fournines.components.keystone.families import FAMILIES
from fournines.components.keystone.faults import faults
from fournines.components.keystone.model import (
    CREDENTIAL,
    DATABASE,
    ENTRY,
    FERNET,
    HOSTS,
    PORT,
    PROCESS_MB,
    SERVICE,
    Options,
)
from fournines.components.keystone.relies import RELIES
from fournines.kit.common import uwsgi
from fournines.kit.common.clustered import api
from fournines.kit.component import Component, Joins, Stage, always
from fournines.kit.declare import Declaration, Endpoint, Memory, Secret, SecretKind
from fournines.kit.openstack import ADMIN_PASSWORD
from fournines.kit.probe import Identity
from fournines.spec.model import Site


def declares(site: Site, options: Options) -> Iterator[Declaration]:
    """Its database, its keys, the administrator's password, and its place behind the VIP.

    The health check asks for the program only, not for its database: a database that changes its writer
    would else take every API of every host down at once, and keep them down for ``rise`` checks longer.
    """
    names = HOSTS.names(site)
    yield Memory("keystone", names, rest=options.processes * PROCESS_MB)
    yield DATABASE
    yield DATABASE.clients(names, options.processes)
    yield Secret(DATABASE.password)
    yield Secret(
        ADMIN_PASSWORD, purpose="the cloud administrator's: user admin, project admin, domain Default"
    )
    yield Secret(FERNET, SecretKind.FERNET_KEYS)
    yield Secret(CREDENTIAL, SecretKind.FERNET_KEYS)
    endpoint = Endpoint("keystone", PORT, hosts=names, health=uwsgi.health("/healthcheck", PORT))
    yield from api(endpoint, SERVICE, moves=options.moves_in(site))
    yield ENTRY
    yield Identity("keystone")


COMPONENT = Component(
    name="keystone",
    summary="Identity on every controller: Fernet tokens valid everywhere, catalogue and service users",
    on=HOSTS,
    declares=declares,
    stages=(Stage(steps, checks, "service"), Stage(identity, identity_checks, "identity", needs=("vip",))),
    faults=faults,
    options=Options,
    needs=always("names", "trust", "balancer", "database", "cache"),
    provides=("identity",),
    joins=Joins.LISTED,
    relies=RELIES,
    families=FAMILIES,
)
