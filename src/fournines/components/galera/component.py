"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.galera.checks import account_checks, checks
from fournines.components.galera.deploy import accounts, steps
from fournines.components.galera.families import FAMILIES
from fournines.components.galera.faults import faults
from fournines.components.galera.model import (
    ARBITER_MB,
    ARBITERS,
    DATA_HOSTS,
    GROUP_PORT,
    HOSTS,
    IST_PORT,
    PORT,
    RESERVED,
    RESPONDER_PORT,
    SERVER_MB,
    SST_PORT,
    Options,
)
from fournines.components.galera.relies import RELIES
from fournines.kit.common.accounts import SESSION_SECONDS, probes_ledger
from fournines.kit.component import Component, Stage, always
from fournines.kit.declare import (
    DatabaseServer,
    Declaration,
    Endpoint,
    FirewallPort,
    HealthCheck,
    Majority,
    Memory,
)
from fournines.kit.probe import Membership
from fournines.spec.model import Site, Visibility

CURRENT = "SET SESSION wsrep_sync_wait=1;"
"""Galera's causality check: a read then waits until the server has applied what the cluster committed."""
NOT_PREPARED = "ERROR 1047"
"""ER_UNKNOWN_COM_ERROR, "WSREP has not yet prepared node for application use": a member without quorum."""


def declares(site: Site, options: Options) -> Iterator[Declaration]:
    """One writer at a time behind the VIP, its ports, and the database in which probes keep their ledger.

    With two writers certification would fail transactions that one host's locks would have queued (SELECT ...
    FOR UPDATE is not replicated), so the balancer sends all to one host. The others are as current as it is.
    """
    data = DATA_HOSTS.names(site)
    members = HOSTS.names(site)
    yield Endpoint(
        "galera",
        PORT,
        hosts=data,
        health=HealthCheck("/", port=RESPONDER_PORT),
        http=False,
        tls=False,
        single_writer=True,
        timeout_server=SESSION_SECONDS,
        visible=(Visibility.INTERNAL,),
    )
    yield DatabaseServer("galera", options.max_connections, RESERVED, ("galera", "max_connections"))
    yield Majority("galera")
    yield Memory("galera", data, rest=SERVER_MB, grows=options.buffer_pool_mb)
    yield Memory("galera", ARBITERS.names(site), rest=ARBITER_MB)
    network = site.cluster_network
    yield FirewallPort("galera-ist", hosts=data, port=IST_PORT, network=network)
    yield FirewallPort("galera-sst", hosts=data, port=SST_PORT, network=network)
    yield FirewallPort("galera", hosts=members, port=GROUP_PORT, network=network)
    yield FirewallPort("galera-udp", hosts=members, protocol="udp", port=GROUP_PORT, network=network)
    yield from probes_ledger("galera", current=CURRENT, no_quorum=NOT_PREPARED)
    yield Membership(
        "galera",
        hosts=members,
        units=("mariadb.service", "garb.service"),
        patience=options.suspect_timeout,
        lost="suspecting node: ",
        whole=r"view\(view_id\(PRIM,",
    )


COMPONENT = Component(
    name="galera",
    summary="MariaDB with synchronous copies, one writer at a time; starts by itself after power loss",
    on=HOSTS,
    declares=declares,
    stages=(Stage(steps, checks, "cluster"), Stage(accounts, account_checks, "accounts")),
    faults=faults,
    options=Options,
    needs=always("names", "firewall"),
    provides=("database",),
    relies=RELIES,
    families=FAMILIES,
)
