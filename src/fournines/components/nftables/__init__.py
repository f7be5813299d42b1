"""The firewall: nothing comes in but what the site's components declared."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.nftables.checks import checks
from fournines.components.nftables.deploy import steps
from fournines.components.nftables.faults import faults
from fournines.components.nftables.model import Options
from fournines.components.nftables.relies import RELIES
from fournines.kit.component import Component, Stage
from fournines.kit.declare import Declaration
from fournines.spec.model import Host, Site


def hosts(site: Site) -> tuple[Host, ...]:
    """Every host."""
    return tuple(site.hosts.values())


def declares(site: Site) -> Iterator[Declaration]:
    """Nothing: it serves what others declare."""
    del site
    yield from ()


COMPONENT = Component(
    name="nftables",
    summary="Default drop; what the components declared is open, SSH always",
    hosts=hosts,
    declares=declares,
    stages=(Stage(steps, checks),),
    faults=faults,
    options=Options,
    needs=("names",),
    provides=("firewall",),
    relies=RELIES,
)
