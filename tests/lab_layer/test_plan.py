from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fournines.errors import LabError
from fournines.kit.declare import BackingDevice, Declaration, KernelModule
from fournines.lab.names import INTERFACE_LENGTH, MACHINE_LENGTH, checked_name, interface_names, machine
from fournines.lab.plan import LabPlan, lab_plan, own_address
from fournines.spec.model import HostKind

if TYPE_CHECKING:
    from fournines.spec.model import Site

labels = st.from_regex(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True)


def test_a_plan_has_the_sites_hosts_cables_in_the_order_of_the_networks(plan: LabPlan) -> None:
    dashboard = plan.host("dashboard")
    assert [(n.network, n.inside, n.address) for n in dashboard.nics] == [
        ("mgmt", "eth0", IPv4Interface("10.0.0.10/24")),
        ("external", "eth1", IPv4Interface("192.168.1.10/24")),
    ]
    assert [n.outside for n in plan.host("controller1").nics] == ["controller1-e0"]
    assert (plan.namespace, plan.cluster, plan.through) == ("nines-blog", "mgmt", "dashboard")


def test_a_host_that_is_only_on_the_second_network_has_it_as_eth0(site: Site) -> None:
    outside = site.hosts["dashboard"].model_copy(
        update={"addresses": {"external": IPv4Address("192.168.1.9")}}
    )
    changed = site.model_copy(update={"hosts": {"dashboard": outside}})
    (nic,) = lab_plan(changed).host("dashboard").nics
    assert (nic.inside, nic.network, nic.bridge) == ("eth0", "external", "br-external")


def test_the_lab_takes_the_last_free_address_of_each_network(plan: LabPlan) -> None:
    assert [str(n.interface) for n in plan.networks] == ["10.0.0.254/24", "192.168.1.254/24"]


def test_the_labs_own_address_gives_way_to_a_vip(site: Site) -> None:
    vip = site.vips["controller"].model_copy(update={"address": IPv4Address("10.0.0.254")})
    moved = site.model_copy(update={"vips": {"controller": vip}})
    assert lab_plan(moved).network("mgmt").address == IPv4Address("10.0.0.253")


def test_a_full_network_has_no_room_for_the_lab() -> None:
    with pytest.raises(LabError, match="no address left"):
        own_address(IPv4Network("10.0.0.0/30"), [IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2")])


def test_a_plan_survives_being_written_and_read(plan: LabPlan) -> None:
    assert LabPlan.model_validate_json(plan.model_dump_json()) == plan


def test_packages_are_sorted_and_named_once(site: Site) -> None:
    assert lab_plan(site, packages=["b", "a", "b"]).packages == ("a", "b")


@pytest.mark.parametrize("name", ["", "-a", "A", "a/b", "..", "a b", "a" * 64, "1a", "a\n"])
def test_what_cannot_be_a_part_of_a_path_cannot_be_a_labs_name(name: str) -> None:
    with pytest.raises(LabError, match="cannot be a lab's name"):
        checked_name(name)


def test_unknown_hosts_and_networks_are_named_with_the_known_ones(plan: LabPlan) -> None:
    with pytest.raises(LabError) as host:
        plan.host("controller9")
    assert "dashboard, controller1" in str(host.value.try_this)
    with pytest.raises(LabError) as network:
        plan.network("storage")
    assert "mgmt, external" in str(network.value.try_this)


@given(st.lists(st.tuples(labels, st.sampled_from(["e0", "e1", "e2"])), unique=True, max_size=20))
def test_interface_names_fit_are_unique_and_depend_on_nothing_but_the_pair(
    pairs: list[tuple[str, str]],
) -> None:
    names = interface_names(pairs)
    assert set(names) == set(pairs)
    assert len(set(names.values())) == len(pairs)
    assert all(0 < len(name) <= INTERFACE_LENGTH for name in names.values())
    assert interface_names(list(reversed(pairs))) == names


def test_a_name_that_is_taken_is_not_given_again() -> None:
    first = interface_names([("br", "a")])
    second = interface_names([("br", "a")], taken=first.values())
    assert second["br", "a"] not in first.values()


@given(labels, labels)
def test_container_names_fit(lab: str, host: str) -> None:
    assert len(machine(lab, host)) <= MACHINE_LENGTH
    assert machine(lab, host).startswith("nines-")


def test_a_host_is_a_virtual_machine_where_the_file_says_so_or_a_component_needs_it(site: Site) -> None:
    assert lab_plan(site).vms == ()
    assert "qemu-guest-agent" not in lab_plan(site).packages
    told = site.hosts["controller1"].model_copy(update={"kind": HostKind.VM})
    by_file = lab_plan(site.model_copy(update={"hosts": {**site.hosts, "controller1": told}}))
    assert [host.name for host in by_file.vms] == ["controller1"]
    assert {"kmod", "qemu-guest-agent", "udev"} <= set(by_file.packages)
    declared: list[Declaration] = [
        KernelModule("drbd", ("dashboard",)),
        BackingDevice("/dev/vdc", ("dashboard",), mib=700),
        BackingDevice("/dev/vdb", ("dashboard",)),
    ]
    (vm,) = lab_plan(site, declared=declared).vms
    assert (vm.name, vm.modules) == ("dashboard", ("drbd",))
    assert [(d.path, d.mib) for d in vm.devices] == [("/dev/vdb", 512), ("/dev/vdc", 700)]


@pytest.mark.parametrize("paths", [["/dev/sdb"], ["/dev/vda"], ["/dev/vdc"], ["/dev/vdb", "/dev/vdb"]])
def test_a_device_that_the_kernel_would_call_otherwise_is_refused(site: Site, paths: list[str]) -> None:
    with pytest.raises(LabError, match="cannot make the block device") as caught:
        lab_plan(site, declared=[BackingDevice(path, ("dashboard",)) for path in paths])
    assert "/dev/vd" in str(caught.value.try_this)
