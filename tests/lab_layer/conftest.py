from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest

from fournines.lab.plan import LabPlan, lab_plan
from fournines.spec.model import Host, Network, Role, Site, Ssh, Vip


@pytest.fixture
def site() -> Site:
    return Site(
        name="blog",
        networks={
            "mgmt": Network(cidr=IPv4Network("10.0.0.0/24")),
            "external": Network(cidr=IPv4Network("192.168.1.0/24")),
        },
        vips={"controller": Vip(network="mgmt", address=IPv4Address("10.0.0.20"))},
        hosts={
            "dashboard": Host(
                name="dashboard",
                roles=(Role.BASTION,),
                addresses={"mgmt": IPv4Address("10.0.0.10"), "external": IPv4Address("192.168.1.10")},
            ),
            "controller1": Host(
                name="controller1", roles=(Role.CONTROLLER,), addresses={"mgmt": IPv4Address("10.0.0.11")}
            ),
        },
        ssh=Ssh(through="dashboard"),
        services=("keystone",),
    )


@pytest.fixture
def plan(site: Site) -> LabPlan:
    return lab_plan(site, packages=("haproxy",))
