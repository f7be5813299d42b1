"""What it is, where it runs, what it needs and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.ceilometer.checks import checks, polling_checks
from fournines.components.ceilometer.deploy import steps
from fournines.components.ceilometer.families import FAMILIES
from fournines.components.ceilometer.faults import faults
from fournines.components.ceilometer.model import (
    CENTRAL_MB,
    HOSTS,
    MESSAGES,
    NOTIFICATION_MB,
    SIGNATURE,
    USER,
    Options,
)
from fournines.components.ceilometer.relies import RELIES
from fournines.kit.component import Component, Joins, Stage, always, no_steps
from fournines.kit.declare import Declaration, Memory, Secret
from fournines.spec.model import Site

_MASTER = 1
"""Beside its workers the notification agent has a process that watches them."""


def declares(site: Site, options: Options) -> Iterator[Declaration]:
    """Its account with the brokers and its user; there is no API, and so no line of the catalogue."""
    taking_in = (options.workers + _MASTER) * NOTIFICATION_MB
    yield Memory("ceilometer", HOSTS.names(site), rest=CENTRAL_MB + taking_in)
    for account in (USER, MESSAGES):
        yield Secret(account.password)
    yield Secret(SIGNATURE)
    yield USER
    yield MESSAGES


COMPONENT = Component(
    name="ceilometer",
    summary="Asks the services what there is: central agents on every controller, which share the asking",
    on=HOSTS,
    declares=declares,
    stages=(
        Stage(steps, checks, "service", slow=True),
        Stage(no_steps, polling_checks, "polling"),
    ),
    faults=faults,
    options=Options,
    # Types of resources are made in Gnocchi before the first start.
    needs=always("names", "trust", "vip", "identity", "messaging", "coordination", "metrics"),
    provides=("telemetry",),
    joins=Joins.LISTED,
    relies=RELIES,
    families=FAMILIES,
)
