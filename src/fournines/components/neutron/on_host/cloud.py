"""Neutron's API as programs on the hosts ask it, and what they make there taken away again."""

from __future__ import annotations

import contextlib
import time
import urllib.error
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fournines.kit.on_host.api import Api

NAME = "nines-check"
"""What a check's things are called."""
PAUSE = 2.0
TRIES = 5
_PORTS = ("network:router_interface", "network:ha_router_replicated_interface")


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


def unwired(ports: list[dict[str, Any]]) -> str:
    """Which of these ports no agent has wired yet, in words; empty where all are."""
    waiting = [f"{one['device_owner']} is {one['status']}" for one in ports if one["status"] != "ACTIVE"]
    return ", ".join(waiting) if ports else "there is no port"


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


def wait(until: float, why: str, pause: float) -> None:
    """Let so many seconds pass before what is not yet so is looked at again.

    Raises:
        TimeoutError: it is ``until`` (on the monotonic clock) already; ``why`` says what is not so.
    """
    if time.monotonic() > until:
        raise TimeoutError(why)
    time.sleep(pause)
