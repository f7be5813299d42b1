"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.nftables.checks import checks
from fournines.components.nftables.deploy import steps
from fournines.components.nftables.families import FAMILIES
from fournines.components.nftables.faults import faults
from fournines.components.nftables.model import Options
from fournines.components.nftables.relies import RELIES
from fournines.kit.component import Component, Stage, always
from fournines.kit.declare import Declaration, Memory
from fournines.kit.where import EVERYWHERE
from fournines.spec.model import Site


def declares(site: Site, _: object) -> Iterator[Declaration]:
    """Rules lie in the kernel: no process holds anything."""
    yield Memory("nftables", EVERYWHERE.names(site), rest=0)


COMPONENT = Component(
    name="nftables",
    summary="Default drop; what the components declared is open, SSH always",
    on=EVERYWHERE,
    declares=declares,
    stages=(Stage(steps, checks),),
    faults=faults,
    options=Options,
    needs=always("names"),
    provides=("firewall",),
    relies=RELIES,
    families=FAMILIES,
)
