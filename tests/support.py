"""Builders that tests of every layer share."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fournines.kit.context import Context
from fournines.plan.context import context_for
from fournines.plan.vocabulary import vocabulary
from fournines.secrets.generate import complete
from fournines.spec.load import load, loads
from fournines.spec.model import Mode, Site

EXAMPLES = Path(__file__).parents[1] / "examples"


def site_of(example: str) -> Site:
    """A site of the examples folder."""
    return loaded(EXAMPLES / example)


def loaded(file: Path) -> Site:
    """The site of a file."""
    return load(file, vocabulary())


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


FULL = """\
name: full
networks:
  public: {cidr: 192.168.1.0/24}
  mgmt:   {cidr: 10.0.0.0/24, purpose: cluster}
  tenant: {cidr: 10.1.0.0/24}
vips:
  cloud:      {network: public, address: 192.168.1.20, serves: [public]}
  controller: {network: mgmt, address: 10.0.0.20, serves: [internal, admin]}
hosts:
  dashboard:   {roles: [bastion, dashboard, time], mgmt: 10.0.0.10, public: 192.168.1.10}
  controller1: {roles: [controller], mgmt: 10.0.0.11, public: 192.168.1.11}
  controller2: {roles: [controller, dashboard], mgmt: 10.0.0.12, public: 192.168.1.12}
  arbiter:     {roles: [arbiter], mgmt: 10.0.0.13}
  network:     {roles: [network], mgmt: 10.0.0.14, tenant: 10.1.0.14}
  compute:     {roles: [compute], mgmt: 10.0.0.15, tenant: 10.1.0.15}
  storage:     {roles: [storage], mgmt: 10.0.0.16}
ssh: {user: root, through: dashboard}
services: [keystone, glance, horizon]
components: {rabbitmq: {}}
"""
"""Roles on hosts of their own and together, and two VIPs. ``full_site`` adds the services."""


def full_site() -> Site:
    """The site with every role and every service there is."""
    words = vocabulary()
    site = loads(FULL, Path("site.yaml"), replace(words, judges=()))  # its services are added below
    driver = {"driver": "cinder.volume.drivers.rbd.RBDDriver"}
    return site.model_copy(
        update={
            "services": tuple(sorted(words.services)),
            "components": {**site.components, "cinder": driver},
        }
    )


def passive_site() -> Site:
    """The full site, in which Pacemaker decides what runs where."""
    return full_site().model_copy(update={"mode": Mode.ACTIVE_PASSIVE, "lab": True})


def volumes_site() -> Site:
    """A site whose database keeps its data on a volume that moves with it."""
    return site_of("active-passive-drbd.yaml")


def context_of(site: Site) -> Context:
    """The site's context with freshly generated secrets."""
    return context_for(site, complete({}, site))
