"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.glance.checks import checks, image_again, image_checks, kept_image
from fournines.components.glance.deploy import steps
from fournines.components.glance.families import FAMILIES
from fournines.components.glance.faults import faults
from fournines.components.glance.model import (
    CACHE_KEY,
    DATABASE,
    ENTRY,
    HOSTS,
    PORT,
    PROCESS_MB,
    SERVICE,
    STORE_USER,
    USER,
    Options,
)
from fournines.components.glance.relies import RELIES
from fournines.kit.common.clustered import api
from fournines.kit.component import Component, Joins, Stage, always, no_steps
from fournines.kit.declare import Declaration, Endpoint, HealthCheck, Memory, Secret
from fournines.kit.probe import Keepsake
from fournines.spec.document import Problem
from fournines.spec.model import Site

_ID_IN_PATH = 3
"""``/v2/images/ID/file``: the part of the path that names the image."""
_LONG_TRANSFER = 300.0
"""Seconds without a byte before a transfer counts as dead: a large image is flushed to a slow disk."""


def declares(site: Site, options: Options) -> Iterator[Declaration]:
    """Its database, its user and place in the catalogue, and its place behind the VIP."""
    names = HOSTS.names(site)
    yield Memory("glance", names, rest=options.workers * PROCESS_MB)
    yield DATABASE
    yield DATABASE.clients(names, options.workers)
    yield Secret(DATABASE.password)
    yield USER
    yield Secret(USER.password)
    yield ENTRY
    yield Secret(CACHE_KEY)
    if options.store == "objects":
        if not options.moves_in(site):
            yield Keepsake("image", names, put=kept_image, get=image_again)
        yield STORE_USER
        yield Secret(STORE_USER.password)
    endpoint = Endpoint(
        "glance",
        PORT,
        hosts=names,
        health=HealthCheck("/healthcheck"),
        timeout_server=_LONG_TRANSFER,
        affinity=_ID_IN_PATH,
    )
    yield from api(endpoint, SERVICE, moves=options.moves_in(site))


def image_needs(site: Site, options: Options) -> Iterator[str]:
    """Glance starts without the objects that its images are; ``choose`` says whose they are."""
    del site
    yield from ("vip", "identity")
    if options.store == "objects":
        yield "objects"


def judge(site: Site, options: Options) -> Iterator[Problem]:
    """Images that are files of one host do not come along when Glance moves to another."""
    if options.moves_in(site) and options.store == "files":
        written = site.components.get("glance", {})
        key = next((one for one in ("store", "mode") if one in written), None)
        yield Problem(
            ("components", "glance", key) if key else ("services", str(site.services.index("glance"))),
            "images are files of the host that took them, and stay there when Glance moves",
            "write components: {glance: {mode: active-active}}, or write store: objects and list swift",
        )


COMPONENT = Component(
    name="glance",
    summary="Images: files, lost with the controller that took them, or objects that outlive it (store)",
    on=HOSTS,
    declares=declares,
    stages=(
        Stage(steps, checks, "service", slow=True),
        Stage(no_steps, image_checks, "images", needs=image_needs),
    ),
    faults=faults,
    judge=judge,
    options=Options,
    needs=always("names", "trust", "balancer", "database", "cache"),
    provides=("image",),
    joins=Joins.LISTED,
    relies=RELIES,
    families=FAMILIES,
)
