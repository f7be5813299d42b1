"""What DRBD's kernel module (8.4, the one in Linux) says of its devices in /proc/drbd."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE = re.compile(r"^ *(\d+): cs:(\w+)(?: ro:(\w+)/(\w+) ds:(\w+)/(\w+) \S+ (\S+))?")
_BEHIND = re.compile(r"\boos:(\d+)")
_VERSION = re.compile(r"^version: (\S+)")
CONNECTED = "Connected"
UP_TO_DATE, INCONSISTENT = "UpToDate", "Inconsistent"
PRIMARY, SECONDARY = "Primary", "Secondary"
COPYING = frozenset(
    {
        *("SyncSource", "SyncTarget", "PausedSyncS", "PausedSyncT", "VerifyS", "VerifyT"),
        *("StartingSyncS", "StartingSyncT", "WFBitMapS", "WFBitMapT", "WFSyncUUID", "Ahead", "Behind"),
    }
)
"""States in which the hosts hear each other, and one's copy is brought up to date or compared."""


@dataclass(frozen=True, slots=True)
class State:
    """A device as one host sees it: its own side first, then what it knows of the other."""

    connection: str
    role: str
    peer_role: str
    disk: str
    peer_disk: str
    suspended: bool
    behind: int
    """KiB that are not the same on both sides, as far as this side knows."""


def states(text: str) -> dict[int, State]:
    """The devices that are configured, by minor number."""
    found: dict[int, State] = {}
    minor = None
    for line in text.splitlines():
        if match := _LINE.match(line):
            number, connection, role, peer_role, disk, peer_disk, flags = match.groups()
            minor = int(number) if role else None
            if minor is not None:
                found[minor] = State(connection, role, peer_role, disk, peer_disk, flags.startswith("s"), 0)
        elif minor is not None and (oos := _BEHIND.search(line)):
            one = found[minor]
            found[minor] = State(
                *(one.connection, one.role, one.peer_role, one.disk, one.peer_disk, one.suspended),
                behind=int(oos[1]),
            )
    return found


def version(text: str) -> str:
    """The module's version; empty where it is not loaded."""
    match = _VERSION.match(text)
    return match[1] if match else ""
