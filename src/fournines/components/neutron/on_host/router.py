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
from http import HTTPStatus
from typing import Any

from fournines.kit.on_host.api import Api, left_over

NAME = "nines-check"
RANGE = "198.18.0.0/24"
"""RFC 2544: nobody's own; virtual networks may overlap anyway."""
GATEWAY = "198.18.0.1"
EARLIER = timedelta(seconds=30)
"""By so much the story may have begun before a witness was heard; an older router is not this story's."""
PAUSE = 2.0
TRIES = 5
_PORTS = ("network:router_interface", "network:ha_router_replicated_interface")


class NotYetError(Exception):
    """A witness has not seen it yet, and why."""


class Cloud:
    """Neutron's API, asked by paths below its version."""

    def __init__(self, question: dict[str, Any]) -> None:
        self.url = f"{question['neutron']}/v2.0"
        self.api = Api(question["keystone"], question["password"])

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """What lies at a path; asked again where the balancer has just given up who was to answer."""
        for _ in range(TRIES - 1):
            try:
                return self.api.call("GET", f"{self.url}/{path}")
            except OSError as error:
                if refused(error):
                    raise
            time.sleep(PAUSE)
        return self.api.call("GET", f"{self.url}/{path}")

    def post(self, path: str, kind: str, **values: object) -> dict[str, Any]:
        """Make a thing of a kind; what was made."""
        made: dict[str, Any] = self.api.call("POST", f"{self.url}/{path}", {kind: values})[kind]
        return made

    def put(self, path: str, values: dict[str, object] | None = None) -> None:
        """Change something."""
        self.api.call("PUT", f"{self.url}/{path}", values)

    def delete(self, path: str) -> None:
        """Delete something, asked again as ``get``: it may be gone already, what cannot be deleted stays."""
        for _ in range(TRIES):
            try:
                self.api.call("DELETE", f"{self.url}/{path}")
            except OSError as error:
                if refused(error):
                    return
                time.sleep(PAUSE)
            else:
                return


def refused(error: Exception) -> bool:
    """Whether it is the answer, and asking again would bring no other."""
    return isinstance(error, urllib.error.HTTPError) and error.code < HTTPStatus.INTERNAL_SERVER_ERROR


def states(cloud: Cloud, router: str) -> dict[str, str]:
    """What each host that has the router says of itself: active, standby or unknown."""
    return {one["host"]: one["ha_state"] for one in cloud.get(f"routers/{router}/l3-agents")["agents"]}


def story(cloud: Cloud, hosts: list[str], seconds: float) -> dict[str, object]:
    """Make it, wait for the witnesses, delete it, and before it whatever a story left that was cut off.

    What is younger may be another story's that is being told. ``left`` are the kinds of things that could not
    be deleted. A story in which a call got lost begins anew in the first half of its time: nobody knows what
    became of it.
    """
    clear(cloud, left_over)
    until = time.monotonic() + seconds / 2
    while True:
        try:
            return _told(cloud, hosts, seconds)
        except OSError as error:
            if refused(error) or time.monotonic() > until:
                raise
            time.sleep(PAUSE)


def _told(cloud: Cloud, hosts: list[str], seconds: float) -> dict[str, object]:
    start = time.monotonic()
    wanted, seen, found = {f"seen-{host}" for host in hosts}, set[str](), dict[str, str]()
    network = router = ""
    try:
        network = cloud.post("networks", "network", name=NAME)["id"]
        subnet = cloud.post(
            "subnets", "subnet", name=NAME, network_id=network, ip_version=4, cidr=RANGE, gateway_ip=GATEWAY
        )["id"]
        router = cloud.post("routers", "router", name=NAME, ha=True)["id"]
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


def always(_: str) -> bool:
    """Whenever it was made."""
    return True


def clear(cloud: Cloud, due: Callable[[str], bool], name: str = NAME) -> None:
    """Delete what was made under a name of ours, if it is due by the time at which it was made."""
    for router in named(cloud, "routers", name):
        if due(router["created_at"]):
            remove(cloud, router["id"])
    for port in named(cloud, "ports", name):
        if due(port["created_at"]):
            cloud.delete(f"ports/{port['id']}")
    for network in named(cloud, "networks", name):
        if due(network["created_at"]):
            cloud.delete(f"networks/{network['id']}")


def remove(cloud: Cloud, router: str) -> None:
    """Delete a router, after its ports; what cannot be deleted stays."""
    with contextlib.suppress(OSError):
        for port in cloud.get(f"ports?device_id={router}")["ports"]:
            if port["device_owner"] in _PORTS:
                cloud.put(f"routers/{router}/remove_router_interface", {"port_id": port["id"]})
    cloud.delete(f"routers/{router}")


def named(cloud: Cloud, kind: str, name: str = NAME) -> list[dict[str, Any]]:
    """All things of a kind that were made under a name of ours."""
    found: list[dict[str, Any]] = cloud.get(f"{kind}?name={name}")[kind]
    return found


def watch(cloud: Cloud, host: str, seconds: float) -> dict[str, object]:
    """Find the newest router, wait until one host is active, and look what is here.

    ``active`` says whether the gateway's address is here, ``reached`` whether it answers this host's DHCP
    namespace (None where there is none).

    Raises:
        TimeoutError: there was no such router in time, or not one active host.
    """
    since, until = datetime.now(UTC) - EARLIER, time.monotonic() + seconds
    while True:
        try:
            return _looked(cloud, host, since, until)
        except NotYetError as why:
            wait(until, str(why), PAUSE)
        except OSError as error:
            if refused(error) and getattr(error, "code", 0) != HTTPStatus.NOT_FOUND:
                raise
            wait(until, f"a call got lost, or the router was deleted meanwhile: {error}", PAUSE)


def _looked(cloud: Cloud, host: str, since: datetime, until: float) -> dict[str, object]:
    """What is here of the newest router, which is then told that this host has seen it.

    Agents may be wrong of it: who watches the addresses for an agent looks first and listens then, and never
    hears of one that came in between (neutron/agent/l3/keepalived_state_change.py, 2025.1).
    """
    router = _newest(cloud, since)
    said = states(cloud, router)
    addresses = _within(f"qrouter-{router}", "ip", "-4", "-oneline", "address")
    here = f" {GATEWAY}/" in addresses
    if list(said.values()).count("active") != 1:
        what = "has" if here else "has not"
        raise NotYetError(f"not one host is active: {said}; this one {what} the gateway's address")
    network = behind(cloud, router)
    if not network:
        raise NotYetError("the router has no gateway's address")
    reached = None
    if host in {one["host"] for one in cloud.get(f"networks/{network}/dhcp-agents")["agents"]}:
        reached = _pings(network)
        if not reached and time.monotonic() < until:
            raise NotYetError("the gateway does not answer")
    cloud.put(f"routers/{router}/tags/seen-{host}")
    return {"active": here, "reached": reached}


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


def wait(until: float, why: str, pause: float) -> None:
    """Let so many seconds pass before what is not yet so is looked at again.

    Raises:
        TimeoutError: it is ``until`` (on the monotonic clock) already; ``why`` says what is not so.
    """
    if time.monotonic() > until:
        raise TimeoutError(why)
    time.sleep(pause)


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
