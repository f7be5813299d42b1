"""Runs a program that shares work by a group of tooz, and ends its process once that is no member any more.

A member is a key in etcd that lives as long as a lease. Whoever hangs, or finds no etcd, for longer than that
is taken out; tooz then takes out a new lease and never puts the key back (``Etcd3Driver.heartbeat``, 6.3.0).
The others divide the work among themselves, and the one that is out does nothing from then on, or everything,
for as long as it runs. So its process ends here: who started it starts it anew, and it joins again.

Arguments: the program's path, then its own. Runs on a host, with tooz from the host's packages.
"""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Callable
from typing import Any

Beat = Callable[[Any], Any]
ENDED = 75
"""The exit status: for a while it could not go on (sysexits.h, EX_TEMPFAIL)."""


def watched(beat: Beat, end: Callable[[int], object] = os._exit) -> Beat:
    """A driver's heartbeat that ends the process where it had to take out a new lease."""

    def watching(driver: Any) -> Any:  # noqa: ANN401 - a driver of tooz, which is not here
        lease = driver._membership_lease  # noqa: SLF001 - there is no other sign
        left = beat(driver)
        if driver._membership_lease is not lease:  # noqa: SLF001 - as above
            sys.stderr.write("no member any more: the lease in etcd had ended\n")
            sys.stderr.flush()
            end(ENDED)
        return left

    return watching


if __name__ == "__main__":
    from tooz.drivers.etcd3gw import Etcd3Driver  # type: ignore[import-not-found]

    Etcd3Driver.heartbeat = watched(Etcd3Driver.heartbeat)
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
