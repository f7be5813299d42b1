"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.rabbitmq.checks import account_checks, checks
from fournines.components.rabbitmq.deploy import accounts, steps
from fournines.components.rabbitmq.families import FAMILIES
from fournines.components.rabbitmq.faults import faults
from fournines.components.rabbitmq.model import (
    BROKER_MB,
    BROKERS,
    DATA,
    DIST_PORT,
    EPMD_PORT,
    PORT,
    STREAM_PORTS,
    UNIT,
    VOLUME,
    WORKS,
    Options,
    leaders_ask,
    moving_leaders_ask,
    parse_leaders,
)
from fournines.components.rabbitmq.relies import RELIES
from fournines.kit.component import Component, Joins, Stage
from fournines.kit.declare import (
    Brokers,
    Declaration,
    FirewallPort,
    Majority,
    Memory,
    MessageUser,
    Resource,
    Secret,
    Volume,
)
from fournines.kit.probe import QueueLedger
from fournines.spec.model import Site

__all__ = ["COMPONENT"]


def declares(site: Site, options: Options) -> Iterator[Declaration]:
    """Its ports, the account of the OpenStack services, and the one under which probes keep their ledger.

    There is no endpoint: clients list all brokers.
    """
    names = options.brokers(site).names(site)
    moves = options.moves_in(site)
    yield Brokers(names, PORT, options.heartbeat)
    yield Memory("rabbitmq", names, rest=BROKER_MB)
    network = site.cluster_network
    yield FirewallPort("amqp", hosts=names, port=PORT, network=network)
    yield from _moving(options) if moves else _apart(names, network)
    yield Secret("rabbitmq/cookie")
    yield Secret("rabbitmq/openstack")
    yield Secret("ledger/messaging")
    yield MessageUser("openstack", "rabbitmq/openstack")
    yield MessageUser("nines_ledger", "ledger/messaging", vhost="nines_ledger")
    asked = moving_leaders_ask if moves else leaders_ask
    yield QueueLedger("nines_ledger", leaders=asked, led_by=parse_leaders)


def _apart(names: tuple[str, ...], network: str) -> Iterator[Declaration]:
    """What brokers on several hosts need to hear each other, and how many must."""
    yield Majority("rabbitmq")
    yield FirewallPort("epmd", hosts=names, port=EPMD_PORT, network=network)
    yield FirewallPort("erlang", hosts=names, port=DIST_PORT, network=network)
    first, last = STREAM_PORTS
    yield FirewallPort("streams", hosts=names, port=first, last=last, network=network)


def _moving(options: Options) -> Iterator[Declaration]:
    """The only broker, on its volume."""
    broker = Resource(
        "rabbitmq",
        UNIT,
        asked=WORKS,
        patience=8,
        monitor=10,
        start=options.start_timeout,
        stop=options.stop_timeout + 30,
        grace=options.stop_timeout,
    )
    yield Volume(VOLUME, DATA, broker)


def needs(site: Site, options: Options) -> Iterator[str]:
    """A broker that moves needs somebody who keeps copies of its data."""
    yield from ("names", "firewall")
    if options.moves_in(site):
        yield "mirror"


def needs_running(site: Site, options: Options) -> Iterator[str]:
    """And it runs once the cluster manager has started it."""
    if options.moves_in(site):
        yield "moving-data"


COMPONENT = Component(
    name="rabbitmq",
    summary="Messages between the services: three brokers, every queue replicated by Raft",
    on=BROKERS,
    declares=declares,
    stages=(
        Stage(steps, checks, "cluster", slow=True),
        Stage(accounts, account_checks, "accounts", needs=needs_running),
    ),
    faults=faults,
    options=Options,
    needs=needs,
    provides=("messaging",),
    relies=RELIES,
    families=FAMILIES,
    joins=Joins.WANTED,
)
