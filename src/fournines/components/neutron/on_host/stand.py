"""Makes a router that is reached from outside, for a drill, or takes it away. Runs on a host.

Input: JSON with keystone and neutron (URLs through the VIP) and password (the administrator's); with
physical, cidr, pool (first and last address of an external network, for where there is none yet) and seconds
it makes one and answers with its address, without them it deletes whatever it has made.
Output: JSON with address ("" after a deletion).
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from fournines.components.neutron.on_host.cloud import Cloud, always, clear, unwired, wait
from fournines.components.neutron.on_host.router import states

NAME = "nines-drill"
PAUSE = 1.0


def stand(cloud: Cloud, physical: str, cidr: str, pool: list[str], seconds: float, *, ha: bool = True) -> str:
    """Make a router with an address outside, and wait until one host is active; the address.

    Without ``ha`` one host at a time has all routers: it has this one once the port outside is wired.

    An external network that is there already is used as it is.

    Raises:
        TimeoutError: no host, or several, were active in time.
        LookupError: there is no external network, and none may be made.
    """
    clear(cloud, always, NAME)
    outside = [
        one["id"]
        for one in cloud.get("networks?router:external=true")["networks"]
        if one["provider:physical_network"] == physical and one["subnets"]
    ]
    if not outside and not pool:
        raise LookupError("there is no external network with a subnet, by which a router could be reached")
    gateway = {"network_id": outside[0] if outside else _network(cloud, physical, cidr, pool)}
    router = cloud.post("routers", "router", name=NAME, ha=ha, external_gateway_info=gateway)
    until = time.monotonic() + seconds
    while ha and list((said := states(cloud, router["id"])).values()).count("active") != 1:
        wait(until, f"not one host is active: {said}", PAUSE)
    while not ha and (why := unwired(cloud.get(f"ports?device_id={router['id']}")["ports"])):
        wait(until, why, PAUSE)
    return str(router["external_gateway_info"]["external_fixed_ips"][0]["ip_address"])


def _network(cloud: Cloud, physical: str, cidr: str, pool: list[str]) -> str:
    """An external network with a subnet that has only these addresses to give; its id."""
    flat = {
        "router:external": True,
        "provider:network_type": "flat",
        "provider:physical_network": physical,
    }
    network = str(cloud.post("networks", "network", name=NAME, **flat)["id"])
    addresses = {"allocation_pools": [{"start": pool[0], "end": pool[1]}], "gateway_ip": None}
    fixed = {"ip_version": 4, "cidr": cidr, "enable_dhcp": False, **addresses}
    cloud.post("subnets", "subnet", name=NAME, network_id=network, **fixed)
    return network


def main(question: dict[str, Any]) -> dict[str, str]:
    """Make one, or delete what was made."""
    cloud = Cloud(question)
    wanted = {key: question[key] for key in ("physical", "cidr", "pool", "seconds", "ha") if key in question}
    if wanted:
        return {"address": stand(cloud, **wanted)}
    clear(cloud, always, NAME)
    return {"address": ""}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
