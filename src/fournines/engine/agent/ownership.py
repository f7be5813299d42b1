"""Names of owners and groups, and the numbers the kernel knows."""

from __future__ import annotations

import grp
import os
import pwd
from typing import Any


def owner_name(uid: int) -> str:
    """An account's name, or its number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def group_name(gid: int) -> str:
    """A group's name, or its number where it has none."""
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def ids(entry: dict[str, Any]) -> tuple[int, int]:
    """The numbers of an entry's ``owner`` and ``group``.

    Raises:
        LookupError: the host knows no such account or group.
    """
    try:
        uid = pwd.getpwnam(entry["owner"]).pw_uid
    except KeyError:
        raise LookupError(f"{entry['path']}: there is no account {entry['owner']!r}") from None
    try:
        gid = grp.getgrnam(entry["group"]).gr_gid
    except KeyError:
        raise LookupError(f"{entry['path']}: there is no group {entry['group']!r}") from None
    return uid, gid


def attributes(status: os.stat_result) -> dict[str, Any]:
    """Mode, owner and group as the engine compares them."""
    return {
        "mode": status.st_mode & 0o7777,
        "owner": owner_name(status.st_uid),
        "group": group_name(status.st_gid),
    }
