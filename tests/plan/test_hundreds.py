"""Three controllers, two hosts of networks, two hundred of instances, every service: planned and rendered."""

from __future__ import annotations

from pathlib import Path

import pytest

from fournines.kit.step import Unit
from fournines.plan.capacity import connections, memories
from fournines.plan.make import make_plan
from fournines.plan.model import Plan
from fournines.plan.render import rendered
from fournines.plan.vocabulary import vocabulary
from fournines.secrets.generate import complete
from fournines.spec.load import loads

TEXT = """\
name: cloud
networks:
  mgmt: {cidr: 10.0.0.0/16, purpose: cluster}
  public: {cidr: 192.168.1.0/24}
  provider: {purpose: provider}
vips:
  cloud: {network: public, address: 192.168.1.20, serves: [public]}
  controller: {network: mgmt, address: 10.0.0.20}
hosts:
  controller[1-3]: {roles: [controller, dashboard, time], mgmt: 10.0.0.11+, public: 192.168.1.11+}
  network[1-2]: {roles: [network], mgmt: 10.0.0.31+, provider: {interface: enp2s0}}
  compute[001-200]: {roles: [compute], mgmt: 10.0.1.1+}
services: [SERVICES]
components:
  cinder: {driver: cinder.volume.drivers.rbd.RBDDriver, settings: {rbd_pool: volumes}}
  galera: {max_connections: 2000}
  nova: {processes: 4, workers: 4}
"""


@pytest.fixture(scope="module", name="plan")
def plan_of_all() -> Plan:
    words = vocabulary()
    text = TEXT.replace("SERVICES", ", ".join(sorted(words.services)))
    site = loads(text, Path("site.yaml"), words)
    return make_plan(site, complete({}, site))


def test_every_host_of_instances_runs_the_same(plan: Plan) -> None:
    units: dict[str, list[str]] = {}
    for phase in plan.phases:
        for host, steps in phase.steps.items():
            units.setdefault(host, []).extend(step.name for step in steps if isinstance(step, Unit))
    computes = [name for name in plan.context.site.hosts if name.startswith("compute")]
    assert len(computes) == 200
    assert {tuple(units[name]) for name in computes} == {tuple(units["compute001"])}
    assert "nova-compute.service" in units["compute001"]
    assert "nova-compute.service" not in units["controller1"]


def test_each_has_its_own_address_in_what_it_reads(plan: Plan) -> None:
    files = {
        one.host: one.file.content for one in rendered(plan) if one.file.path.endswith("nova-compute.conf")
    }
    assert len(files) == 200
    assert "my_ip = 10.0.1.200\n" in files["compute200"]
    assert "host = compute200\n" in files["compute200"]


def test_what_it_takes_adds_up(plan: Plan) -> None:
    declared = plan.context.declarations
    held = memories(declared)
    assert {held[name].full for name in held if name.startswith("compute")} == {held["compute001"].full}
    found = connections(declared)
    assert found is not None
    assert {client.hosts for client in found.clients} == {("controller1", "controller2", "controller3")}
    assert found.wanted == sum(client.most for client in found.clients) <= found.room
    assert {"nova", "nova_api", "nova_cell0"} <= {client.database for client in found.clients}
