"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.mariadb.checks import account_checks, checks
from fournines.components.mariadb.deploy import accounts, steps
from fournines.components.mariadb.families import FAMILIES
from fournines.components.mariadb.faults import faults
from fournines.components.mariadb.model import (
    DATADIR,
    HOSTS,
    PORT,
    RESERVED,
    SERVER_MB,
    UNIT,
    VOLUME,
    WORKS,
    Options,
)
from fournines.components.mariadb.relies import RELIES
from fournines.kit.common.accounts import SESSION_SECONDS, probes_ledger
from fournines.kit.component import Component, Joins, Stage, always
from fournines.kit.declare import (
    DatabaseServer,
    Declaration,
    Endpoint,
    Memory,
    Resource,
    Volume,
)
from fournines.spec.model import Mode, Site, Visibility


def declares(site: Site, options: Options) -> Iterator[Declaration]:
    """Its volume with the unit on it, its place behind every host's balancer, and the probes' ledger.

    Like the database that runs everywhere it listens on the address of the host that it is on, and whoever
    uses it goes through the balancer of his own host, or of the VIP's holder: none of them has to know where
    it is, and nobody's connection hangs on an address whose host has lost its power.
    """
    names = HOSTS.names(site)
    yield Endpoint(
        "mariadb",
        PORT,
        hosts=names,
        health=None,
        http=False,
        tls=False,
        timeout_server=SESSION_SECONDS,
        visible=(Visibility.INTERNAL,),
        one_host=True,
        greets="MariaDB",
    )
    yield Volume(
        VOLUME,
        DATADIR,
        Resource(
            "mariadb",
            UNIT,
            asked=WORKS,
            patience=5,
            monitor=5,
            start=options.start_timeout,
            stop=options.stop_timeout + 30,
            grace=options.stop_timeout,
        ),
    )
    yield DatabaseServer("mariadb", options.max_connections, RESERVED, ("mariadb", "max_connections"))
    yield Memory("mariadb", names, rest=SERVER_MB, grows=options.buffer_pool_mb)
    yield from probes_ledger("mariadb", current="DO 0;", no_quorum="ERROR 2002")


COMPONENT = Component(
    name="mariadb",
    summary="MariaDB on one host at a time; its data is on a mirrored volume that moves with it",
    on=HOSTS,
    only_in=Mode.ACTIVE_PASSIVE,
    declares=declares,
    stages=(
        Stage(steps, checks, "service"),
        Stage(accounts, account_checks, "accounts", needs=("moving-data",)),
    ),
    faults=faults,
    options=Options,
    needs=always("names", "firewall", "balancer", "mirror"),
    provides=("database",),
    joins=Joins.CHOSEN,
    relies=RELIES,
    families=FAMILIES,
)
