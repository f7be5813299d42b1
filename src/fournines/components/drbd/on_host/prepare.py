"""Brings a volume's copy on this host to where the cluster manager can take over.

Fed a volume as JSON. ``compare`` prints what would be done and ends with 1 if anything would; ``apply`` does
it, one step at a time, looking anew before each; ``look`` prints what there is.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypedDict

from fournines.components.drbd.on_host.resolver import FILESYSTEM, Disk, Next, Refused, decide
from fournines.components.drbd.on_host.state import State, states, version

RECORDS = Path("/var/lib/fournines-drbd")
PROC = Path("/proc/drbd")
PATIENCE = 180.0
"""Seconds after which the other host is waited for no longer."""
PACE = 0.5
BEGINNING = 2**20
"""As much of a disk as must be zeros where no signature is known."""
_FLUSH = 0x1261
"""BLKFLSBUF (linux/fs.h): DRBD writes past the backing device's page cache, which would show what was."""
_IN_PROGRESS = 126
"""Where XFS's superblock says that its mkfs has not finished (xfs_format.h, sb_inprogress)."""
_MODULE = "8.4."


class Volume(TypedDict):
    """What is fed: the resource's ``name``, its ``minor`` and backing ``device``, ``size`` in bytes or 0.

    ``first`` on the one host that makes the file system.
    """

    name: str
    minor: int
    device: str
    size: int
    first: bool


def disk_of(volume: Volume) -> Disk:
    """The backing device as it is now."""
    path, record = volume["device"], RECORDS / volume["name"]
    noted = _text(record).strip() == path
    try:
        found = Path(path).stat()
    except OSError:
        return Disk(path, "missing", recorded=noted, record=str(record))
    if not stat.S_ISBLK(found.st_mode):
        return Disk(path, "other", recorded=noted, record=str(record))
    used = _user(path, found.st_rdev)
    with open(path, "rb", buffering=0) as device:  # noqa: PTH123 - a device
        with suppress(OSError):
            fcntl.ioctl(device, _FLUSH)
        size = device.seek(0, os.SEEK_END)
        device.seek(0)
        beginning = device.read(BEGINNING)
    return Disk(
        path,
        "block",
        size=size,
        used=used,
        signatures=_signatures(path),
        half=beginning.startswith(b"XFSB") and beginning[_IN_PROGRESS : _IN_PROGRESS + 1] == b"\1",
        blank=not beginning.strip(b"\0"),
        recorded=noted,
        record=str(record),
    )


def _user(path: str, number: int) -> str:
    """Who has the device open for himself: a mount, LVM, RAID; DRBD too, which is known otherwise."""
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_EXCL))
    except OSError:
        pair = f"{os.major(number)}:{os.minor(number)}"
        mounts = (line.split() for line in _text(Path("/proc/self/mountinfo")).splitlines())
        where = [words[4] for words in mounts if words[2] == pair]
        holders = Path(f"/sys/dev/block/{pair}/holders")
        held = sorted(one.name for one in holders.iterdir()) if holders.is_dir() else []
        return f"mounted at {where[0]}" if where else f"held by {', '.join(held) or 'somebody'}"
    return ""


def _signatures(path: str) -> frozenset[str]:
    said = _run("wipefs", "--no-act", "--json", path)
    found = json.loads(said)["signatures"] if said.strip() else []
    return frozenset(one["type"] for one in found)


def state_of(volume: Volume) -> State | None:
    """DRBD's device as it is now; None while it is not configured."""
    return states(_text(PROC)).get(volume["minor"])


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _run(*argv: str) -> str:
    """What a program printed.

    Raises:
        SystemExit: it failed; with what it said.
    """
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).replace("\n", "; ")
        raise SystemExit(f"{' '.join(argv)} ended with {done.returncode}: {said}")
    return done.stdout


def carry_out(step: Next, volume: Volume, disk: Disk) -> None:
    """Do one step. Nothing here says yes to a question or forces a program but over a half-made XFS."""
    name, minor = volume["name"], volume["minor"]
    if step is Next.RECORD:
        RECORDS.mkdir(mode=0o700, parents=True, exist_ok=True)
        record = RECORDS / name
        record.write_text(f"{volume['device']}\n")
        for path in (record, RECORDS):  # before anything is written to the disk
            handle = os.open(path, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)
    elif step is Next.METADATA:
        _run("drbdadm", "create-md", name)
    elif step is Next.UP:
        _run("drbdadm", "up", name)
    elif step is Next.AGREE:
        _run("drbdadm", "--", "--clear-bitmap", "new-current-uuid", f"{name}/0")
    elif step is Next.FORMAT:
        _run("drbdadm", "primary", name)
        again = ("-f",) if disk.half else ()
        _run(f"mkfs.{FILESYSTEM}", "-q", *again, "-L", name[:12], f"/dev/drbd{minor}")
        _released(name)


def _released(name: str) -> None:
    """Give up the use of the device, which udev still looks at for a moment after it was written."""
    for _ in range(20):
        try:
            _run("drbdadm", "secondary", name)
        except SystemExit:
            time.sleep(PACE)
        else:
            return
    _run("drbdadm", "secondary", name)


def compare(volume: Volume) -> int:
    """Print what is next, and end with 1, unless nothing is."""
    try:
        step = _next(volume)[0]
    except Refused as refused:
        sys.stdout.write(f"! {refused}\n")
        return 1
    if step is Next.DONE:
        return 0
    sys.stdout.write(f"+ {volume['device']}: {step.value}\n")
    return 1


def apply(volume: Volume) -> int:
    """Go from step to step until nothing is left to do here."""
    _run("modprobe", "drbd")
    module = version(_text(PROC))
    if not module.startswith(_MODULE):
        raise SystemExit(f"the kernel's DRBD is {module or 'not there'}; try: the one in Linux itself, 8.4")
    until = time.monotonic() + PATIENCE
    while True:
        step, disk = _next(volume)
        if step is Next.DONE:
            return 0
        if step is not Next.WAIT:
            carry_out(step, volume, disk)
        elif time.monotonic() < until:
            time.sleep(PACE)
        else:
            state = state_of(volume)
            seen = f"{state.connection}, {state.disk}/{state.peer_disk}" if state else "not configured"
            raise SystemExit(
                f"{volume['name']}: the other host's copy did not come ({seen}); try: nines verify, and the"
                " replication port between the two hosts"
            )


def _next(volume: Volume) -> tuple[Next, Disk]:
    disk = disk_of(volume)
    return decide(disk, state_of(volume), first=volume["first"], size=volume["size"]), disk


def look(volumes: list[Volume]) -> int:
    """Print, as JSON, the state of each volume here and where it is mounted."""
    text = _text(PROC)
    mounts = [line.split() for line in _text(Path("/proc/self/mountinfo")).splitlines()]
    found = {}
    for one in volumes:
        state = states(text).get(one["minor"])
        device = f"/dev/drbd{one['minor']}"
        found[one["name"]] = {
            "state": None if state is None else {name: getattr(state, name) for name in state.__slots__},
            "mounted": [words[4] for words in mounts if device in words],
        }
    sys.stdout.write(json.dumps({"module": version(text), "volumes": found}) + "\n")
    return 0


VERBS: dict[str, Callable[[Any], int]] = {"compare": compare, "apply": apply, "look": look}

if __name__ == "__main__":
    try:
        sys.exit(VERBS[sys.argv[1]](json.loads(sys.stdin.read())))
    except Refused as refusal:
        sys.exit(str(refusal))
