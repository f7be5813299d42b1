"""A site with virtual networks, whose secrets are their own names: golden files stay readable."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.support import context_of

from fournines.kit.context import Context
from fournines.kit.declare import Secret
from fournines.plan.vocabulary import vocabulary
from fournines.spec.load import loads
from fournines.spec.model import Site

LAB = """\
name: clouds
lab: true
networks:
  mgmt: {cidr: 10.0.0.0/24}
  tenant: {cidr: 10.1.0.0/24}
vips:
  controller: {network: mgmt, address: 10.0.0.20}
hosts:
  arbiter: {roles: [arbiter], mgmt: 10.0.0.10}
  controller1: {roles: [controller], mgmt: 10.0.0.11, tenant: 10.1.0.11}
  controller2: {roles: [controller], mgmt: 10.0.0.12, tenant: 10.1.0.12}
services: [keystone, neutron]
"""
"""Agents on the controllers, packets forwarded in userspace."""

REAL = """\
name: clouds
networks:
  mgmt: {cidr: 10.0.0.0/24}
  public: {purpose: provider}
vips:
  controller: {network: mgmt, address: 10.0.0.20}
hosts:
  arbiter: {roles: [arbiter], mgmt: 10.0.0.10}
  controller1: {roles: [controller], mgmt: 10.0.0.11}
  controller2: {roles: [controller], mgmt: 10.0.0.12}
  network1: {roles: [network], mgmt: 10.0.0.21, public: {interface: enp2s0}}
  network2: {roles: [network], mgmt: 10.0.0.22, public: {interface: enp2s0}}
services: [keystone, neutron]
"""
"""Agents on hosts of their own, packets forwarded in the kernel."""


def site_of(text: str) -> Site:
    """The site of a text."""
    return loads(text, Path("site.yaml"), vocabulary())


def clouds(text: str = LAB) -> Context:
    """Its whole context."""
    found = context_of(site_of(text))
    return replace(
        found, secrets={**found.secrets, **{one.name: f"<{one.name}>" for one in found.declared(Secret)}}
    )
