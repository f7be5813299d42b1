"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from fournines.components.client.checks import checks
from fournines.components.client.deploy import HOSTS, steps
from fournines.components.client.families import FAMILIES
from fournines.components.client.relies import RELIES
from fournines.kit.component import Component, Joins, Stage, always

COMPONENT = Component(
    name="client",
    summary="The openstack command with the administrator's openrc and clouds.yaml, readable by root only",
    on=HOSTS,
    stages=(Stage(steps, checks),),
    needs=always("names", "trust"),
    joins=Joins.POSSIBLE,
    follows=("identity",),
    relies=RELIES,
    families=FAMILIES,
)
