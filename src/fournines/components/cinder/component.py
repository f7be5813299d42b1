"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.cinder.checks import checks, volume_checks
from fournines.components.cinder.deploy import steps
from fournines.components.cinder.families import FAMILIES
from fournines.components.cinder.faults import faults
from fournines.components.cinder.model import (
    ALONE,
    CACHE_KEY,
    CONF,
    DATABASE,
    ENTRY,
    GROUP,
    HOSTS,
    LOCAL,
    MESSAGES,
    MOVING,
    OTHERS_MB,
    PORT,
    PRETENDED,
    PROCESS_MB,
    UNITS,
    USER,
    Options,
    cluster,
    shares_locks,
)
from fournines.components.cinder.relies import RELIES
from fournines.kit.common import uwsgi
from fournines.kit.common.clustered import api
from fournines.kit.common.pinged import pinged
from fournines.kit.component import Component, Joins, Stage, no_steps
from fournines.kit.declare import Declaration, Endpoint, Memory, Secret
from fournines.spec.document import Problem
from fournines.spec.model import Site

_BESIDES = 2
"""Processes per host that are connected to the database beside the API's: scheduler and volume service."""


def declares(site: Site, options: Options) -> Iterator[Declaration]:
    """Its database, its account with the brokers, its user, its line of the catalogue, its listener."""
    names = HOSTS.names(site)
    yield Memory("cinder", names, rest=options.processes * PROCESS_MB + OTHERS_MB)
    yield DATABASE
    yield DATABASE.clients(names, options.processes + _BESIDES)
    for account in (DATABASE, USER, MESSAGES):
        yield Secret(account.password)
    yield USER
    yield MESSAGES
    yield ENTRY
    yield Secret(CACHE_KEY)
    endpoint = Endpoint("cinder", PORT, hosts=names, health=uwsgi.health("/healthcheck", PORT))
    yield from api(endpoint, UNITS["api"], moves=options.api_moves_in(site))
    queues = {"scheduler": f"cinder-scheduler.{site.name}", "volume": f"cinder-volume.{cluster(site)}"}
    for daemon in MOVING if options.moves_in(site) else ():
        name, unit = f"cinder-{daemon}", UNITS[daemon]
        yield pinged(name, unit, CONF, queues[daemon], group=GROUP, hosts=names, database=True)


def judge(site: Site, options: Options) -> Iterator[Problem]:
    """A driver has to be said, must be able to run on several hosts, and outside a lab must keep volumes."""
    driver = options.driver
    written = ("components", "cinder", "driver")
    if driver is None:
        yield Problem(
            ("services", str(site.services.index("cinder"))),
            "cinder is not told who keeps the volumes",
            "write components: {cinder: {driver: cinder.volume.drivers.rbd.RBDDriver, settings: {...}}}",
        )
    elif driver in LOCAL and options.moves_in(site):
        yield Problem(
            written,
            f"{driver} keeps volumes on a host's own disks: they do not move with the service",
            "use a driver whose volumes every host reaches, such as cinder.volume.drivers.rbd.RBDDriver",
        )
    elif driver in ALONE and not options.moves_in(site):
        yield Problem(
            written,
            f"{driver} runs on one host at a time: its volumes could not be managed when that host is dead",
            "use a driver that may run active-active, such as cinder.volume.drivers.rbd.RBDDriver",
        )
    elif driver.startswith(PRETENDED) and not site.lab:
        yield Problem(written, f"{driver} keeps no volumes", "use it in a lab only (lab: true)")


def needs(site: Site, options: Options) -> Iterator[str]:
    """Locks that all hosts share, unless everything is on one host at a time."""
    yield from ("names", "trust", "balancer", "database", "cache", "messaging")
    if shares_locks(site, options):
        yield "coordination"


COMPONENT = Component(
    name="cinder",
    summary="Volumes: API, scheduler and volume service on every controller, any of them manages any volume",
    on=HOSTS,
    declares=declares,
    stages=(
        Stage(steps, checks, "service", slow=True),
        Stage(no_steps, volume_checks, "volumes", needs=("vip", "identity")),
    ),
    faults=faults,
    options=Options,
    needs=needs,
    provides=("volumes",),
    joins=Joins.LISTED,
    relies=RELIES,
    families=FAMILIES,
    judge=judge,
)
