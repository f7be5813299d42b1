"""The command line of a virtual machine, from values."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from fournines.lab.disk import VM_BYTES
from fournines.lab.names import machine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.lab.plan import LabHost, Nic
    from fournines.lab.state import HostPaths

Accelerator = Literal["kvm", "tcg"]

KERNEL = (
    *("rw", "console=ttyS0", "quiet", "loglevel=4", "panic=0", "net.ifnames=0"),
    *("mitigations=off", "nokaslr", "audit=0", "selinux=0", "apparmor=0"),
    *("systemd.show_status=0", "systemd.log_level=warning", "systemd.condition_needs_update=0"),
)
"""The kernel's command line. Guards against hostile programs cost much under emulation and show nothing."""
EMULATED = ("tsc=reliable", "no_timer_check", "random.trust_cpu=on")
"""Under emulation: do not measure clocks against each other that come from the same one."""
PROCESSORS = 2
"""Also under emulation, where two are hardly faster than one: a program of the guest that runs at real-time
priority (corosync) took the only one whole, and its kernel alone still answered."""
SLOTS = 16
"""Number of the first PCI slot of disks: their order in it is that in which the kernel names them."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What virtual machines of a lab have in common: how QEMU is started, on what, kernel, and the image."""

    qemu: tuple[str, ...]
    accelerator: Accelerator
    vmlinux: Path
    initrd: Path
    image: Path


def mac(lab: str, nic: Nic) -> str:
    """The MAC address of a cable's inner end: QEMU's range, then what only this cable of this lab has."""
    digest = sha256(f"{lab}/{nic.outside}".encode()).digest()
    return ":".join(f"{byte:02x}" for byte in b"\x52\x54\x00" + digest[:3])


def argv(lab: str, host: LabHost, files: HostPaths, on: Machine) -> list[str]:
    """The command that is the virtual machine, to be run in the host's folder."""
    disks = [(files.own, "own"), *((files.device(n), f"device{n}") for n, _ in enumerate(host.devices))]
    return [
        *bare(machine(lab, host.name), on, *(EMULATED if on.accelerator == "tcg" else ())),
        *("-chardev", f"file,id=console,path={files.console.name},append=on", "-serial", "chardev:console"),
        *("-chardev", f"socket,id=monitor,path={files.monitor.name},server=on,wait=off"),
        *("-mon", "chardev=monitor,mode=control"),
        *("-chardev", f"socket,id=agent,path={files.agent.name},server=on,wait=off"),
        *("-device", "virtio-serial-pci"),
        *("-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0"),
        *("-device", "virtio-rng-pci"),
        *(word for n, (path, serial) in enumerate(disks) for word in _disk(n, Path(path.name), serial)),
        *_disk(len(disks), on.image, "image", only_read=True),
        *(word for n, nic in enumerate(host.nics) for word in _cable(n, nic, mac(lab, nic))),
    ]


def bare(name: str, on: Machine, *kernel: str) -> list[str]:
    """A machine with nothing but processor, memory and a kernel with these words more."""
    tcg = on.accelerator == "tcg"
    return [
        *(*on.qemu, "-name", name, "-nodefaults", "-no-user-config", "-display", "none"),
        *("-machine", "q35", "-accel", "tcg,thread=multi" if tcg else "kvm"),
        *("-cpu", "max" if tcg else "host", "-smp", f"{PROCESSORS}", "-m", f"{VM_BYTES // 1024**2}"),
        *("-kernel", str(on.vmlinux), "-initrd", str(on.initrd), "-append", " ".join((*KERNEL, *kernel))),
    ]


def _disk(number: int, path: Path, serial: str, *, only_read: bool = False) -> Iterator[str]:
    """A raw disk. ``cache=unsafe``: only QEMU is ever killed, and what it wrote is the machine's then."""
    options = ",readonly=on" if only_read else ""
    yield from ("-drive", f"if=none,id=d{number},file={path},format=raw,cache=unsafe{options}")
    place = f"addr=0x{SLOTS + number // 8:x}.{number % 8},multifunction=on"
    yield from ("-device", f"virtio-blk-pci,drive=d{number},serial={serial},{place}")


def _cable(number: int, nic: Nic, address: str) -> Iterator[str]:
    """A cable, whose outer end is in the lab's namespace already."""
    yield from ("-netdev", f"tap,id=n{number},ifname={nic.outside},script=no,downscript=no")
    yield from ("-device", f"virtio-net-pci,netdev=n{number},mac={address},romfile=")
