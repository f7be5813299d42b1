"""Kernel limits that all labs of a machine share."""

from __future__ import annotations

from pathlib import Path

_INOTIFY = Path("/proc/sys/fs/inotify/max_user_instances")
INOTIFY_INSTANCES = 8192
"""Every host's systemd, path units and keepalived watch files, all as the same user. A deployed host takes
about 13 instances; the kernel's default of 128 is used up by the third lab, whose units then fail with
"Too many open files"."""


def raise_inotify(limit: Path = _INOTIFY) -> None:
    """Allow more inotify instances. A machine that forbids it keeps its own limit: small labs still work."""
    try:
        if int(limit.read_text()) < INOTIFY_INSTANCES:
            limit.write_text(f"{INOTIFY_INSTANCES}\n")
    except OSError:
        return
