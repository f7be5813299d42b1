"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.hosts.checks import checks
from fournines.components.hosts.deploy import steps
from fournines.components.hosts.families import FAMILIES
from fournines.components.hosts.model import Options
from fournines.components.hosts.relies import RELIES
from fournines.kit.component import Component, Stage
from fournines.kit.declare import Declaration, Memory
from fournines.kit.where import EVERYWHERE
from fournines.spec.model import Site


def declares(site: Site, _: object) -> Iterator[Declaration]:
    """What every host holds beside its components: systemd, its journal and log-ins."""
    yield Memory("hosts", EVERYWHERE.names(site), rest=50)


COMPONENT = Component(
    name="hosts",
    summary="Names without DNS, kernel settings that notice dead peers in seconds, basic tools",
    on=EVERYWHERE,
    declares=declares,
    stages=(Stage(steps, checks),),
    options=Options,
    provides=("names",),
    relies=RELIES,
    families=FAMILIES,
)
