"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.nova.checks import (
    compute_checks,
    control_checks,
    host_checks,
    instance_checks,
    service_checks,
)
from fournines.components.nova.deploy import computes, deciders, hosts, steps
from fournines.components.nova.families import FAMILIES
from fournines.components.nova.faults import faults
from fournines.components.nova.model import (
    API_DATABASE,
    CACHE_KEY,
    CELL0,
    COMPUTES,
    CONSOLE_PORT,
    CONTROL,
    DATABASE,
    ENTRY,
    FIRST_SCREEN,
    HOSTS,
    LAST_SCREEN,
    MESSAGES,
    METADATA_PORT,
    PORT,
    USER,
    Options,
    Virt,
    clients,
    memory,
)
from fournines.components.nova.relies import RELIES
from fournines.kit.common import uwsgi
from fournines.kit.component import Component, Joins, Stage, always, no_steps
from fournines.kit.declare import Declaration, Endpoint, FirewallPort, HealthCheck, Secret
from fournines.spec.document import Problem
from fournines.spec.model import Site, Visibility

_CONSOLE_TUNNEL = 3600.0
"""Seconds that nobody may type at a console."""
_CONSOLE_ASKED = 5.0
"""Seconds between two questions of a balancer. The proxy forks for whatever connects: an answer costs
22 ms of processor, a connection alone 15 ms (31.0.0), and each controller is asked both by every balancer."""


def declares(site: Site, options: Options) -> Iterator[Declaration]:
    """Its three databases, its accounts, its line of the catalogue, three listeners, the screens' ports.

    The lists of versions stand in for health pages: they need no token and no database, so a database that
    changes its writer takes no API down. Of the console proxy the smallest file is asked without its content,
    and seldom.
    """
    names = CONTROL.names(site)
    yield from memory(site, options)
    yield from (API_DATABASE, DATABASE, CELL0)
    yield from clients(site, options)
    yield USER
    yield MESSAGES
    yield ENTRY
    for secret in (DATABASE.password, USER.password, MESSAGES.password, CACHE_KEY):
        yield Secret(secret)
    yield Endpoint("nova", PORT, hosts=names, health=uwsgi.health("/", PORT))
    yield Endpoint(
        "nova-metadata",
        METADATA_PORT,
        hosts=names,
        health=uwsgi.health("/healthcheck", METADATA_PORT),
        visible=(Visibility.INTERNAL,),
    )
    yield Endpoint(
        "nova-console",
        CONSOLE_PORT,
        hosts=names,
        health=HealthCheck("/defaults.json", method="HEAD", every=_CONSOLE_ASKED),
        visible=(Visibility.PUBLIC,),
        tunnel=_CONSOLE_TUNNEL,
    )
    yield FirewallPort(
        "screens", COMPUTES.names(site), port=FIRST_SCREEN, last=LAST_SCREEN, network=site.cluster_network
    )


def judge(site: Site, options: Options) -> Iterator[Problem]:
    """Somebody has to run instances, and outside a lab has to run them truly."""
    if not COMPUTES(site):
        yield Problem(
            ("services", str(site.services.index("nova"))),
            "nova has no host to run instances on",
            "give one or more hosts the role compute",
        )
    if options.virt is Virt.FAKE and not site.lab:
        yield Problem(
            ("components", "nova", "virt"), "fake runs no instances", "use it in a lab only (lab: true)"
        )


def for_instances(site: Site, options: Options) -> Iterator[str]:
    """What an instance needs beside Nova; a lab may leave it out, and then has none."""
    del options
    yield from () if site.lab else ("image", "network")


COMPONENT = Component(
    name="nova",
    summary="Instances: APIs, scheduler, conductor, consoles on every controller; instances on compute hosts",
    on=HOSTS,
    declares=declares,
    stages=(
        Stage(steps, control_checks, "control", on=CONTROL, slow=True),
        Stage(deciders, service_checks, "services", needs=("vip", "identity"), on=CONTROL),
        Stage(computes, compute_checks, "compute", needs=("placement",), on=COMPUTES),
        Stage(hosts, host_checks, "hosts", on=CONTROL),
        Stage(
            no_steps,
            instance_checks,
            "instances",
            needs=for_instances,
            on=CONTROL,
            after=("image", "network", "volumes"),
        ),
    ),
    faults=faults,
    options=Options,
    needs=always("names", "trust", "balancer", "database", "cache", "messaging"),
    provides=("compute",),
    joins=Joins.LISTED,
    relies=RELIES,
    families=FAMILIES,
    judge=judge,
)
