"""What every host has in common: names, kernel settings, basic tools."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.hosts.checks import checks
from fournines.components.hosts.deploy import steps
from fournines.components.hosts.model import Options
from fournines.components.hosts.relies import RELIES
from fournines.kit.component import Component, Stage
from fournines.kit.declare import Declaration
from fournines.spec.model import Host, Site


def hosts(site: Site) -> tuple[Host, ...]:
    """Every host."""
    return tuple(site.hosts.values())


def declares(site: Site) -> Iterator[Declaration]:
    """Nothing: names and kernel settings are used, not addressed."""
    del site
    yield from ()


COMPONENT = Component(
    name="hosts",
    summary="Names without DNS, kernel settings that notice dead peers in seconds, basic tools",
    hosts=hosts,
    declares=declares,
    stages=(Stage(steps, checks),),
    options=Options,
    provides=("names",),
    relies=RELIES,
)
