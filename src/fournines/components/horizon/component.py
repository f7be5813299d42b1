"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.horizon.checks import checks, login_checks
from fournines.components.horizon.deploy import steps
from fournines.components.horizon.faults import faults
from fournines.components.horizon.model import (
    CERTIFICATE,
    HOSTS,
    PROCESS_MB,
    SECRET_KEY,
    Options,
    served_names,
)
from fournines.components.horizon.relies import RELIES
from fournines.kit.component import Component, Joins, Stage, always, no_steps
from fournines.kit.declare import Declaration, FirewallPort, Memory, Secret, SecretKind
from fournines.spec.model import Site


def declares(site: Site, options: Options) -> Iterator[Declaration]:
    """Its certificate, the key that all dashboards sign sessions with, and its ports for everybody."""
    names = HOSTS.names(site)
    yield Memory("horizon", names, rest=options.processes * PROCESS_MB)
    yield Secret(CERTIFICATE, SecretKind.CERTIFICATE, names=served_names(site, options))
    yield Secret(SECRET_KEY)
    yield FirewallPort("horizon-http", hosts=names, port=80)
    yield FirewallPort("horizon-https", hosts=names, port=443)


COMPONENT = Component(
    name="horizon",
    summary="Dashboard behind TLS; sessions are signed cookies, so no controller's death logs a user out",
    on=HOSTS,
    declares=declares,
    stages=(
        Stage(steps, checks, "service"),
        Stage(no_steps, login_checks, "login", needs=("vip", "identity")),
    ),
    faults=faults,
    options=Options,
    needs=always("names", "trust"),
    provides=("dashboard",),
    joins=Joins.LISTED,
    relies=RELIES,
)
