"""The cgroups of a lab's hosts: who belongs to a host, freezing it, killing it.

Each host has a cgroup of its own before systemd-nspawn starts in it. nspawn, told to stay where it is
(``--keep-unit``), then makes ``payload`` and ``supervisor`` below it; started from a shared cgroup, all
containers would share one ``payload``, and freezing or killing one would hit them all.

Membership is also the lab's memory: whatever happened to the process that made a host, everything that
belongs to the host is found here, by name. No process is ever looked for by its command line.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fournines.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = "nines"
"""Name of the cgroup that holds those of all labs."""
SHARES = 8192
"""CPU weight of all labs together against one other process of the machine, which has 1024."""
REALTIME_ALL, REALTIME_HOST = 900_000, 50_000
"""Microseconds of each second (the default ``cpu.rt_period_us``) that real-time programs may take: those of
all labs, and of one host. A new cgroup of a kernel with CONFIG_RT_GROUP_SCHED has none, and keepalived could
not be real-time on a lab host as it is on a machine (Linux, scheduler/sched-rt-group.rst)."""

JOIN_CGROUPS = 'until [ "$1" = -- ]; do echo $$ >"$1"/cgroup.procs || exit 125; shift; done; shift; exec "$@"'
"""Shell text: move into the cgroups listed before ``--``, then become the command listed after it."""


@dataclass(frozen=True, slots=True)
class Hierarchies:
    """Where the two hierarchies are mounted that systemd uses.

    ``unified`` is cgroup v2. ``named`` is the v1 hierarchy ``name=systemd`` on machines that still run
    both (hybrid), and None elsewhere. ``cpu`` is v1's CPU controller where v2 does not have it: hosts share
    the processors as hosts, not by how many processes each runs, so that one that boots leaves the others
    the time that separate machines would have.
    """

    unified: Path
    named: Path | None = None
    cpu: Path | None = None

    @property
    def all(self) -> tuple[Path, ...]:
        """Every mounted hierarchy that a host needs a cgroup in."""
        return tuple(root for root in (self.unified, self.named, self.cpu) if root is not None)


def parse_mounts(mounts: str) -> Hierarchies:
    """The hierarchies from the text of ``/proc/self/mounts``.

    Raises:
        LabError: there is no cgroup v2, on which freezing and killing a host depend.
    """
    unified = named = cpu = None
    for line in mounts.splitlines():
        _, where, kind, options, *_ = line.split(" ")
        if kind == "cgroup2":
            unified = unified or Path(where)
        elif kind == "cgroup" and "name=systemd" in options.split(","):
            named = named or Path(where)
        elif kind == "cgroup" and "cpu" in options.split(","):
            cpu = cpu or Path(where)
    if unified is None:
        raise LabError("cgroup v2 is not mounted", try_this="mount -t cgroup2 cgroup2 /sys/fs/cgroup")
    return Hierarchies(unified, named, cpu)


def hierarchies() -> Hierarchies:
    """The hierarchies of this machine."""
    return parse_mounts(Path("/proc/self/mounts").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class HostCgroups:
    """The cgroups of one host; making the object makes nothing."""

    where: Hierarchies
    lab: str
    host: str

    @property
    def directories(self) -> tuple[Path, ...]:
        """The host's cgroup in each hierarchy."""
        return tuple(root / ROOT / self.lab / self.host for root in self.where.all)

    @property
    def inside(self) -> tuple[Path, ...]:
        """Where a process belongs that was sent into the running host: beside its systemd."""
        return tuple(
            directory if root == self.where.cpu else directory / "payload" / "init.scope"
            for root, directory in zip(self.where.all, self.directories, strict=True)
        )

    @property
    def unified(self) -> Path:
        """The host's cgroup v2, which is there while the host has power."""
        return self.directories[0]

    def make(self) -> None:
        """Make the cgroups, with the controllers that this machine can pass on."""
        for root, directory in zip(self.where.all, self.directories, strict=True):
            directory.mkdir(parents=True, exist_ok=True)
            if root is self.where.unified:
                for level in (root, root / ROOT, root / ROOT / self.lab):
                    _pass_on_controllers(level)
            elif root == self.where.cpu:
                with suppress(OSError):  # a machine that forbids it shares its processors as it likes
                    (root / ROOT / "cpu.shares").write_text(f"{SHARES}\n")
                _grant_realtime(directory)

    def weigh(self, share: float) -> None:
        """Give the host so much of what an ordinary one has a claim to where hosts contend for processors."""
        files = [(self.unified / "cpu.weight", 100)]
        if self.where.cpu is not None:
            files.append((self.where.cpu / ROOT / self.lab / self.host / "cpu.shares", 1024))
        for file, whole in files:
            with suppress(OSError):  # one of the two has the controller; the host may be off again
                if file.exists():
                    file.write_text(f"{round(whole * share)}\n")

    def processes(self) -> frozenset[int]:
        """Every process of the host, container manager included."""
        return frozenset(pid for d in self.directories for pid in _processes(d))

    def leader(self) -> int | None:
        """The host's PID 1 as this machine numbers it; None when the host is off."""
        for directory in self.directories:
            for pid in _processes(directory / "payload"):
                if is_first_of_container(_status(pid)):
                    return pid
        return None

    @property
    def frozen(self) -> bool:
        """Whether the host is frozen."""
        with suppress(OSError):
            return "frozen 1" in (self.unified / "payload" / "cgroup.events").read_text().splitlines()
        return False

    def freeze(self, *, timeout: float = 5.0) -> None:
        """Stop the whole host where it is. cgroup v2's freezer, because a v1-frozen host cannot be killed.

        Raises:
            LabError: the kernel did not report it frozen within ``timeout`` seconds.
        """
        self._set_frozen(on=True, timeout=timeout)

    def thaw(self, *, timeout: float = 5.0) -> None:
        """Let the host go on."""
        self._set_frozen(on=False, timeout=timeout)

    def _set_frozen(self, *, on: bool, timeout: float) -> None:
        (self.unified / "payload" / "cgroup.freeze").write_text("1" if on else "0")
        give_up = time.monotonic() + timeout
        while self.frozen is not on:
            if time.monotonic() > give_up:
                raise LabError(f"not {'frozen' if on else 'thawed'} after {timeout:g} s", where=self.host)
            time.sleep(0.002)

    def clear(self, *, timeout: float = 20.0) -> None:
        """Kill everything of the host at one instant, wait until nothing is left, remove the cgroups.

        They are removed at every power-off, too: a cgroup remembers that it was killed, and in one that
        was, everything a new systemd starts with CLONE_INTO_CGROUP is killed too (seen with Linux 6.18).

        Raises:
            LabError: something is still there after ``timeout`` seconds.
        """
        give_up = time.monotonic() + timeout
        while any(directory.exists() for directory in self.directories):
            for directory in self.directories:
                with suppress(OSError):  # only v2 has the file; both hierarchies hold the same processes
                    (directory / "cgroup.kill").write_text("1")
                _remove_tree(directory)
            if time.monotonic() > give_up:
                raise LabError(f"processes survive SIGKILL: {sorted(self.processes())}", where=self.host)
            time.sleep(0.005)


def hosts_with_cgroups(where: Hierarchies, lab: str) -> frozenset[str]:
    """Every host of a lab that has a cgroup on this machine."""
    return frozenset(d.name for root in where.all for d in (root / ROOT / lab).glob("*") if d.is_dir())


def labs_with_cgroups(where: Hierarchies) -> frozenset[str]:
    """Every lab that has a cgroup on this machine."""
    return frozenset(d.name for root in where.all for d in (root / ROOT).glob("*") if d.is_dir())


def remove_lab(where: Hierarchies, lab: str) -> None:
    """Remove what held the cgroups of a lab's hosts, once those are cleared."""
    for root in where.all:
        for directory in (root / ROOT / lab, root / ROOT):
            with suppress(OSError):  # not there, or another lab's too
                directory.rmdir()


def is_first_of_container(status: str) -> bool:
    """Whether ``/proc/<pid>/status`` belongs to PID 1 of a container one level down.

    ``NSpid:`` lists the process's number in each PID namespace from ours inwards. A service that has a
    PID namespace of its own (PrivatePIDs=) is two levels down and does not count.
    """
    for line in status.splitlines():
        if line.startswith("NSpid:"):
            numbers = line.split()[1:]
            return len(numbers) == 2 and numbers[1] == "1"  # noqa: PLR2004 - ours and the container's
    return False


def _status(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    return ""


def _processes(top: Path) -> Iterator[int]:
    """The processes of a cgroup and of everything below it; a cgroup that vanishes has none."""
    for directory in _walk(top):
        with suppress(OSError):
            for pid in (directory / "cgroup.procs").read_text().split():
                yield int(pid)


def _walk(top: Path) -> Iterator[Path]:
    """A cgroup and all below it, parents first."""
    yield top
    children: list[Path] = []
    with suppress(OSError):
        children = [child for child in top.iterdir() if child.is_dir()]
    for child in children:
        yield from _walk(child)


def _remove_tree(top: Path) -> None:
    for directory in reversed(list(_walk(top))):
        with suppress(OSError):
            directory.rmdir()


def _grant_realtime(host: Path) -> None:
    """Let a host have real-time programs; where the kernel refuses, they run as ordinary ones."""
    lab = host.parent
    hosts = sum(child.is_dir() for child in lab.iterdir())
    for level, budget in ((lab.parent, REALTIME_ALL), (lab, hosts * REALTIME_HOST), (host, REALTIME_HOST)):
        with suppress(OSError):
            (level / "cpu.rt_runtime_us").write_text(f"{budget}\n")


def _pass_on_controllers(directory: Path) -> None:
    """Hand down the controllers a host's systemd wants; a machine that has none in v2 is fine too."""
    with suppress(OSError):
        have = (directory / "cgroup.controllers").read_text().split()
        for controller in {"cpu", "memory", "pids", "io"} & set(have):
            with suppress(OSError):
                (directory / "cgroup.subtree_control").write_text(f"+{controller}")
