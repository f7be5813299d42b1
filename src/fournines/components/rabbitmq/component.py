"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.rabbitmq.checks import account_checks, checks
from fournines.components.rabbitmq.deploy import accounts, steps
from fournines.components.rabbitmq.faults import faults
from fournines.components.rabbitmq.model import (
    BROKER_MB,
    BROKERS,
    DIST_PORT,
    EPMD_PORT,
    PORT,
    STREAM_PORTS,
    Options,
    leaders_ask,
    parse_leaders,
)
from fournines.components.rabbitmq.relies import RELIES
from fournines.kit.component import Component, Joins, Stage, always
from fournines.kit.declare import Brokers, Declaration, FirewallPort, Memory, MessageUser, Secret
from fournines.kit.probe import QueueLedger
from fournines.spec.model import Site


def declares(site: Site, options: Options) -> Iterator[Declaration]:
    """Its ports, the account of the OpenStack services, and the one under which probes keep their ledger.

    There is no endpoint: clients list all brokers.
    """
    names = BROKERS.names(site)
    network = site.cluster_network
    yield Brokers(names, PORT, options.heartbeat)
    yield Memory("rabbitmq", names, rest=BROKER_MB)
    yield FirewallPort("amqp", hosts=names, port=PORT, network=network)
    yield FirewallPort("epmd", hosts=names, port=EPMD_PORT, network=network)
    yield FirewallPort("erlang", hosts=names, port=DIST_PORT, network=network)
    first, last = STREAM_PORTS
    yield FirewallPort("streams", hosts=names, port=first, last=last, network=network)
    yield Secret("rabbitmq/cookie")
    yield Secret("rabbitmq/openstack")
    yield Secret("ledger/messaging")
    yield MessageUser("openstack", "rabbitmq/openstack")
    yield MessageUser("nines_ledger", "ledger/messaging", vhost="nines_ledger")
    yield QueueLedger("nines_ledger", leaders=leaders_ask, led_by=parse_leaders)


COMPONENT = Component(
    name="rabbitmq",
    summary="Messages between the services: three brokers, every queue replicated by Raft",
    on=BROKERS,
    declares=declares,
    stages=(Stage(steps, checks, "cluster"), Stage(accounts, account_checks, "accounts")),
    faults=faults,
    options=Options,
    needs=always("names", "firewall"),
    provides=("messaging",),
    relies=RELIES,
    joins=Joins.WANTED,
)
