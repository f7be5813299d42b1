"""Ends monitors of routers that are no longer on this host. Runs on a host, once a minute.

Neutron 26.0.3 starts ``neutron-keepalived-state-change`` for each router that is ready on several hosts. When
the router is deleted, the agent ends it by SIGTERM, takes its pid file away and with it the only way to see
that it is still there: one of its threads waits for a pipe whose other end it holds itself, so on the host
where the router was active the process stays, with 60 to 120 MiB, until the next boot.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

MONITOR = "neutron-keepalived-state-change"
AGE = 60.0
"""Seconds: a younger one may be about to end in good order."""
_ROUTER = re.compile(r"^--router_id=([0-9a-f-]{36})$")


def router_of(command: str) -> str | None:
    """The router that a process monitors, by its command line; None where it is none.

    Neutron's programs give themselves a title, in which spaces part the words instead of NUL.
    """
    words = command.replace("\0", " ").split(" ")
    if not any(word.endswith(f"/{MONITOR}") for word in words[:2]):
        return None
    return next((found[1] for word in words if (found := _ROUTER.match(word))), None)


def orphans(monitors: Mapping[int, str], routers: frozenset[str]) -> list[int]:
    """The processes whose routers have no namespace on this host, of router by process."""
    return sorted(pid for pid, router in monitors.items() if router not in routers)


def main(processes: Path = Path("/proc"), namespaces: Path = Path("/run/netns")) -> int:
    """End them; how many there were."""
    ticks, up = os.sysconf("SC_CLK_TCK"), float((processes / "uptime").read_text().split()[0])
    monitors = {}
    for folder in processes.glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            router = router_of((folder / "cmdline").read_text(errors="replace"))
            if router is not None:
                # After the name, which may hold anything, the 20th field is the start (proc(5)).
                started = int((folder / "stat").read_text().rpartition(")")[2].split()[19]) / ticks
                if up - started > AGE:
                    monitors[int(folder.name)] = router
    # Looked at after the processes: whoever is monitored has had its namespace before.
    routers = frozenset(one.name.removeprefix("qrouter-") for one in namespaces.glob("qrouter-*"))
    found = orphans(monitors, routers)
    for pid in found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        sys.stdout.write(f"ended {pid}: it monitored router {monitors[pid]}, which is gone\n")
    return len(found)


if __name__ == "__main__":
    main()
