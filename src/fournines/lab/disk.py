"""Where the disks of a lab's hosts lie: in this machine's memory, or in a directory.

All hosts of a lab would share one disk of this machine, and its worst moments: a host that boots would hold
up the commits of the others, which separate machines do not do to each other. In memory a drill measures
the site. What that leaves untested is whether what was acknowledged is on a disk: in a lab the machine never
loses power, wherever the disks are.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fournines import files
from fournines.errors import LabError
from fournines.lab.shell import run
from fournines.lab.state import current_mounts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fournines.lab.plan import LabHost
    from fournines.lab.state import LabPaths

MEMORY = "memory"
GIB = 1024**3
DISK_BYTES = 1 * GIB
"""How much each host may write when its disk is in memory; a deployed controller has written 0.3 GiB."""
RUNNING_BYTES = GIB * 3 // 4
"""What a controller's programs take, with room to spare."""
VM_BYTES = 2 * GIB
"""The memory of a virtual machine."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a lab's hosts take in bytes: all their disks, and all their programs or virtual machines."""

    hosts: int
    disks: int
    running: int

    @classmethod
    def of(cls, hosts: Sequence[LabHost]) -> Needs:
        """What these hosts take."""
        devices = sum(device.mib * 1024**2 for host in hosts for device in host.devices)
        running = sum(VM_BYTES if host.vm else RUNNING_BYTES for host in hosts)
        return cls(len(hosts), len(hosts) * DISK_BYTES + devices, running)


@dataclass(frozen=True, slots=True)
class Disk:
    """``memory``, or the directory in which the hosts' disks lie; ``why`` it is not the default, if so."""

    where: str
    why: str = ""

    @property
    def in_memory(self) -> bool:
        """Whether nothing of it is on a disk."""
        return self.where == MEMORY


def choose(wanted: str | None, needs: Needs, *, available: int, default: Path) -> Disk:
    """The disk of a lab: as wanted, else memory where ``available`` bytes suffice.

    Raises:
        LabError: memory was asked for and would not suffice.
    """
    needed = needs.disks + needs.running
    short = f"{needs.hosts} hosts need {needed / GIB:.1f} GiB of memory, {available / GIB:.1f} are available"
    if wanted == MEMORY and available < needed:
        raise LabError(f"no room for disks in memory: {short}", try_this="nines lab up SITE --disk DIR")
    if wanted is not None:
        return Disk(wanted if wanted == MEMORY else str(Path(wanted).resolve()))
    return Disk(MEMORY) if available >= needed else Disk(str(default), f"not in memory: {short}")


def available_memory(meminfo: str) -> int:
    """Bytes that programs may still take, from the text of ``/proc/meminfo``."""
    words = dict(line.split(":", 1) for line in meminfo.splitlines() if ":" in line)
    return int(words["MemAvailable"].split()[0]) * 1024


def prepare(paths: LabPaths, wanted: str | None, needs: Needs) -> Disk:
    """Put the place for the hosts' disks there; one that is there stays what it is.

    Raises:
        LabError: it is there and is another one than wanted, or there is no room for it.
    """
    there = current(paths)
    if there is not None:
        if wanted is not None and choose(wanted, Needs(0, 0, 0), available=0, default=paths.hosts) != there:
            raise LabError(
                f"the disks of lab {paths.lab} lie in {there.where}",
                try_this=f"nines lab down {paths.lab}, then up with another --disk",
            )
        return there
    meminfo = Path("/proc/meminfo").read_text(encoding="utf-8")
    chosen = choose(wanted, needs, available=available_memory(meminfo), default=paths.hosts)
    paths.hosts.mkdir(parents=True, exist_ok=True)
    files.write(paths.disk, f"{chosen.where}\n", mode=0o644)  # first: `down` reads what to remove
    if chosen.in_memory:
        size = f"size={needs.disks},mode=0755"
        run(["mount", "-t", "tmpfs", "-o", size, f"nines-{paths.lab}-disks", str(paths.hosts)])
    elif chosen.where != str(paths.hosts):
        elsewhere = _elsewhere(paths.lab, chosen.where)
        elsewhere.mkdir(parents=True, exist_ok=True)
        run(["mount", "--bind", str(elsewhere), str(paths.hosts)])
    return chosen


def current(paths: LabPaths) -> Disk | None:
    """Where the disks of a lab lie; None where there are none (any more: the machine was rebooted)."""
    try:
        where = paths.disk.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    mounted = any(line.split(" ")[1] == str(paths.hosts) for line in current_mounts().splitlines())
    return Disk(where) if mounted or where == str(paths.hosts) else None


def forget(paths: LabPaths) -> None:
    """Delete what lies outside the lab's own directory; call it when nothing is mounted any more."""
    if paths.disk.exists() and (where := paths.disk.read_text(encoding="utf-8").strip()) != MEMORY:
        shutil.rmtree(_elsewhere(paths.lab, where), ignore_errors=True)


def _elsewhere(lab: str, where: str) -> Path:
    return Path(where) / f"nines-{lab}"
