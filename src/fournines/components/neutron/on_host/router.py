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

import json
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from fournines.components.neutron.on_host.cloud import (
    NAME,
    TRIES,
    Cloud,
    clear,
    named,
    refused,
    remove,
    unwired,
    wait,
)
from fournines.kit.on_host.api import left_over

RANGE = "198.18.0.0/24"
"""RFC 2544: nobody's own; virtual networks may overlap anyway."""
GATEWAY = "198.18.0.1"
EARLIER = timedelta(seconds=30)
"""By so much the story may have begun before a witness was heard; an older router is not this story's."""
PAUSE = 2.0


class NotYetError(Exception):
    """A witness has not seen it yet, and why."""


def states(cloud: Cloud, router: str) -> dict[str, str]:
    """What each host that has the router says of itself: active, standby or unknown."""
    return {one["host"]: one["ha_state"] for one in cloud.get(f"routers/{router}/l3-agents")["agents"]}


def story(cloud: Cloud, hosts: list[str], seconds: float, *, ha: bool = True) -> dict[str, object]:
    """Make it, wait for the witnesses, delete it, and before it whatever a story left that was cut off.

    What is younger may be another story's that is being told. ``left`` are the kinds of things that could not
    be deleted. A story in which a call got lost begins anew in the first half of its time: nobody knows what
    became of it.
    """
    clear(cloud, left_over)
    until = time.monotonic() + seconds / 2
    while True:
        try:
            return _told(cloud, hosts, seconds, ha)
        except OSError as error:
            if refused(error) or time.monotonic() > until:
                raise
            time.sleep(PAUSE)


def _told(cloud: Cloud, hosts: list[str], seconds: float, ha: bool) -> dict[str, object]:  # noqa: FBT001
    start = time.monotonic()
    wanted, seen, found = {f"seen-{host}" for host in hosts}, set[str](), dict[str, str]()
    network = router = ""
    try:
        network = cloud.post("networks", "network", name=NAME)["id"]
        subnet = cloud.post(
            "subnets", "subnet", name=NAME, network_id=network, ip_version=4, cidr=RANGE, gateway_ip=GATEWAY
        )["id"]
        router = cloud.post("routers", "router", name=NAME, ha=ha)["id"]
        join(cloud, router, subnet)
        made = time.monotonic() - start
        while time.monotonic() < start + seconds and not wanted <= seen:
            time.sleep(PAUSE)
            seen = set(cloud.get(f"routers/{router}")["router"]["tags"])
        found = states(cloud, router)
    finally:
        if router:
            remove(cloud, router)
        if network:
            cloud.delete(f"networks/{network}")
    whole = time.monotonic() - start
    unseen = sorted(name.removeprefix("seen-") for name in wanted - seen)
    own = {"routers": router, "networks": network}
    left = [kind for kind, mine in own.items() if mine in {one["id"] for one in named(cloud, kind)}]
    times = {"made": round(made, 1), "seconds": round(whole, 1)}
    return {"states": found, "unseen": unseen, "left": left, **times}


def join(cloud: Cloud, router: str, subnet: str) -> None:
    """Make a router the gateway of a subnet.

    It is the longest call of all. One that got lost may have been carried out: then its port is there, and
    neither call nor story need begin anew.
    """
    for left in reversed(range(TRIES)):
        try:
            cloud.put(f"routers/{router}/add_router_interface", {"subnet_id": subnet})
        except OSError as error:
            if behind(cloud, router):
                return
            if refused(error) or not left:
                raise
            time.sleep(PAUSE)
        else:
            return


def watch(cloud: Cloud, host: str, seconds: float, *, ha: bool = True) -> dict[str, object]:
    """Find the newest router, wait until one host is active, and look what is here.

    ``active`` says whether the gateway's address is here, ``reached`` whether it answers this host's DHCP
    namespace (None where there is none).

    Raises:
        TimeoutError: there was no such router in time, or not one active host.
    """
    since, until = datetime.now(UTC) - EARLIER, time.monotonic() + seconds
    while True:
        try:
            return _looked(cloud, host, since, until, ha)
        except NotYetError as why:
            wait(until, str(why), PAUSE)
        except OSError as error:
            if refused(error) and getattr(error, "code", 0) != HTTPStatus.NOT_FOUND:
                raise
            wait(until, f"a call got lost, or the router was deleted meanwhile: {error}", PAUSE)


def _looked(cloud: Cloud, host: str, since: datetime, until: float, ha: bool) -> dict[str, object]:  # noqa: FBT001
    """What is here of the newest router, which is then told that this host has seen it.

    Agents may be wrong of it: who watches the addresses for an agent looks first and listens then, and never
    hears of one that came in between (neutron/agent/l3/keepalived_state_change.py, 2025.1).
    """
    router = _newest(cloud, since)
    network = behind(cloud, router)
    here = f" {GATEWAY}/" in _within(f"qrouter-{router}", "ip", "-4", "-oneline", "address")
    if ha and list((said := states(cloud, router)).values()).count("active") != 1:
        what = "has" if here else "has not"
        raise NotYetError(f"not one host is active: {said}; this one {what} the gateway's address")
    if not network:
        raise NotYetError("the router has no gateway's address")
    reached = None
    if _serves(cloud, network, host) if ha else _has_served(cloud, network):
        reached = _pings(network)
        if not reached and time.monotonic() < until:
            raise NotYetError("the gateway does not answer")
    cloud.put(f"routers/{router}/tags/seen-{host}")
    return {"active": here, "reached": reached}


def _serves(cloud: Cloud, network: str, host: str) -> bool:
    """Whether a DHCP server of a network is on this host."""
    return host in {one["host"] for one in cloud.get(f"networks/{network}/dhcp-agents")["agents"]}


def _has_served(cloud: Cloud, network: str) -> bool:
    """The same where the agents move, under a name that is no host's: who has them has wired all ports."""
    ports = cloud.get(f"ports?network_id={network}")["ports"]
    if "network:dhcp" not in {one["device_owner"] for one in ports}:
        raise NotYetError("the network has no DHCP server")
    if why := unwired(ports):
        raise NotYetError(why)
    return bool(_within(f"qdhcp-{network}", "ip", "-oneline", "link"))


def _newest(cloud: Cloud, since: datetime) -> str:
    made = {datetime.fromisoformat(one["created_at"]): one["id"] for one in named(cloud, "routers")}
    if not made or max(made) < since:
        raise NotYetError("no router was made")
    return str(made[max(made)])


def behind(cloud: Cloud, router: str) -> str:
    """The network whose gateway a router is; empty where it is none's."""
    for port in cloud.get(f"ports?device_id={router}")["ports"]:
        if any(fixed["ip_address"] == GATEWAY for fixed in port["fixed_ips"]):
            return str(port["network_id"])
    return ""


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
        under_way = {name: pool.submit(deeds[name], cloud, **given) for name, given in asked.items()}
        return {name: one.result() for name, one in under_way.items()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
