"""What a virtual machine is started with: QEMU, a kernel, and what that needs before it finds its disks.

All of it comes from the archive that the hosts' packages come from, unpacked and not installed, under
``/var/cache/fournines/machines/RECIPE-VERSIONS``. QEMU runs from there by its own loader, so the machine may
be an older Debian: with QEMU 7.2 Linux 6.12 died of double faults at cmpxchg16b under emulation.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from fournines.errors import LabError
from fournines.kit.release import SUITE
from fournines.lab.images.archive import Archive, contents
from fournines.lab.images.build import mmdebstrap_argv, run_logged
from fournines.lab.images.image import CACHE, alone
from fournines.lab.images.recipe import Recipe
from fournines.lab.shell import need_root, run
from fournines.lab.vm.unpack import RULES, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fournines.lab.images.image import Sources

EQUIPMENT = 1
"""Raised whenever the way it is made changes, so that an old one is not taken for a new one."""
KERNEL = ("linux-image-cloud-amd64", "base-files", "busybox-static", "kmod", "xz-utils", "zstd")
"""The kernel, and the programs that prepare it. The cloud one has ext4 and the bus of virtio built in."""
QEMU = ("qemu-system-x86",)
PROGRAM = "qemu-system-x86_64"
ENOUGH = (10,)
"""The version from which on the machine's own QEMU is taken; 7.2 fails, those between were not tried."""


@dataclass(frozen=True, slots=True)
class Equipment:
    """A whole one, at ``path``."""

    path: Path

    @property
    def vmlinux(self) -> Path:
        """The kernel, unpacked: under emulation it would take seconds to unpack itself."""
        return self.path / "vmlinux"

    @property
    def initrd(self) -> Path:
        """What the kernel begins with."""
        return self.path / "initrd"

    @property
    def layer(self) -> Path:
        """What lies over an image of containers to make it one of virtual machines."""
        return self.path / "layer"

    def qemu(self) -> list[str]:
        """The command that starts QEMU: from here, or the machine's own where none is here."""
        tree, libraries = self.path / "tree", self.path / "tree/usr/lib/x86_64-linux-gnu"
        if not (tree / "usr/bin" / PROGRAM).exists():
            return [PROGRAM]
        return [
            *("env", f"QEMU_MODULE_DIR={libraries / 'qemu'}"),
            *(str(libraries / "ld-linux-x86-64.so.2"), "--library-path", str(libraries)),
            *(str(tree / "usr/bin" / PROGRAM), "-L", str(tree / "usr/share/qemu")),
            *("-L", str(tree / "usr/share/seabios")),
        ]


def ensure(
    sources: Callable[[], Sources],
    progress: Callable[[str], None],
    cache: Path = CACHE,
    *,
    as_cached: bool = False,
) -> Equipment:
    """Equipment as the archive has it now, made first where none is cached.

    Raises:
        LabError: this is no x86-64 machine or this process is not root's, or it could not be made.
    """
    if os.uname().machine != "x86_64":
        raise LabError(f"virtual machines of a lab need an x86-64 machine, this is {os.uname().machine}")
    need_root()
    packages = KERNEL if own_qemu() else (*KERNEL, *QEMU)
    machines = cache / "machines"
    machines.mkdir(parents=True, exist_ok=True)
    digest = sha256(json.dumps([EQUIPMENT, SUITE, packages, *RULES]).encode())
    recipe = digest.hexdigest()[:16]
    with alone(machines / ".lock", progress) as lock:
        there = [one for one in cached(cache) if one.path.name.startswith(f"{recipe}-")]
        newest = max(there, key=lambda one: one.path.stat().st_mtime, default=None)
        if newest is not None and as_cached:
            return newest
        try:
            name = f"{recipe}-{_versions(packages, sources(), cache)}"
        except (LabError, OSError) as error:
            if newest is None:
                raise
            progress(f"QEMU and kernel as cached; whether the archive has newer ones is not known: {error}")
            return newest
        if not (machines / name).exists():
            progress("unpacking QEMU and a kernel for virtual machines")
            _make(machines / name, packages, sources(), progress, cache, lock=lock)
    return Equipment(machines / name)


def cached(cache: Path = CACHE) -> tuple[Equipment, ...]:
    """All that is in the cache."""
    return tuple(Equipment(path) for path in sorted((cache / "machines").glob("[!.]*")) if path.is_dir())


def delete(unwanted: Equipment) -> None:
    """Remove one from the cache; interrupted, it leaves something that the next making sweeps."""
    doomed = unwanted.path.with_name(f".making-{unwanted.path.name}")
    with alone(unwanted.path.with_name(".lock"), lambda _: None):
        unwanted.path.with_name(f"{unwanted.path.name}.log").unlink(missing_ok=True)
        unwanted.path.rename(doomed)
        shutil.rmtree(doomed)


def own_qemu() -> bool:
    """Whether this machine's own QEMU is new enough."""
    if shutil.which(PROGRAM) is None:
        return False
    return version(run([PROGRAM, "--version"]).stdout) >= ENOUGH


def version(said: str) -> tuple[int, ...]:
    """QEMU's version, from what it says of itself."""
    found = re.search(r"version (\d+)\.(\d+)", said)
    return tuple(map(int, found.groups())) if found else ()


def _versions(packages: Sequence[str], sources: Sources, cache: Path) -> str:
    archive = Archive(cache / "archive" / SUITE, *sources)
    with alone(cache / f".archive-{SUITE}.lock", lambda _: None):
        archive.look()
        return contents(archive.closure(packages))


def _make(
    place: Path,
    packages: Sequence[str],
    sources: Sources,
    progress: Callable[[str], None],
    cache: Path,
    *,
    lock: int,
) -> None:
    for leftover in place.parent.glob(".making-*"):
        shutil.rmtree(leftover)
    making = place.with_name(f".making-{place.name}")
    making.mkdir()
    repositories, options = sources
    (cache / "debs").mkdir(exist_ok=True)
    argv = mmdebstrap_argv(
        Recipe(tuple(packages)), making / "tree", cache / "debs", options, variant="extract"
    )
    lines = "".join(source.one_line() + "\n" for source in repositories)
    log = place.with_name(f"{place.name}.log")
    run_logged(argv, lines, log, progress, lock, what="unpacking QEMU and a kernel")
    unpack(making)
    making.rename(place)
