"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.aodh.checks import alarm_checks, checks
from fournines.components.aodh.deploy import steps
from fournines.components.aodh.families import FAMILIES
from fournines.components.aodh.faults import faults
from fournines.components.aodh.model import (
    API_MB,
    CACHE_KEY,
    DAEMONS_MB,
    DATABASE,
    ENTRY,
    HOSTS,
    MESSAGES,
    PORT,
    USER,
    Options,
)
from fournines.components.aodh.relies import RELIES
from fournines.kit.common import uwsgi
from fournines.kit.component import Component, Joins, Stage, always, no_steps
from fournines.kit.declare import Declaration, Endpoint, Memory, Secret
from fournines.spec.model import Site

_BESIDES = 2
"""Processes per host that are connected to the database beside the API's: evaluator and listener."""


def declares(site: Site, options: Options) -> Iterator[Declaration]:
    """Its database, its account with the brokers, its user, its line of the catalogue, its listener."""
    names = HOSTS.names(site)
    yield Memory("aodh", names, rest=options.processes * API_MB + DAEMONS_MB)
    yield DATABASE
    yield DATABASE.clients(names, options.processes + _BESIDES)
    for account in (DATABASE, USER, MESSAGES):
        yield Secret(account.password)
    yield USER
    yield MESSAGES
    yield ENTRY
    yield Secret(CACHE_KEY)
    yield Endpoint("aodh", PORT, hosts=names, health=uwsgi.health("/healthcheck", PORT))


COMPONENT = Component(
    name="aodh",
    summary="Alarms over measures: API, evaluator, notifier and listener on every controller share them",
    on=HOSTS,
    declares=declares,
    stages=(
        Stage(steps, checks, "service", slow=True),
        Stage(no_steps, alarm_checks, "alarms", needs=("vip", "identity", "metrics")),
    ),
    faults=faults,
    options=Options,
    needs=always("names", "trust", "balancer", "database", "cache", "messaging", "coordination"),
    provides=("alarms",),
    joins=Joins.LISTED,
    relies=RELIES,
    families=FAMILIES,
)
