"""Ends monitors of routers that are gone, and those that are deaf. Runs on a host, once a minute.

Neutron 26.0.3 starts ``neutron-keepalived-state-change`` for each router that is ready on several hosts. It
tells the agent whether keepalived made the router active here, and fails in two ways that nothing else mends:

- When the router is deleted, the agent ends it by SIGTERM, takes its pid file away and with it the only way
  to see that it is still there: one of its threads waits for a pipe whose other end it holds itself, so on
  the host where the router was active the process stays, with 60 to 120 MiB, until the next boot.
- It looks at the addresses once and only then begins to listen. What keepalived does in between is never
  told: the router is active here, and Neutron takes it for a standby everywhere. Ended, it is started again
  by the agent (``check_child_processes_interval``), and looks anew.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

MONITOR = "neutron-keepalived-state-change"
AGE = 60.0
"""Seconds: a younger one may be about to end in good order, or has not looked yet."""
SETTLES = 10.0
"""Seconds in which a monitor that hears has long told of a change: it takes it milliseconds."""
_OPTION = re.compile(r"^--(router_id|monitor_interface|monitor_cidr|conf_dir)=(.+)$")


class Monitor(NamedTuple):
    """What one was started for: the address that keepalived gives an active router, and where it tells."""

    router: str
    interface: str
    cidr: str
    folder: str


def monitor_of(command: str) -> Monitor | None:
    """What a process monitors, by its command line; None where it is no monitor.

    Neutron's programs give themselves a title, in which spaces part the words instead of NUL.
    """
    words = command.replace("\0", " ").split(" ")
    if not any(word.endswith(f"/{MONITOR}") for word in words[:2]):
        return None
    told = {found[1]: found[2] for word in words if (found := _OPTION.match(word))}
    names = ("router_id", "monitor_interface", "monitor_cidr", "conf_dir")
    return Monitor(*(told[name] for name in names)) if all(name in told for name in names) else None


def orphans(monitors: Mapping[int, Monitor], routers: frozenset[str]) -> list[int]:
    """The processes whose routers have no namespace on this host."""
    return sorted(pid for pid, monitor in monitors.items() if monitor.router not in routers)


def contradicts(monitor: Monitor, said: str, links: list[dict[str, Any]]) -> bool:
    """Whether a monitor says something else than the host shows (``ip -json address``)."""
    active = any(
        f"{one.get('local')}/{one.get('prefixlen')}" == monitor.cidr
        for link in links
        if link.get("ifname") == monitor.interface
        for one in link.get("addr_info", ())
    )
    return (said.strip() == "primary") is not active


def deaf(monitor: Monitor) -> bool:
    """Whether a monitor contradicts its host now; what cannot be seen does not."""
    asked = ("ip", "-json", "-netns", f"qrouter-{monitor.router}", "address", "show")
    try:
        said = Path(monitor.folder, "state").read_text()
        shown = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=10)
        return contradicts(monitor, said, json.loads(shown.stdout))
    except (OSError, ValueError, subprocess.SubprocessError):
        return False


def monitors_of(processes: Path) -> Iterator[tuple[int, Monitor]]:
    """The monitors that have been running for some time."""
    ticks, up = os.sysconf("SC_CLK_TCK"), float((processes / "uptime").read_text().split()[0])
    for folder in processes.glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            monitor = monitor_of((folder / "cmdline").read_text(errors="replace"))
            if monitor is not None:
                # After the name, which may hold anything, the 20th field is the start (proc(5)).
                started = int((folder / "stat").read_text().rpartition(")")[2].split()[19]) / ticks
                if up - started > AGE:
                    yield int(folder.name), monitor


def main(
    processes: Path = Path("/proc"),
    namespaces: Path = Path("/run/netns"),
    *,
    is_deaf: Callable[[Monitor], bool] = deaf,
) -> int:
    """End them; how many there were."""
    monitors = dict(monitors_of(processes))
    # Looked at after the processes: whoever is monitored has had its namespace before.
    routers = frozenset(one.name.removeprefix("qrouter-") for one in namespaces.glob("qrouter-*"))
    why = dict.fromkeys(orphans(monitors, routers), "which is gone")
    suspects = [pid for pid, monitor in monitors.items() if pid not in why and is_deaf(monitor)]
    if suspects:
        time.sleep(SETTLES)
        still = dict(monitors_of(processes))
        for pid in suspects:
            if still.get(pid) == monitors[pid] and is_deaf(monitors[pid]):
                why[pid] = "and did not hear what keepalived made of it"
    for pid, reason in why.items():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        sys.stdout.write(f"ended {pid}: it monitored router {monitors[pid].router}, {reason}\n")
    return len(why)


if __name__ == "__main__":
    main()
