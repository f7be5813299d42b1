"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.horizon.checks import checks, login_checks
from fournines.components.horizon.deploy import steps
from fournines.components.horizon.families import FAMILIES
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
from fournines.spec.document import Problem
from fournines.spec.model import Site


def declares(site: Site, options: Options) -> Iterator[Declaration]:
    """Its certificate, the key that all dashboards sign sessions with, and its ports for everybody."""
    names = HOSTS.names(site)
    yield Memory("horizon", names, rest=options.processes * PROCESS_MB)
    yield Secret(CERTIFICATE, SecretKind.CERTIFICATE, names=served_names(site, options))
    yield Secret(SECRET_KEY)
    yield FirewallPort("horizon-http", hosts=names, port=80)
    yield FirewallPort("horizon-https", hosts=names, port=443)


def judge(site: Site, options: Options) -> Iterator[Problem]:
    """More names are those of dashboards: what this site itself calls another host leads to no dashboard."""
    led = served_names(site, Options())
    hosts = {w: f"the host {h.name}" for h in site.hosts.values() for w in (h.name, *h.addresses.values())}
    vips = {w: f"the VIP {name}" for name, vip in site.vips.items() for w in (name, vip.address)}
    own = {str(word): name for word, name in (hosts | vips).items()}
    for index, name in enumerate(options.names):
        if name in own and name not in led:
            yield Problem(
                ("components", "horizon", "names", str(index)),
                f"{name} is {own[name]}, where no dashboard is",
                "take it away; the names here are those by which users know the dashboard",
            )


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
    judge=judge,
    needs=always("names", "trust"),
    provides=("dashboard",),
    joins=Joins.LISTED,
    relies=RELIES,
    families=FAMILIES,
)
