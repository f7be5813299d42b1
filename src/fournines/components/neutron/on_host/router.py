"""Makes a router through the VIP, as the administrator, and looks what became of it. Runs on a host.

What it is to do stands in its input, one key each, and so does what it found in its output:

=========  =============================================================================================
``story``  makes a network, a subnet and a router, waits until every witness has seen them, deletes them
``watch``  on a host of networks: finds that router, and looks what the host itself made of it
=========  =============================================================================================

Input: JSON with keystone and neutron (URLs through the VIP) and password (the administrator's); ``story``:
hosts (the witnesses) and seconds; ``watch``: host (its own name) and seconds. A host that is asked for both
does both at once. A witness says by a tag at the router that it has seen it.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
import urllib.error
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from fournines.kit.on_host.api import Api

NAME = "nines-check"
RANGE = "198.18.0.0/24"
"""RFC 2544: nobody's own; virtual networks may overlap anyway."""
GATEWAY = "198.18.0.1"
LEFT_OVER = timedelta(minutes=10)
"""Older things of that name were left by a check that was cut off."""
FRESH = timedelta(minutes=2)
"""A younger router of that name is the one that a witness is asked about."""
PAUSE = 1.0


class Cloud:
    """Neutron's API, asked by paths below its version."""

    def __init__(self, question: dict[str, Any]) -> None:
        self.url = f"{question['neutron']}/v2.0"
        self.api = Api(question["keystone"], question["password"])

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """What lies at a path."""
        return self.api.call("GET", f"{self.url}/{path}")

    def post(self, path: str, kind: str, **values: object) -> dict[str, Any]:
        """Make a thing of a kind; what was made."""
        made: dict[str, Any] = self.api.call("POST", f"{self.url}/{path}", {kind: values})[kind]
        return made

    def put(self, path: str, values: dict[str, object] | None = None) -> None:
        """Change something."""
        self.api.call("PUT", f"{self.url}/{path}", values)

    def delete(self, path: str) -> None:
        """Delete something; it may be gone already."""
        with contextlib.suppress(urllib.error.HTTPError):
            self.api.call("DELETE", f"{self.url}/{path}")


def states(cloud: Cloud, router: str) -> dict[str, str]:
    """What each host that has the router says of itself: active, standby or unknown."""
    return {one["host"]: one["ha_state"] for one in cloud.get(f"routers/{router}/l3-agents")["agents"]}


def story(cloud: Cloud, hosts: list[str], seconds: float) -> dict[str, object]:
    """Make it, wait for the witnesses, delete it."""
    clear(cloud, LEFT_OVER)
    start = time.monotonic()
    wanted, seen, found = {f"seen-{host}" for host in hosts}, set[str](), dict[str, str]()
    try:
        network = cloud.post("networks", "network", name=NAME)["id"]
        subnet = cloud.post(
            "subnets", "subnet", name=NAME, network_id=network, ip_version=4, cidr=RANGE, gateway_ip=GATEWAY
        )["id"]
        router = cloud.post("routers", "router", name=NAME, ha=True)["id"]
        cloud.put(f"routers/{router}/add_router_interface", {"subnet_id": subnet})
        made = time.monotonic() - start
        while time.monotonic() < start + seconds and not wanted <= seen:
            time.sleep(PAUSE)
            seen = set(cloud.get(f"routers/{router}")["router"]["tags"])
        found = states(cloud, router)
    finally:
        clear(cloud, timedelta(0))
    whole = time.monotonic() - start
    unseen = sorted(name.removeprefix("seen-") for name in wanted - seen)
    return {"states": found, "unseen": unseen, "made": round(made, 1), "seconds": round(whole, 1)}


def clear(cloud: Cloud, older: timedelta) -> None:
    """Delete what was made under that name and is older than this."""
    for router in named(cloud, "routers"):
        if age(router) >= older:
            for port in cloud.get(f"ports?device_id={router['id']}")["ports"]:
                if port["device_owner"] in (
                    "network:router_interface",
                    "network:ha_router_replicated_interface",
                ):
                    with contextlib.suppress(urllib.error.HTTPError):
                        cloud.put(f"routers/{router['id']}/remove_router_interface", {"port_id": port["id"]})
            cloud.delete(f"routers/{router['id']}")
    for network in named(cloud, "networks"):
        if age(network) >= older:
            cloud.delete(f"networks/{network['id']}")


def named(cloud: Cloud, kind: str) -> list[dict[str, Any]]:
    """All things of a kind that were made under our name."""
    found: list[dict[str, Any]] = cloud.get(f"{kind}?name={NAME}")[kind]
    return found


def age(thing: dict[str, Any]) -> timedelta:
    """How long ago it was made."""
    return datetime.now(UTC) - datetime.fromisoformat(thing["created_at"])


def watch(cloud: Cloud, host: str, seconds: float) -> dict[str, object]:
    """Find the router, wait until one host is active, and look what is here.

    ``active`` says whether the gateway's address is here, ``reached`` whether it answers this host's DHCP
    namespace (None where there is none).

    Raises:
        TimeoutError: there was no such router in time, or not one active host.
    """
    until = time.monotonic() + seconds
    tag = f"seen-{host}"
    router, network = _found(cloud, tag, until)
    while list(states(cloud, router).values()).count("active") != 1:
        _wait(until, f"not one host is active: {states(cloud, router)}")
    here = _within(f"qrouter-{router}", "ip", "-4", "-oneline", "address")
    reached = None
    if host in {one["host"] for one in cloud.get(f"networks/{network}/dhcp-agents")["agents"]}:
        while not (reached := _pings(network)) and time.monotonic() < until:
            time.sleep(PAUSE)
    cloud.put(f"routers/{router}/tags/{tag}")
    return {"active": f" {GATEWAY}/" in here, "reached": reached}


def _found(cloud: Cloud, tag: str, until: float) -> tuple[str, str]:
    """The newest router that this host has not seen yet, and its network."""
    while True:
        new = [r for r in named(cloud, "routers") if age(r) < FRESH and tag not in r["tags"]]
        if new:
            router = max(new, key=lambda one: str(one["created_at"]))["id"]
            ports = cloud.get(f"ports?device_id={router}")["ports"]
            of_ours = [
                p["network_id"] for p in ports if any(f["ip_address"] == GATEWAY for f in p["fixed_ips"])
            ]
            if of_ours:
                return router, of_ours[0]
        _wait(until, "no router was made")


def _wait(until: float, why: str) -> None:
    if time.monotonic() > until:
        raise TimeoutError(why)
    time.sleep(PAUSE)


def _pings(network: str) -> bool:
    return " bytes from " in _within(f"qdhcp-{network}", "ping", "-n", "-c", "1", "-W", "1", GATEWAY)


def _within(namespace: str, *argv: str) -> str:
    """What a command in a network namespace prints; nothing where there is no such namespace."""
    command = ("ip", "netns", "exec", namespace, *argv)
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=20).stdout


def main(question: dict[str, Any]) -> dict[str, object]:
    """Do all that is asked for, at once."""
    cloud = Cloud(question)
    deeds: dict[str, Callable[..., dict[str, object]]] = {
        "story": story,
        "watch": watch,
    }
    asked = {name: question[name] for name in deeds if name in question}
    with ThreadPoolExecutor(max(1, len(asked))) as pool:
        under_way = {
            name: pool.submit(deeds[name], cloud, **(given if isinstance(given, dict) else {}))
            for name, given in asked.items()
        }
        return {name: one.result() for name, one in under_way.items()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
