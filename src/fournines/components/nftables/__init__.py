"""The firewall: nothing comes in but what the site's components declared."""

from __future__ import annotations

from fournines.components.nftables.checks import checks
from fournines.components.nftables.deploy import steps
from fournines.components.nftables.faults import faults
from fournines.components.nftables.model import Options
from fournines.components.nftables.relies import RELIES
from fournines.kit.component import Component, Stage, always
from fournines.kit.where import EVERYWHERE

COMPONENT = Component(
    name="nftables",
    summary="Default drop; what the components declared is open, SSH always",
    on=EVERYWHERE,
    stages=(Stage(steps, checks),),
    faults=faults,
    options=Options,
    needs=always("names"),
    provides=("firewall",),
    relies=RELIES,
)
