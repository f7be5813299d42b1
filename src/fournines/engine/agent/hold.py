"""Holds a host for one run at a time: a program of its own that lives as long as who started it listens.

The lock is flock(2)'s, so it ends with this process however that ends; and this process ends with its
standard input, which is the connection to the operator's machine. Nothing has to be cleaned up, and nothing
expires.
"""

from __future__ import annotations

import fcntl
import os
import sys
from pathlib import Path

TAKEN = 75
"""The exit status when somebody else holds the host (EX_TEMPFAIL of sysexits.h); standard output has who."""
HELD = "held"
"""The line that is said once the host is held."""
_MOST = 4096


def hold(place: Path, who: str) -> int:
    """Hold what ``place`` stands for until standard input ends; ``who`` is kept there for others to read."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.stdout.write(os.read(descriptor, _MOST).decode("utf-8", "replace") + "\n")
        return TAKEN
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, who.encode(), 0)
    sys.stdout.write(f"{HELD}\n")
    sys.stdout.flush()
    while sys.stdin.read(_MOST):
        pass
    return 0


if __name__ == "__main__":
    sys.exit(hold(Path(sys.argv[1]), sys.argv[2]))
