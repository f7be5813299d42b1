"""What every host has in common: names, kernel settings, basic tools."""

from __future__ import annotations

from fournines.components.hosts.checks import checks
from fournines.components.hosts.deploy import steps
from fournines.components.hosts.model import Options
from fournines.components.hosts.relies import RELIES
from fournines.kit.component import Component, Stage
from fournines.kit.where import EVERYWHERE

COMPONENT = Component(
    name="hosts",
    summary="Names without DNS, kernel settings that notice dead peers in seconds, basic tools",
    on=EVERYWHERE,
    stages=(Stage(steps, checks),),
    options=Options,
    provides=("names",),
    relies=RELIES,
)
