"""Compares the switch's bridge to the outside with what is wanted, and makes it so. Runs on a host.

With the userspace datapath segmentation offload is on (``userspace-tso-enable``): without it TCP through a
veth fails, because its sender leaves the checksums to a card that is not there. The daemon reads that when it
starts. systemd-networkd gives the bridge its address.

Input: JSON with bridge, port, datapath (``netdev``, ``system``), offload (bool), address ("" for none).
Argument: ``make`` to change what differs.
Exit: 0 when all is as wanted, 1 when something differs, which is said line by line.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

OFFLOAD = "other_config:userspace-tso-enable"
SETTLES = 15.0
"""Seconds that the bridge's address may take to appear."""


def said(*argv: str) -> str:
    """What a command that only asks prints; nothing when it fails."""
    return subprocess.run(argv, capture_output=True, text=True, check=False).stdout.strip()


def do(*argv: str) -> None:
    """Carry out a command.

    Raises:
        CalledProcessError: it failed; it says why on standard error.
    """
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)


def differences(wanted: dict[str, Any]) -> list[str]:
    """What is not as wanted, in words."""
    bridge, port = wanted["bridge"], wanted["port"]
    found = []
    if wanted["offload"] and "true" not in said(
        "ovs-vsctl", "--timeout=10", "get", "Open_vSwitch", ".", OFFLOAD
    ):
        found.append("segmentation offload is off")
    if (
        said("ovs-vsctl", "--timeout=10", "--if-exists", "get", "bridge", bridge, "datapath_type")
        != wanted["datapath"]
    ):
        found.append(f"{bridge} is not a bridge of the datapath {wanted['datapath']}")
    if said("ovs-vsctl", "--timeout=10", "port-to-br", port) != bridge:
        found.append(f"{port} is not a port of {bridge}")
    if wanted["address"] and wanted["address"] not in addresses(bridge):
        found.append(f"{bridge} has not the address {wanted['address']}")
    if wanted["address"] and wanted["address"] in addresses(port):
        found.append(f"{port} has the address {wanted['address']} still")
    return found


def addresses(interface: str) -> set[str]:
    """The IPv4 addresses of an interface."""
    links = json.loads(said("ip", "-json", "-4", "address", "show", "dev", interface) or "[]")
    return {info["local"] for link in links for info in link.get("addr_info", ())}


def make(wanted: dict[str, Any]) -> None:
    """Make it so; the daemon is started anew where it reads a setting only then."""
    bridge, port = wanted["bridge"], wanted["port"]
    if wanted["offload"] and "true" not in said(
        "ovs-vsctl", "--timeout=10", "get", "Open_vSwitch", ".", OFFLOAD
    ):
        do("ovs-vsctl", "--timeout=10", "set", "Open_vSwitch", ".", f"{OFFLOAD}=true")
        do("systemctl", "restart", "ovs-vswitchd.service")
    kind = ("--", "set", "bridge", bridge, f"datapath_type={wanted['datapath']}")
    do(
        "ovs-vsctl",
        "--timeout=10",
        "--may-exist",
        "add-br",
        bridge,
        *kind,
        "--",
        "--may-exist",
        "add-port",
        bridge,
        port,
    )
    do("ip", "link", "set", port, "up")
    do("ip", "link", "set", bridge, "up")
    if wanted["address"]:
        do("networkctl", "reload")
        do("networkctl", "reconfigure", port, bridge)
    until = time.monotonic() + SETTLES
    while wanted["address"] and wanted["address"] not in addresses(bridge) and time.monotonic() < until:
        time.sleep(0.2)


def main() -> int:
    """Compare, change if told to, and say what differs then."""
    wanted = json.load(sys.stdin)
    if sys.argv[1:] == ["make"]:
        make(wanted)
    found = differences(wanted)
    sys.stdout.write("".join(f"{line}\n" for line in found) or f"{wanted['bridge']} is as wanted\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
