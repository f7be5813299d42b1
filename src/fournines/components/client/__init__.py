"""The administrator's client files on the controllers and dashboards: openrc and clouds.yaml."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.client.checks import checks
from fournines.components.client.deploy import places, steps
from fournines.components.client.relies import RELIES
from fournines.kit.component import Component, Stage
from fournines.kit.declare import Declaration
from fournines.spec.model import Site


def declares(site: Site) -> Iterator[Declaration]:
    """Nothing: the password is Keystone's."""
    del site
    yield from ()


COMPONENT = Component(
    name="client",
    summary="The openstack command with the administrator's openrc and clouds.yaml, readable by root only",
    hosts=places,
    declares=declares,
    stages=(Stage(steps, checks),),
    needs=("names", "trust"),
    relies=RELIES,
)
