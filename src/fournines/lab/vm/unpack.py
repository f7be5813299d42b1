"""From an unpacked tree of packages to what a virtual machine starts with: kernel, initrd, layer."""

from __future__ import annotations

import os
import shutil
import struct
from importlib.resources import files as resources
from pathlib import Path
from typing import TYPE_CHECKING

from fournines.errors import LabError
from fournines.lab.shell import run

if TYPE_CHECKING:
    from collections.abc import Sequence

FOR_DISKS = ("virtio_blk", "virtio_net", "overlay")
"""Modules without which a virtual machine has no root. Its cables, too, are there before systemd looks."""
IDLE = (
    *("cryptsetup", "debug", "fstab", "getty", "gpt-auto", "hibernate-resume", "integritysetup", "run"),
    *("ssh", "system-update", "tpm2", "veritysetup"),
)
"""Generators of systemd that have nothing to find here. Under emulation each costs a tenth of a second at
every reload, and Pacemaker reloads at every start of a unit."""
TRIGGER = """\
[Unit]
Description=Devices of a lab's virtual machine (all of them would load modules for what QEMU does not have)
DefaultDependencies=no
Wants=systemd-udevd.service
After=systemd-udevd-kernel.socket systemd-udevd-control.socket
Before=sysinit.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=-udevadm trigger --type=devices --action=add --subsystem-match=net --subsystem-match=block \
--subsystem-match=virtio-ports
"""


def _init() -> str:
    return (resources("fournines.lab.vm") / "on_host/init.sh").read_text(encoding="utf-8")


_SECONDS = 900.0
"""No making is lost to a busy minute."""
RULES = (FOR_DISKS, IDLE, TRIGGER, _init())
"""What decides beside the packages how equipment is made."""


def unpack(place: Path) -> None:
    """Make ``vmlinux``, ``initrd`` and ``layer`` in a folder of the packages unpacked at its ``tree``.

    Raises:
        LabError: the tree is not what it should be.
    """
    tree = place / "tree"
    kernel = next((tree / "boot").glob("vmlinuz-*"), None)
    if kernel is None:
        raise LabError("there is no kernel in its package", where=str(tree / "boot"))
    release = kernel.name.removeprefix("vmlinuz-")
    (tree / "kernel.zst").write_bytes(payload(kernel.read_bytes()))
    _in(tree, "zstd", "--quiet", "--decompress", "--rm", "-o", "/vmlinux", "/kernel.zst")
    (tree / "vmlinux").rename(place / "vmlinux")
    modules = f"/usr/lib/modules/{release}"
    packed = (tree / modules.lstrip("/")).rglob("*.ko.xz")
    _in(tree, "xz", "--decompress", *(f"/{path.relative_to(tree)}" for path in packed))
    _in(tree, "depmod", release)
    shown = "".join(_in(tree, "modprobe", "--show-depends", "--set-version", release, m) for m in FOR_DISKS)
    _initrd(tree, place / "initrd", modules_of(shown))
    layer = place / "layer"
    (layer / "usr/lib/modules").mkdir(parents=True)
    (tree / modules.lstrip("/")).rename(layer / modules.lstrip("/"))
    _units(layer)


def _initrd(tree: Path, initrd: Path, modules: Sequence[str]) -> None:
    """A small root: busybox, the modules of the disks, and ``init.sh``; packed by busybox itself."""
    root = tree / "initrd"
    for directory in ("bin", "dev", "proc", "sys", "modules"):
        (root / directory).mkdir(parents=True)
    shutil.copy2(tree / "usr/bin/busybox", root / "bin/busybox")
    (root / "init").write_text(_init(), encoding="utf-8")
    (root / "init").chmod(0o755)
    os.mknod(root / "dev/console", 0o600 | 0o020000, os.makedev(5, 1))
    for module in modules:
        shutil.copy2(tree / module.lstrip("/"), root / "modules")
    order = "".join(f"{Path(module).name}\n" for module in modules)
    (root / "modules/order").write_text(order, encoding="ascii")
    _in(tree, "busybox", "sh", "-c", "cd /initrd && busybox find . | busybox cpio -o -H newc >/packed")
    (tree / "packed").rename(initrd)
    shutil.rmtree(root)


def _units(layer: Path) -> None:
    """A virtual machine has devices of its own, which an image of containers leaves to the machine."""
    units = layer / "etc/systemd/system"
    units.mkdir(parents=True)
    (units / "systemd-udevd.service").symlink_to("/usr/lib/systemd/system/systemd-udevd.service")
    (units / "systemd-udev-trigger.service").write_text(TRIGGER, encoding="ascii")
    generators = layer / "etc/systemd/system-generators"
    generators.mkdir()
    for name in IDLE:
        (generators / f"systemd-{name}-generator").symlink_to("/dev/null")


def _in(tree: Path, *argv: str) -> str:
    """What a program of the unpacked tree says."""
    return run(["chroot", str(tree), "env", "PATH=/usr/sbin:/usr/bin", *argv], timeout=_SECONDS).stdout


def payload(bzimage: bytes) -> bytes:
    """The compressed kernel in a bzImage (Linux, arch/x86/boot.rst: payload_offset, payload_length).

    Raises:
        LabError: it is none, or is compressed otherwise than with zstd.
    """
    if bzimage[0x202:0x206] != b"HdrS":
        raise LabError("the kernel is no bzImage")
    setup = bzimage[0x1F1] or 4
    offset, length = struct.unpack_from("<II", bzimage, 0x248)
    start = (setup + 1) * 512 + offset
    packed = bzimage[start : start + length - 4]  # the last four bytes are the unpacked size
    if packed[:4] != b"\x28\xb5\x2f\xfd":
        raise LabError("the kernel is not compressed with zstd")
    return packed


def modules_of(shown: str) -> tuple[str, ...]:
    """The files that ``modprobe --show-depends`` says are to be loaded, in that order, each once."""
    lines = (line.split() for line in shown.splitlines())
    return tuple(dict.fromkeys(words[1] for words in lines if len(words) > 1 and words[0] == "insmod"))
