from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fournines.lab.hosts.vm import of_own_kernel
from fournines.lab.plan import Device
from fournines.lab.state import HostPaths
from fournines.lab.vm import qemu
from fournines.spec.model import HostKind

if TYPE_CHECKING:
    from fournines.lab.plan import LabHost, LabPlan

FILES = HostPaths(Path("/labs/blog/hosts/dashboard"))
MACHINE = qemu.Machine(
    ("qemu",), "tcg", Path("/cache/m/vmlinux"), Path("/cache/m/initrd"), Path("/cache/i/m.ext4")
)


def _vm(plan: LabPlan) -> LabHost:
    devices = (Device(path="/dev/vdb", mib=512), Device(path="/dev/vdc", mib=512))
    changed = {"kind": HostKind.VM, "modules": ("drbd",), "devices": devices}
    return plan.host("dashboard").model_copy(update=changed)


def _after(argv: list[str], option: str) -> list[str]:
    return [argv[n + 1] for n, word in enumerate(argv) if word == option]


def test_the_kernel_finds_the_own_disk_first_then_the_devices_and_the_image_last(plan: LabPlan) -> None:
    """/dev/vda, /dev/vdb, ...: disks are called by their places on the bus, and only the image is shared."""
    argv = qemu.argv("blog", _vm(plan), FILES, MACHINE)
    disks = [word for word in _after(argv, "-device") if word.startswith("virtio-blk-pci")]
    serials = [dict(part.split("=") for part in word.split(",")[1:])["serial"] for word in disks]
    assert serials == ["own", "device0", "device1", "image"]
    places = [word.split("addr=0x")[1].split(",")[0] for word in disks]
    assert places == sorted(places)
    assert len(set(places)) == 4
    drives = _after(argv, "-drive")
    assert [("readonly=on" in drive, "/cache/" in drive) for drive in drives] == [(False, False)] * 3 + [
        (True, True)
    ]


def test_a_cable_is_a_tap_in_the_labs_namespace_with_an_address_of_its_own(plan: LabPlan) -> None:
    host = _vm(plan)
    taps = _after(qemu.argv("blog", host, FILES, MACHINE), "-netdev")
    assert ["ifname=dashboard-e0" in taps[0], "ifname=dashboard-e1" in taps[1]] == [True, True]
    macs = {qemu.mac(lab, nic) for lab in ("blog", "other") for nic in host.nics}
    assert len(macs) == 4
    assert all(mac.startswith("52:54:00:") for mac in macs)


def test_kvm_gives_the_machines_own_processor_and_keeps_its_clock(plan: LabPlan) -> None:
    argv = qemu.argv("blog", _vm(plan), FILES, replace(MACHINE, accelerator="kvm"))
    assert _after(argv, "-accel") == ["kvm"]
    assert _after(argv, "-cpu") == ["host"]
    (kernel,) = _after(argv, "-append")
    assert "tsc=reliable" not in kernel
    (emulated,) = _after(qemu.argv("blog", _vm(plan), FILES, MACHINE), "-append")
    assert "tsc=reliable" in emulated.split()


def test_sockets_and_disks_are_named_without_their_folder(plan: LabPlan) -> None:
    """It is run in the host's folder: a socket's path has 107 bytes, a lab's folder may have more."""
    argv = qemu.argv("blog", _vm(plan), FILES, MACHINE)
    assert not any("/labs/" in word for word in argv)


def test_the_hosts_own_kernel_is_told_its_modules_and_its_interfaces(plan: LabPlan) -> None:
    host = _vm(plan)
    files = of_own_kernel("blog", host)
    assert files["etc/modules-load.d/lab.conf"] == ("drbd\n", 0o644)
    assert files["etc/systemd/system/user@.service"] == ("", 0o644), (
        "masked: nobody there has services of his own"
    )
    link, _ = files["etc/systemd/network/05-eth1.link"]
    assert f"MACAddress={qemu.mac('blog', host.nics[1])}\n" in link
    assert "Name=eth1\n" in link
