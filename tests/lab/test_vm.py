"""A virtual machine beside a container: the same verbs, the same network, a kernel of its own."""

from __future__ import annotations

import os
import subprocess
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

import pytest
from tests.lab.deployed import PATIENCE, own

from fournines import lab
from fournines.errors import LabError
from fournines.kit.declare import BackingDevice, KernelModule
from fournines.lab import cgroups, network, state
from fournines.spec.model import Host, Network, Role, Site, Ssh, Vip

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.lab

NAME = own("vm")
VM, CONTAINER = "controller1", "dashboard"


def _plan() -> lab.LabPlan:
    site = Site(
        name=NAME,
        networks={"mgmt": Network(cidr=IPv4Network("10.0.0.0/24"))},
        vips={"controller": Vip(network="mgmt", address=IPv4Address("10.0.0.20"))},
        hosts={
            CONTAINER: Host(
                name=CONTAINER, roles=(Role.BASTION,), addresses={"mgmt": IPv4Address("10.0.0.10")}
            ),
            VM: Host(name=VM, roles=(Role.CONTROLLER,), addresses={"mgmt": IPv4Address("10.0.0.11")}),
        },
        ssh=Ssh(through=CONTAINER),
        services=("keystone",),
    )
    return lab.lab_plan(site, declared=[KernelModule("drbd", (VM,)), BackingDevice("/dev/vdb", (VM,))])


@pytest.fixture(scope="module")
def pair() -> Iterator[str]:
    """A lab of a container and a virtual machine; its name."""
    if os.geteuid() != 0:
        pytest.skip("a lab needs root")
    try:
        lab.up(_plan(), as_cached=True)
        yield NAME
    finally:
        lab.down(NAME)
    assert NAME not in lab.labs()
    assert not (state.LABS / NAME).exists()
    assert not cgroups.labs_with_cgroups(cgroups.hierarchies()) & {NAME}
    assert NAME not in network.labs_with_namespace()


def _power(host: str) -> str:
    return next(one.power for one in lab.status(NAME).hosts if one.name == host)


def _ssh(*argv: str) -> subprocess.CompletedProcess[str]:
    """As the operator, through the container."""
    command = ["ssh", "-F", str(lab.ssh_config_path(NAME)), VM, *argv]
    inside = network.inside(NAME, command)
    return subprocess.run(inside, capture_output=True, text=True, check=False, timeout=PATIENCE)


def _answers() -> bool:
    """The container hears the virtual machine, however slow that is."""
    return _heard_within(PATIENCE)


def _silent() -> bool:
    """The container hears nothing of the virtual machine for a while."""
    return not _heard_within(2)


def _heard_within(seconds: float) -> bool:
    ping = ["ping", "-c", "1", "-w", f"{seconds:g}", "10.0.0.11"]
    return lab.exec_(NAME, CONTAINER, ping, timeout=2 * PATIENCE).returncode == 0


def test_it_is_a_machine_of_its_own_and_reached_as_any_host(pair: str) -> None:
    assert _ssh("hostname").stdout == f"{VM}\n"
    kernel = lab.exec_(pair, VM, ["uname", "-r"]).stdout
    assert kernel != lab.exec_(pair, CONTAINER, ["uname", "-r"]).stdout
    assert {one.name: one.nature.split(",")[0] for one in lab.status(pair).hosts} == {
        CONTAINER: "container",
        VM: "virtual machine",
    }
    asked = lab.exec_(pair, VM, ["sh", "-c", "cat; echo said >&2; exit 7"], stdin="heard")
    assert (asked.returncode, asked.stdout, asked.stderr) == (7, "heard", "said\n")


def test_its_module_is_loaded_and_its_device_is_there_and_empty(pair: str) -> None:
    assert "drbd" in lab.exec_(pair, VM, ["cat", "/proc/modules"]).stdout
    size = lab.exec_(pair, VM, ["cat", "/sys/block/vdb/size"]).stdout
    assert int(size) * 512 == 512 * 1024**2
    assert lab.exec_(pair, VM, ["blkid", "-p", "/dev/vdb"]).returncode == 2  # nothing found


def test_cut_off_and_healed(pair: str) -> None:
    assert _answers()
    lab.cut(pair, VM)
    assert _silent()
    assert lab.exec_(pair, VM, ["cat", "/sys/class/net/eth0/carrier"]).stdout == "1\n"
    lab.heal(pair, VM)
    assert _answers()


def test_frozen_it_says_nothing_and_goes_on_where_it_was(pair: str) -> None:
    boot = ["cat", "/proc/sys/kernel/random/boot_id"]
    begun = lab.exec_(pair, VM, boot).stdout
    lab.freeze(pair, VM)
    assert _power(VM) == "frozen"
    assert _silent()
    with pytest.raises(LabError, match="frozen"):
        lab.exec_(pair, VM, ["true"])
    lab.thaw(pair, VM)
    assert _power(VM) == "on"
    assert _answers()
    assert lab.exec_(pair, VM, boot).stdout == begun


def test_power_lost_and_given_again_it_keeps_its_disks(pair: str) -> None:
    lab.exec_(pair, VM, ["sh", "-c", "echo written > /root/kept; printf written > /dev/vdb; sync"])
    lab.power(pair, VM, "off")
    assert _power(VM) == "off"
    assert _silent()
    lab.power(pair, VM, "on")
    assert lab.exec_(pair, VM, ["cat", "/root/kept"]).stdout == "written\n"
    assert lab.exec_(pair, VM, ["head", "-c", "7", "/dev/vdb"]).stdout == "written"
    lab.power(pair, VM, "off", clean=True)
    assert _power(VM) == "off"
