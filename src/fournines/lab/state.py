"""What a lab keeps on disk, under ``/var/lib/fournines/labs/<name>/``.

The directory is the first thing ``up`` makes and the last thing ``down`` removes. It holds the plan, the
lab's SSH files, and each host's disk as an overlay. Nothing in it is needed to take the lab down.
"""

from __future__ import annotations

import errno
import fcntl
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from fournines import files
from fournines.errors import LabError
from fournines.lab.plan import LabPlan
from fournines.lab.shell import run

if TYPE_CHECKING:
    from collections.abc import Iterator

LABS = Path("/var/lib/fournines/labs")
LOCKS = Path("/run/lock/fournines")


@dataclass(frozen=True, slots=True)
class HostPaths:
    """Where a host's disk is: what it changed (``upper``), and the whole as the host sees it (``root``)."""

    directory: Path

    @property
    def upper(self) -> Path:
        """What differs from the image."""
        return self.directory / "upper"

    @property
    def work(self) -> Path:
        """Overlayfs's own."""
        return self.directory / "work"

    @property
    def root(self) -> Path:
        """The mounted overlay."""
        return self.directory / "root"

    @property
    def seed(self) -> Path:
        """What the file system of a virtual machine's own disk is made from: its ``upper`` and ``work``."""
        return self.directory / "seed"

    @property
    def own(self) -> Path:
        """A virtual machine's own disk, raw."""
        return self.directory / "own.raw"

    def device(self, number: int) -> Path:
        """A virtual machine's further block device, raw."""
        return self.directory / f"device{number}.raw"

    @property
    def monitor(self) -> Path:
        """The socket of a virtual machine's monitor (QMP)."""
        return self.directory / "monitor"

    @property
    def agent(self) -> Path:
        """The socket of the guest agent."""
        return self.directory / "agent"

    @property
    def log(self) -> Path:
        """What QEMU itself had to say."""
        return self.directory / "qemu.log"

    @property
    def personal(self) -> Path:
        """Exists once the disk has been made this host's own."""
        return self.directory / "personal"

    @property
    def cut(self) -> Path:
        """The networks that the host is cut off from, one a line; not there where it is from none."""
        return self.directory / "cut"

    @property
    def console(self) -> Path:
        """What the host printed on its console, since the lab was made."""
        return self.directory / "console.log"


@dataclass(frozen=True, slots=True)
class BmcPaths:
    """Where the files of a lab's management board are."""

    directory: Path

    @property
    def password(self) -> Path:
        """The password of its one account."""
        return self.directory / "password"

    @property
    def certificate(self) -> Path:
        """PEM: its key, its certificate, and that of the authority which signed it."""
        return self.directory / "certificate.pem"

    @property
    def ready(self) -> Path:
        """Exists once it listens."""
        return self.directory / "ready"

    @property
    def log(self) -> Path:
        """A line for each request, with what was done."""
        return self.directory / "log"


@dataclass(frozen=True, slots=True)
class LabPaths:
    """Where a lab's files are."""

    lab: str
    base: Path = LABS

    @property
    def directory(self) -> Path:
        """All of the lab."""
        return self.base / self.lab

    @property
    def plan(self) -> Path:
        """The plan and the image it was brought up with."""
        return self.directory / "plan.json"

    @property
    def image(self) -> Path:
        """A symbolic link to the image's tree, so that a host can be started again."""
        return self.directory / "image"

    @property
    def equipment(self) -> Path:
        """A symbolic link to QEMU and the kernel of the lab's virtual machines, where it has any."""
        return self.directory / "equipment"

    @property
    def accelerator(self) -> Path:
        """Says what the lab's virtual machines run on: ``kvm``, or ``tcg: why``."""
        return self.directory / "accelerator"

    @property
    def ssh_config(self) -> Path:
        """For ``ssh -F``."""
        return self.directory / "ssh_config"

    @property
    def known_hosts(self) -> Path:
        """The real host keys of the lab's hosts."""
        return self.directory / "known_hosts"

    @property
    def key(self) -> Path:
        """The operator's private key; the public one has ``.pub`` appended."""
        return self.directory / "id_ed25519"

    @property
    def hosts(self) -> Path:
        """The hosts' disks lie in it; it may be mounted."""
        return self.directory / "hosts"

    @property
    def disk(self) -> Path:
        """Says where the hosts' disks lie."""
        return self.directory / "disk"

    @property
    def bmc(self) -> BmcPaths:
        """The management board's files."""
        return BmcPaths(self.directory / "bmc")

    def host(self, name: str) -> HostPaths:
        """A host's files."""
        return HostPaths(self.hosts / name)


@dataclass(frozen=True, slots=True)
class Machines:
    """What a lab's virtual machines are started with, and on: ``kvm``, or ``tcg: why``."""

    equipment: Path
    accelerator: str


def save(paths: LabPaths, plan: LabPlan, image: Path, machines: Machines | None = None) -> None:
    """Remember what the lab is made from."""
    paths.directory.mkdir(parents=True, exist_ok=True)
    files.write(paths.plan, plan.model_dump_json(indent=1) + "\n")
    _point(paths.image, image)
    if machines is not None:
        files.write(paths.accelerator, machines.accelerator + "\n", mode=0o644)
        _point(paths.equipment, machines.equipment)


def _point(link: Path, target: Path) -> None:
    made = link.with_name(f".{link.name}")
    made.unlink(missing_ok=True)
    made.symlink_to(target)
    made.replace(link)


def load(paths: LabPaths) -> LabPlan:
    """The plan of a lab.

    Raises:
        LabError: there is no such lab, or what is on disk is not a plan.
    """
    try:
        return LabPlan.model_validate_json(paths.plan.read_bytes())
    except FileNotFoundError as missing:
        raise LabError(f"there is no lab {paths.lab}", try_this="nines lab up SITE") from missing
    except ValidationError as broken:
        raise LabError(
            f"lab {paths.lab} was made by another version of fournines",
            where=str(paths.plan),
            try_this=f"nines lab down {paths.lab}, then up again",
        ) from broken


def emulated(paths: LabPaths) -> str:
    """Why the lab's virtual machines are emulated; nothing where they are not, or it has none."""
    if not paths.accelerator.exists():
        return ""
    return paths.accelerator.read_text(encoding="utf-8").strip().partition(": ")[2]


def labs_on_disk(base: Path = LABS) -> frozenset[str]:
    """Every lab that has a directory, whole or not."""
    return frozenset(p.name for p in base.glob("*") if p.is_dir()) if base.is_dir() else frozenset()


def mounts_below(directory: Path, mounts: str) -> tuple[str, ...]:
    """The mount points at or below a directory, deepest first, from the text of ``/proc/self/mounts``.

    A place that something is mounted on twice is listed twice.
    """
    points = (line.split(" ")[1].encode().decode("unicode_escape") for line in mounts.splitlines())
    inside = (p for p in points if p == str(directory) or p.startswith(f"{directory}/"))
    return tuple(sorted(inside, key=lambda p: p.count("/"), reverse=True))


def current_mounts() -> str:
    """What is mounted in this process's view."""
    return Path("/proc/self/mounts").read_text(encoding="utf-8")


def unmount(paths: LabPaths, *, timeout: float = 5.0) -> None:
    """Unmount everything at or below the lab's directory.

    Raises:
        LabError: something stays mounted for ``timeout`` seconds.
    """
    give_up = time.monotonic() + timeout
    while points := mounts_below(paths.directory, current_mounts()):
        trouble = "still mounted"
        for point in points:
            trouble = run(["umount", point], check=False).stderr.strip() or trouble
        if time.monotonic() > give_up:
            raise LabError(trouble, where=str(paths.directory))


def remove(paths: LabPaths, *, timeout: float = 5.0) -> None:
    """Delete the lab's directory, in which nothing is mounted any more.

    A child of an ``up`` that was killed may still write into it; what it writes is deleted as well.

    Raises:
        LabError: something of it stays for ``timeout`` seconds.
    """
    if mounts_below(paths.directory, current_mounts()):  # never delete through a mount
        raise LabError("still mounted", where=str(paths.directory))
    give_up = time.monotonic() + timeout
    while paths.directory.exists():
        try:
            shutil.rmtree(paths.directory)
        except FileNotFoundError:
            continue  # somebody else deleted a part of it: look again
        except OSError as error:
            if error.errno != errno.ENOTEMPTY or time.monotonic() > give_up:
                raise LabError(str(error), where=str(paths.directory)) from error


@contextmanager
def alone(paths: LabPaths) -> Iterator[None]:
    """Hold the lab for one change at a time; another process that wants to change it waits."""
    LOCKS.mkdir(parents=True, exist_ok=True)
    with (LOCKS / f"{paths.lab}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
