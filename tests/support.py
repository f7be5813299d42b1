"""Builders that tests of every layer share."""

from __future__ import annotations

from pathlib import Path

from fournines.kit.context import Context
from fournines.plan.context import context_for
from fournines.plan.vocabulary import vocabulary
from fournines.secrets.generate import complete
from fournines.spec.load import load, loads
from fournines.spec.model import Site
from fournines.spec.vocabulary import Vocabulary

EXAMPLES = Path(__file__).parents[1] / "examples"


def site_of(example: str) -> Site:
    """A site of the examples folder."""
    return loaded(EXAMPLES / example)


def loaded(file: Path) -> Site:
    """The site of a file."""
    words = vocabulary()
    services = {"keystone": (), "glance": (), "horizon": ()} | dict(words.services)
    return load(file, Vocabulary(services, words.options))


SPLIT = """\
name: split
networks:
  mgmt: {cidr: 10.0.0.0/24}
  external: {cidr: 192.168.1.0/24}
vips:
  cloud: {network: external, address: 192.168.1.20, serves: [public]}
  controller: {network: mgmt, address: 10.0.0.20}
hosts:
  dashboard: {roles: [dashboard, arbiter], mgmt: 10.0.0.10, external: 192.168.1.10}
  controller1: {roles: [controller], mgmt: 10.0.0.11, external: 192.168.1.11}
  controller2: {roles: [controller], mgmt: 10.0.0.12, external: 192.168.1.12}
services: [keystone, glance, horizon]
"""
"""Public clients come from outside, to a VIP of their own, which is written first."""


def split_site() -> Site:
    """The site with two VIPs in two networks."""
    return loads(SPLIT, Path("site.yaml"), vocabulary())


def context_of(site: Site) -> Context:
    """The site's context with freshly generated secrets."""
    return context_for(site, complete({}, site))
