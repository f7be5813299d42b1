"""Open vSwitch: which network it takes over, what it is told, and that its checks go red."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.components.fixed import file_of
from tests.components.virtual import LAB, REAL, clouds, site_of

from fournines.components.openvswitch.component import COMPONENT
from fournines.components.openvswitch.model import Datapath, Options, external, tunnels
from fournines.components.openvswitch.on_host import bridge
from fournines.errors import NinesError
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.declare import FirewallPort, Switch
from fournines.kit.step import Command, File
from fournines.kit.verdict import Outcome
from fournines.plan.context import taking_part

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module", name="context")
def lab_context() -> Context:
    return clouds()


@pytest.fixture(scope="module", name="real")
def real_context() -> Context:
    return clouds(REAL)


def check(context: Context, name: str) -> Check:
    return next(c for c in COMPONENT.checks(context) if c.id == f"openvswitch.{name}")


@pytest.mark.parametrize("name", ["eth1", "br-ex"])
def test_the_whole_file_is_as_reviewed(context: Context, name: str) -> None:
    found = file_of(COMPONENT, context, "controller1", f"/etc/systemd/network/05-{name}.network")
    golden = "interface.network" if name == "br-ex" else "interface.network.port"
    assert found.content == (GOLDEN / golden).read_text()


def test_it_is_there_where_virtual_networks_are(context: Context) -> None:
    assert COMPONENT in taking_part(context.site)
    assert COMPONENT not in taking_part(site_of(LAB.replace(", neutron", "")))


def test_the_agents_hosts_are_its_own_where_they_stand_apart(context: Context, real: Context) -> None:
    assert context.one(Switch).hosts == ("controller1", "controller2")
    assert real.one(Switch).hosts == ("network1", "network2")


def test_hosts_of_instances_have_the_switch_and_no_way_out() -> None:
    compute = "  compute1: {roles: [compute], mgmt: 10.0.0.31}\nservices: [glance, placement, nova, "
    real = clouds(REAL.replace("services: [", compute))
    assert real.one(Switch).hosts == ("network1", "network2", "compute1")
    host = real.site.hosts["compute1"]
    assert not [s for s in COMPONENT.steps(real, host) if isinstance(s, Command | File)]
    assert set(check(real, "bridge").asks) == {"network1", "network2"}
    lab = clouds(LAB.replace("services: [", compute.replace("}", ", tenant: 10.1.0.31}")))
    assert [s.path for s in COMPONENT.steps(lab, lab.site.hosts["compute1"]) if isinstance(s, File)] == [
        "/etc/systemd/network/05-eth1.network",
        "/etc/systemd/network/05-br-ex.network",
    ]


def test_a_lab_forwards_in_userspace_over_a_network_of_its_own(context: Context) -> None:
    switch = context.one(Switch)
    assert (switch.datapath, switch.tunnels, switch.external) == ("netdev", "tenant", "tenant")
    assert not [host for host, network in context.unnamed if network == "tenant"], "its address will move"
    assert not [port for port in context.declared(FirewallPort) if port.name == "vxlan"]


def test_a_real_site_tunnels_over_the_cluster_network_and_goes_out_by_the_provider(real: Context) -> None:
    switch = real.one(Switch)
    assert (switch.datapath, switch.tunnels, switch.external) == ("system", "mgmt", "public")
    (vxlan,) = [port for port in real.declared(FirewallPort) if port.name == "vxlan"]
    assert vxlan == FirewallPort("vxlan", switch.hosts, protocol="udp", port=4789, network="mgmt")


def test_a_real_host_keeps_its_addresses_where_they_are(real: Context) -> None:
    steps = list(COMPONENT.steps(real, real.site.hosts["network1"]))
    assert not [step for step in steps if isinstance(step, File)]
    (command,) = [step for step in steps if isinstance(step, Command)]
    assert json.loads(command.stdin) == {
        "bridge": "br-ex",
        "port": "enp2s0",
        "datapath": "system",
        "offload": False,
        "address": "",
    }


def test_without_a_way_out_there_is_no_bridge() -> None:
    text = REAL.replace("  public: {purpose: provider}\n", "").replace(", public: {interface: enp2s0}", "")
    context = clouds(text)
    assert context.one(Switch).external is None
    steps = COMPONENT.steps(context, context.site.hosts["network1"])
    assert not [step for step in steps if isinstance(step, Command)]
    assert [c.id for c in COMPONENT.checks(context)] == ["openvswitch.units", "openvswitch.tunnel-ends"]


def test_no_interface_is_taken_that_the_hosts_are_reached_by() -> None:
    text = LAB.replace("  tenant: {cidr: 10.1.0.0/24}\n", "").replace(", tenant: 10.1.0.11", "")
    with pytest.raises(NinesError, match="takes over the interface"):
        site_of(text.replace(", tenant: 10.1.0.12", ""))
    site = site_of(LAB)
    with pytest.raises(NinesError, match="takes over the interface"):
        tunnels(site, Options(tunnels="mgmt"))


def test_a_real_machines_interface_is_never_taken_over() -> None:
    with pytest.raises(NinesError, match="only known to work in a lab"):
        site_of(REAL + "components: {openvswitch: {datapath: userspace}}\n")


def test_a_bridge_never_cuts_off_the_hosts_own_addresses() -> None:
    with pytest.raises(NinesError, match="would cut off"):
        external(site_of(REAL), Options(external="mgmt"))
    with pytest.raises(NinesError, match="not a network"):
        external(site_of(REAL), Options(external="elsewhere"))


def test_all_hosts_of_routers_are_attached_to_where_they_are_reached_from() -> None:
    with pytest.raises(NinesError, match=r"hosts\.network2: network2 has no way into public"):
        site_of(REAL.replace("10.0.0.22, public: {interface: enp2s0}", "10.0.0.22"))


def test_all_ends_of_tunnels_are_in_one_network() -> None:
    with pytest.raises(NinesError, match="network1, network2 without an address in public"):
        tunnels(site_of(REAL), Options(datapath=Datapath.KERNEL, tunnels="public"))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Output(0, "br-ex is as wanted\n"), Outcome.PASS),
        (Output(1, "eth1 is not a port of br-ex\n"), Outcome.FAIL),
        (Output(1, "", "ovs-vsctl: no key"), Outcome.FAIL),
        (None, Outcome.UNKNOWN),
    ],
)
def test_a_wrong_bridge_goes_red(context: Context, answer: Output | None, outcome: Outcome) -> None:
    promise = check(context, "bridge")
    assert promise.verdict({"controller1": answer, "controller2": answer}).outcome is outcome


def test_an_end_that_is_not_reached_goes_red_by_its_own_name(context: Context) -> None:
    promise = check(context, "tunnel-ends")
    assert promise.asks["controller1"].argv[-1] == "10.1.0.12"
    well = Output(0, "64 bytes from 10.1.0.12: icmp_seq=1 ttl=64 time=0.2 ms\n")
    assert promise.verdict(dict.fromkeys(promise.asks, well)).outcome is Outcome.PASS
    lost = promise.verdict(
        {"controller1": Output(1, "3 packets transmitted, 0 received"), "controller2": well}
    )
    assert lost.outcome is Outcome.FAIL
    assert lost.seen.startswith("controller2")


class Host:
    """A host's answers: what ``ovs-vsctl`` and ``ip`` print there, and what was done to it."""

    def __init__(self, **said: str) -> None:
        self.facts = {
            "offload": '"true"',
            "type": "netdev",
            "port": "br-ex",
            "br-ex": "10.1.0.11",
            "eth1": "",
            **said,
        }
        self.done: list[str] = []

    def said(self, *argv: str) -> str:
        if argv[0] == "ip":
            address = self.facts[argv[-1]]
            return json.dumps([{"addr_info": [{"local": address}] if address else []}])
        kind = {"get": "offload", "--if-exists": "type", "port-to-br": "port"}[argv[2]]
        return self.facts[kind]

    def do(self, *argv: str) -> None:
        self.done.append(" ".join(argv))


WANTED = {"bridge": "br-ex", "port": "eth1", "datapath": "netdev", "offload": True, "address": "10.1.0.11"}


@pytest.mark.parametrize(
    ("fact", "value", "said"),
    [
        ("offload", "", "offload is off"),
        ("type", "system", "not a bridge of the datapath netdev"),
        ("port", "", "eth1 is not a port of br-ex"),
        ("br-ex", "", "br-ex has not the address"),
        ("eth1", "10.1.0.11", "eth1 has the address 10.1.0.11 still"),
    ],
)
def test_every_difference_is_seen(monkeypatch: pytest.MonkeyPatch, fact: str, value: str, said: str) -> None:
    monkeypatch.setattr(bridge, "said", Host().said)
    assert bridge.differences(WANTED) == []
    monkeypatch.setattr(bridge, "said", Host(**{fact: value}).said)
    (found,) = bridge.differences(WANTED)
    assert said in found


def test_the_daemon_is_started_anew_only_for_what_it_reads_then(monkeypatch: pytest.MonkeyPatch) -> None:
    for offload, restarted in (('"true"', False), ("", True)):
        host = Host(offload=offload)
        monkeypatch.setattr(bridge, "said", host.said)
        monkeypatch.setattr(bridge, "do", host.do)
        bridge.make(WANTED)
        assert any("restart ovs-vswitchd" in line for line in host.done) is restarted
        assert any("add-port br-ex eth1" in line for line in host.done)
        assert host.done[-1] == "networkctl reconfigure eth1 br-ex"
