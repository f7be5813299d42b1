"""From an empty disk on each of two hosts to a file system that both have a copy of: what is next. Pure.

Each host decides for itself by what its own disk shows, so it can be asked again after any interruption.
Nothing is written to a disk that was not seen empty before: what is there is told, and left alone. There is
no way to say otherwise but to empty the disk by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from fournines.components.drbd.on_host.state import (
    CONNECTED,
    INCONSISTENT,
    SECONDARY,
    UP_TO_DATE,
    State,
)

METADATA, FILESYSTEM = "drbd", "xfs"
"""What wipefs calls the two things that lie on a disk of ours."""
SMALLEST = 300 * 2**20
"""mkfs.xfs refuses less (xfsprogs 5.19)."""


class Next(Enum):
    """What is to be done next. The value says it to people."""

    DONE = "the same"
    WAIT = "wait for the other host"
    RECORD = "remember that the disk was empty, then make DRBD's metadata on it"
    METADATA = "make DRBD's metadata on the empty disk"
    UP = "bring the device up"
    AGREE = "both disks are new: call their contents the same, without copying what is nothing"
    FORMAT = "make an XFS file system"


class Refused(Exception):  # noqa: N818 - an answer, not a failure
    """What is there is not ours to write on: what was found, and what can be done."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(f"{what}; try: {hint}")


@dataclass(frozen=True, slots=True)
class Disk:
    """A backing device as it was found. ``signatures`` are wipefs's words, in any order.

    ``used`` says by whom it is in use, other than by DRBD. ``half`` is XFS's own mark of a file system whose
    making was not finished. ``blank``: nothing but zeros at its beginning. ``recorded``: this host has
    written down that it found the disk empty, before it wrote anything.
    """

    path: str
    kind: str
    size: int = 0
    used: str = ""
    signatures: frozenset[str] = frozenset()
    half: bool = False
    blank: bool = True
    recorded: bool = False
    record: str = ""
    """The file in which it is written down: the path of the disk, nothing else."""

    @property
    def formatted(self) -> bool:
        """Whether a whole file system of ours is on it: our metadata, XFS, and nothing else."""
        return self.signatures == {METADATA, FILESYSTEM} and not self.half


def decide(disk: Disk, state: State | None, *, first: bool, size: int = 0) -> Next:
    """The next step on this host. ``state`` is None while its device is not configured.

    Args:
        disk: the backing device.
        state: of DRBD's device.
        first: this host makes the file system, and calls two new disks the same.
        size: bytes that the disk must have.

    Raises:
        Refused: the disk is not there, is too small, or holds what is not ours.
    """
    if state is None:
        _usable(disk)
        if METADATA not in disk.signatures:
            _empty(disk, max(size, SMALLEST))
            return Next.METADATA if disk.recorded else Next.RECORD
    _ours(disk)
    if disk.formatted:
        return Next.DONE
    if state is None:
        return Next.UP
    return _first(disk, state) if first else Next.DONE


def _first(disk: Disk, state: State) -> Next:
    if state.disk == UP_TO_DATE:
        alone_in_use = state.peer_role == SECONDARY
        both = state.connection == CONNECTED and state.peer_disk == UP_TO_DATE
        return Next.FORMAT if both and alone_in_use else Next.WAIT
    if state.disk != INCONSISTENT:
        raise Refused(
            f"{disk.path} is {state.disk} for DRBD",
            "look into the kernel's log for an error of the disk, then: drbdadm attach",
        )
    if state.connection == CONNECTED and state.peer_disk == INCONSISTENT:
        return Next.AGREE
    return Next.DONE if state.peer_disk == UP_TO_DATE else Next.WAIT


def _usable(disk: Disk) -> None:
    if disk.kind == "missing":
        raise Refused(f"there is no {disk.path}", "attach the disk, or name another device in the site file")
    if disk.kind != "block":
        raise Refused(f"{disk.path} is not a block device", "name a disk, a partition or a logical volume")
    if disk.used:
        raise Refused(
            f"{disk.path} is in use: {disk.used}", "name a device of its own, or take it out of there"
        )


def _empty(disk: Disk, size: int) -> None:
    found = ", ".join(sorted(disk.signatures))
    if found:
        raise Refused(
            f"{disk.path} is not empty, it has: {found}",
            f"name another device, or where nobody needs what is on it: wipefs --all {disk.path}, and zeros"
            " over its first megabyte",
        )
    if not disk.blank:
        raise Refused(
            f"something is written at the beginning of {disk.path}, and nothing known",
            "name another device, or where nobody needs what is on it:"
            f" dd if=/dev/zero of={disk.path} bs=1M count=1",
        )
    if disk.size < size:
        raise Refused(
            f"{disk.path} has {disk.size >> 20} MiB, {size >> 20} are needed", "name a larger device"
        )


def _ours(disk: Disk) -> None:
    """DRBD's metadata can be somebody else's, of another site or of one before."""
    if not disk.recorded:
        beside = ", ".join(sorted(disk.signatures - {METADATA}))
        also = f", beside {beside}" if beside else ""
        raise Refused(
            f"{disk.path} has DRBD metadata that this host has not made{also}",
            "name another device; or where it is this volume's own disk, on a host that was installed anew:"
            f" echo {disk.path} > {disk.record}",
        )
    if FILESYSTEM in disk.signatures and METADATA not in disk.signatures and not disk.half:
        raise Refused(
            f"{disk.path} has a file system and no metadata of DRBD",
            "look at what it is; nothing was changed",
        )
    strange = disk.signatures - {METADATA, FILESYSTEM}
    if strange:
        raise Refused(
            f"{disk.path} has {', '.join(sorted(strange))}, where only XFS is made",
            "look at what it is; nothing was changed",
        )
