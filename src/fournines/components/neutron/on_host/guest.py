"""Makes a guest for a drill, as far as its network sees one, or takes it away. Runs on a host with a switch.

The guest is a port of Neutron that is bound to this host, and a network namespace with one end of a veth. Its
other end is a port of br-int, told of there as a hypervisor tells of its own (ovs-vswitchd.conf.db(5),
external_ids of Interface), so the switch's agent treats it as it treats an instance's.

Input: JSON with keystone and neutron (URLs through the VIP) and password (the administrator's); with host
(this one's name), servers (how many serve DHCP in a network) and seconds it makes one and answers with the
address of a DHCP server that is on another host; without them it deletes whatever it has made.
Output: JSON with address ("" after a deletion).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from typing import Any

from fournines.components.neutron.on_host.cloud import Cloud, always, clear, wait

NAME = "nines-drill"
RANGE = "198.19.0.0/24"
"""RFC 2544, and not the part that ``router`` uses: an address is looked for in all namespaces of a host."""
GUEST = "nines-guest"
"""The namespace, and the end of the veth that is plugged in."""
INSIDE = "eth0"
PAUSE = 1.0
LEASE = (
    *("timeout", "3", "ip", "netns", "exec", GUEST),
    *("busybox", "udhcpc", "-i", INSIDE, "-s", "/bin/true", "-f", "-q", "-n", "-t", "1", "-T", "2"),
)
"""One request for a lease, as at a boot: a single DISCOVER, two seconds for its answer, nothing set up."""
_OBTAINED = re.compile(r"lease of \S+ obtained from ([0-9.]+)")


def server_of(said: str) -> str | None:
    """The address of the server that gave a lease, from what udhcpc said; None where none did."""
    found = _OBTAINED.search(said)
    return found[1] if found else None


def stand(cloud: Cloud, host: str, servers: int, seconds: float) -> str:
    """Make a guest with a lease; the address of a DHCP server on another host, if it can be who gave it.

    Raises:
        TimeoutError: not all of it was there in time.
        RuntimeError: Neutron could not bind the guest's port to this host.
    """
    remove(cloud)
    until = time.monotonic() + seconds
    network = cloud.post("networks", "network", name=NAME)["id"]
    fixed = {"ip_version": 4, "cidr": RANGE, "gateway_ip": None}
    cloud.post("subnets", "subnet", name=NAME, network_id=network, **fixed)
    while len(there := _servers(cloud, network)) < servers:
        wait(until, f"{len(there)} of {servers} DHCP servers are there: {', '.join(there.values())}", PAUSE)
    port = cloud.post("ports", "port", name=NAME, network_id=network, **{"binding:host_id": host})
    if port["binding:vif_type"] != "ovs":
        raise RuntimeError(f"a port on {host} has the vif_type {port['binding:vif_type']}: has it an agent?")
    plug(port["id"], port["mac_address"])
    while cloud.get(f"ports/{port['id']}")["port"]["status"] != "ACTIVE":
        wait(until, "the guest's port does not become active", PAUSE)
    while (served := lease()) is None:
        wait(until, "no DHCP server answers the guest", PAUSE)
    return next(address for address in (served, *sorted(there)) if there.get(address, host) != host)


def _servers(cloud: Cloud, network: str) -> dict[str, str]:
    """The hosts of the network's DHCP servers that are wired up, by address."""
    return {
        port["fixed_ips"][0]["ip_address"]: port["binding:host_id"]
        for port in cloud.get(f"ports?network_id={network}")["ports"]
        if port["device_owner"] == "network:dhcp" and port["status"] == "ACTIVE"
    }


def plug(port: str, mac: str) -> None:
    """Make the namespace with its interface, and plug it into the switch.

    Raises:
        CalledProcessError: a command failed; it says why on standard error.
    """
    _do("ip", "netns", "add", GUEST)
    _do("ip", "link", "add", GUEST, "type", "veth", "peer", "name", INSIDE, "netns", GUEST)
    _do("ip", "-netns", GUEST, "link", "set", INSIDE, "address", mac, "up")
    _do("ip", "link", "set", GUEST, "up")
    told = {"iface-id": port, "iface-status": "active", "attached-mac": mac}
    words = (f'external_ids:{key}="{value}"' for key, value in told.items())
    add = ("ovs-vsctl", "--timeout=10", "--may-exist", "add-port", "br-int", GUEST)
    _do(*add, "--", "set", "Interface", GUEST, *words)


def unplug() -> None:
    """Take both away; whatever of it is not there is not missed."""
    for argv in (
        ("ovs-vsctl", "--timeout=10", "--if-exists", "del-port", "br-int", GUEST),
        ("ip", "link", "delete", GUEST),
        ("ip", "netns", "delete", GUEST),
    ):
        subprocess.run(argv, check=False, capture_output=True)


def _do(*argv: str) -> None:
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)


def lease() -> str | None:
    """The address of the server that gives the guest a lease now."""
    said = subprocess.run(LEASE, check=False, capture_output=True, text=True)
    return server_of(said.stdout + said.stderr)


def remove(cloud: Cloud) -> None:
    """Take the guest away, and delete its port and its network."""
    unplug()
    clear(cloud, always, NAME)


def main(question: dict[str, Any]) -> dict[str, str]:
    """Make one, or delete what was made."""
    cloud = Cloud(question)
    wanted = {key: question[key] for key in ("host", "servers", "seconds") if key in question}
    if wanted:
        return {"address": stand(cloud, **wanted)}
    remove(cloud)
    return {"address": ""}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
