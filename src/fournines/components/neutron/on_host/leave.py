"""Takes off this host what the agents of networks made, once they have moved to another. Runs on a host.

What the agents have started goes on while they are restarted, and so it does when they have left: routers
would answer here for addresses that are another host's by now. So the cluster manager runs this as the last
thing of a move on the host that is left, and as the first on the one that takes over, for what an earlier
life may have left there. It is not for hosts of instances, whose ports it would take for an agent's.

Whatever is gone already is not missed; what cannot be taken away ends it with 1.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

STATE = Path("/var/lib/neutron")
FOLDERS = ("dhcp", "external/pids", "ha_confs", "ns-metadata-proxy", "ra")
"""Where agents keep of routers and networks what they take up again after a restart."""
SPACES = ("qrouter-", "qdhcp-", "snat-", "fip-")
"""How the namespaces begin that agents make."""
PAUSE = 0.05
ENDS = 5.0
"""Seconds in which the kernel has ended what was killed."""

Run = Callable[..., str]


def run(*argv: str) -> str:
    """What a command prints; nothing where it fails."""
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=30).stdout


def spaces(listed: str) -> list[str]:
    """The agents' namespaces in what ``ip netns list`` prints."""
    names = [line.split()[0] for line in listed.splitlines() if line.strip()]
    return [name for name in names if name.startswith(SPACES)]


def plugged(listed: str) -> list[str]:
    """The agents' ports in what ``ovs-vsctl --format=json list Interface`` prints: those with a port's id."""
    rows = json.loads(listed or '{"data": []}')["data"]
    return [name for name, (_, ids) in rows if any(key == "iface-id" for key, _ in ids)]


def kill(found: list[str], ask: Run) -> None:
    """End every process in these namespaces: keepalived, dnsmasq, the proxies and who watches addresses."""
    until = time.monotonic() + ENDS
    while True:
        pids = {int(pid) for name in found for pid in ask("ip", "netns", "pids", name).split()}
        if not pids or time.monotonic() > until:
            return
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(PAUSE)


def forget(state: Path) -> int:
    """Delete what is in the agents' folders, and not the folders; how many files there were."""
    count = 0
    for folder in (state / name for name in FOLDERS):
        for path in sorted(folder.rglob("*"), reverse=True):  # what is in a folder before the folder
            with contextlib.suppress(FileNotFoundError):
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
                count += 1
    return count


def main(state: Path = STATE, ask: Run = run) -> int:
    """Take it all away; how much is left."""
    found = spaces(ask("ip", "netns", "list"))
    kill(found, ask)
    listing = (
        "ovs-vsctl",
        "--timeout=10",
        "--format=json",
        "--columns=name,external_ids",
        "list",
        "Interface",
    )
    ports = plugged(ask(*listing))
    if ports:
        gone = [word for name in ports for word in ("--", "--if-exists", "del-port", name)]
        ask("ovs-vsctl", "--timeout=20", *gone[1:])
    for name in found:
        ask("ip", "netns", "delete", name)
    files = forget(state)
    left = [*spaces(ask("ip", "netns", "list")), *plugged(ask(*listing))]
    sys.stdout.write(
        f"{len(found)} namespaces, {len(ports)} ports, {files} files; left: {left or 'nothing'}\n"
    )
    return len(left)


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
