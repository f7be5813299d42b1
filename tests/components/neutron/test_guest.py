"""The guest of a drill: where it is, which DHCP server is to be hurt, and that all of it goes again."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from tests.components.neutron.test_router import Fake
from tests.components.virtual import REAL, clouds

from fournines.components.neutron.component import COMPONENT
from fournines.components.neutron.model import GUEST_PACKAGE
from fournines.components.neutron.on_host import guest
from fournines.kit.check import Output
from fournines.kit.context import Context
from fournines.kit.probe import Reached
from fournines.kit.step import Packages

SAID = """\
udhcpc: started, v1.37.0
udhcpc: broadcasting discover
udhcpc: broadcasting select for 198.19.0.5, server 198.19.0.3
udhcpc: lease of 198.19.0.5 obtained from 198.19.0.3, lease time 86400
"""
COMPUTE = "  compute1: {roles: [compute], mgmt: 10.0.0.31}\n"
WITH_INSTANCES = REAL.replace(
    "services: [keystone,", f"{COMPUTE}services: [keystone, glance, placement, nova,"
)


@pytest.fixture(autouse=True)
def commands(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Nothing is done to this machine; what would be is told."""
    done: list[tuple[str, ...]] = []

    def run(argv: tuple[str, ...], **_: object) -> subprocess.CompletedProcess[str]:
        done.append(argv)
        return subprocess.CompletedProcess(argv, 0, SAID if argv == guest.LEASE else "", "")

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(guest, "PAUSE", 0.0)
    return done


def leases(context: Context) -> Reached:
    return next(one for one in context.declared(Reached) if one.name == "dhcp")


@pytest.mark.parametrize(
    ("text", "host", "hurt"),
    [
        (REAL, "network1", ("network2",)),
        (WITH_INSTANCES, "compute1", ("network1", "network2")),
    ],
    ids=["beside a DHCP server", "on a host of instances"],
)
def test_the_guests_own_host_is_never_hurt(text: str, host: str, hurt: tuple[str, ...]) -> None:
    context = clouds(text)
    one = leases(context)
    assert (one.at, one.hosts) == (host, hurt)
    ask = one.make(context)
    assert ask is not None
    question = json.loads(ask.stdin)
    assert (question["host"], question["servers"]) == (host, 2)
    assert set(json.loads(one.unmake(context).stdin)) == {"keystone", "neutron", "password"}


@pytest.mark.parametrize(("text", "host"), [(REAL, "network1"), (WITH_INSTANCES, "compute1")])
def test_its_dhcp_client_is_where_it_is(text: str, host: str) -> None:
    context = clouds(text)
    having = {
        one.name
        for one in COMPONENT.hosts(context.site)
        for step in COMPONENT.steps(context, one)
        if isinstance(step, Packages) and GUEST_PACKAGE in step.names
    }
    assert having == {host}


def test_a_network_with_one_dhcp_server_promises_nothing() -> None:
    context = clouds(REAL + "components: {neutron: {dhcp_agents_per_network: 1}}\n")
    assert [one.name for one in context.declared(Reached)] == ["router"]


def test_who_gave_a_lease_is_read_from_what_the_client_says() -> None:
    wanted = leases(clouds()).asked
    assert wanted is not None
    assert wanted.served(Output(0, "", SAID)) == "198.19.0.3"
    assert wanted.served(Output(0, SAID)) == "198.19.0.3"
    assert wanted.served(Output(1, "", "udhcpc: broadcasting discover\nudhcpc: no lease, failing")) is None


class Dhcp(Fake):
    """Neutron with DHCP servers on these hosts, the first at 198.19.0.2."""

    def __init__(self, *hosts: str, vif: str = "ovs", status: str = "ACTIVE") -> None:
        super().__init__()
        self.hosts, self.vif, self.status = hosts, vif, status

    def post(self, path: str, kind: str, **values: object) -> dict[str, Any]:
        if kind == "port":
            values |= {"binding:vif_type": self.vif, "mac_address": "fa:16:3e:00:00:01"}
            values |= {"device_owner": "", "status": self.status}
        made = super().post(path, kind, **values)
        if kind == "subnet":
            for last, host in enumerate(self.hosts, start=2):
                address = [{"ip_address": f"198.19.0.{last}"}]
                about: dict[str, Any] = {"device_owner": "network:dhcp", "status": "ACTIVE"}
                about |= {"binding:host_id": host, "network_id": values["network_id"]}
                about |= {"id": f"dhcp-{last}", "name": "", "fixed_ips": address}
                self.things["ports"].append(about)
        return made


@pytest.mark.parametrize(
    ("host", "hurt"),
    [("compute1", "198.19.0.3"), ("network1", "198.19.0.3"), ("network2", "198.19.0.2")],
    ids=["who gave the lease", "who gave the lease, not the guest's own", "not the guest's own"],
)
def test_who_gave_the_lease_is_hurt_unless_the_guest_is_there(host: str, hurt: str) -> None:
    cloud = Dhcp("network1", "network2")
    assert guest.stand(cloud, host, 2, 5) == hurt


def test_it_is_plugged_in_as_an_instance_is(commands: list[tuple[str, ...]]) -> None:
    cloud = Dhcp("network1", "network2")
    guest.stand(cloud, "network1", 2, 5)
    (port,) = (one for one in cloud.things["ports"] if one["name"] == guest.NAME)
    assert port["binding:host_id"] == "network1"
    (told,) = (argv for argv in commands if "set" in argv and "Interface" in argv)
    assert f'external_ids:iface-id="{port["id"]}"' in told
    assert f'external_ids:attached-mac="{port["mac_address"]}"' in told
    assert any(argv[-3:] == ("address", port["mac_address"], "up") for argv in commands)


def test_it_goes_again_and_what_was_left_goes_before_the_next(
    monkeypatch: pytest.MonkeyPatch, commands: list[tuple[str, ...]]
) -> None:
    cloud = Dhcp("network1", "network2")
    guest.stand(cloud, "network1", 2, 5)
    first = cloud.things["networks"][0]["id"]
    guest.stand(cloud, "network1", 2, 5)
    (network,) = cloud.things["networks"]
    assert network["id"] != first
    commands.clear()
    monkeypatch.setattr(guest, "Cloud", lambda _: cloud)
    assert guest.main({"keystone": "", "neutron": "", "password": ""}) == {"address": ""}
    assert not cloud.things["networks"]
    assert guest.NAME not in {one["name"] for one in cloud.things["ports"]}
    assert ("ip", "netns", "delete", guest.GUEST) in commands
    assert any("del-port" in argv for argv in commands)


def test_the_program_makes_it_and_says_whom_to_hurt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guest, "Cloud", lambda _: Dhcp("network1", "network2"))
    wanted = {"host": "network2", "servers": 2, "seconds": 5}
    question = {"keystone": "", "neutron": "", "password": "", **wanted}
    assert guest.main(question) == {"address": "198.19.0.2"}


@pytest.mark.parametrize(
    ("cloud", "error"),
    [
        (Dhcp("network1"), "1 of 2 DHCP servers are there: network1"),
        (Dhcp("network1", "network2", status="DOWN"), "port does not become active"),
        (Dhcp("network1", "network2", vif="binding_failed"), "vif_type binding_failed"),
    ],
    ids=["one server", "not wired", "no agent"],
)
def test_what_is_not_there_in_time_is_said(cloud: Dhcp, error: str) -> None:
    with pytest.raises((TimeoutError, RuntimeError), match=error):
        guest.stand(cloud, "network2", 2, 0.0)


def test_a_guest_that_nobody_answers_does_not_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guest, "lease", lambda: None)
    with pytest.raises(TimeoutError, match="no DHCP server answers the guest"):
        guest.stand(Dhcp("network1", "network2"), "network2", 2, 0.0)
