"""Has Nova make an instance through the VIP, show its screen's address, and take it away. Runs on a host.

What an instance needs is made for it and goes with it: an image of a mebibyte of nothing, a flavor. It has no
network. What an earlier run had to leave (it was cut off) is found by its name and taken away.

Input: JSON with keystone, nova, glance, placement (URLs through the VIP) and password (the administrator's).
Output: JSON with status, reason (of a failure), host, console (the screen's address), seconds until it was
made and removed, and left: what was not taken away, in words.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import sys
import time
import urllib.error
from collections.abc import Callable
from typing import Any

from fournines.kit.on_host.api import LEFT_OVER, Api

TAG = "nines-check"
VERSION = "compute 2.53"
"""From 2.37 on an instance may be without networks, from 2.6 on there are addresses of screens."""
PATIENCE = 60.0
"""Seconds for each of the two ways: an instance without virtualization takes its time."""
PAUSE = 0.3
NOT_FOUND = 404
NOTHING = bytes(2**20)


def name_now() -> str:
    """A name by which a later run knows how old it is."""
    return f"{TAG}-{int(time.time())}-{secrets.token_hex(3)}"


def old(name: str) -> bool:
    """Whether the check that gave this name was cut off."""
    number = name.removeprefix(f"{TAG}-").partition("-")[0]
    age = time.time() - int(number) if name.startswith(f"{TAG}-") and number.isdigit() else 0.0
    return age > LEFT_OVER.total_seconds()


class Nova:
    """What this program asks for, each a call or two."""

    def __init__(self, question: dict[str, Any]) -> None:
        """Log in."""
        self.api = Api(question["keystone"], question["password"])
        self.url = question["nova"]
        self.images = f"{question['glance']}/v2/images"
        self.allocations = f"{question['placement']}/allocations"

    def call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """A call of the compute API."""
        return self.api.call(method, f"{self.url}{path}", body, OpenStack_API_Version=VERSION)

    def clear(self) -> None:
        """Take away what earlier checks had to leave, instances before what they are made of."""
        for path, kind in (("/servers", "servers"), ("/flavors?is_public=none", "flavors")):
            for one in self.call("GET", path)[kind]:
                if old(one["name"]):
                    with contextlib.suppress(urllib.error.HTTPError):
                        self.call("DELETE", f"/{kind}/{one['id']}")
        for image in self.api.call("GET", f"{self.images}?owner={self.api.project}&limit=1000")["images"]:
            if old(image.get("name") or ""):
                with contextlib.suppress(urllib.error.HTTPError):
                    self.api.call("DELETE", f"{self.images}/{image['id']}")

    def image(self, name: str) -> str:
        """An image of nothing, for this project only."""
        wanted = {"name": name, "disk_format": "raw", "container_format": "bare", "visibility": "private"}
        made = str(self.api.call("POST", self.images, wanted)["id"])
        self.api.send("PUT", f"{self.images}/{made}/file", NOTHING, Content_Type="application/octet-stream")
        return made

    def flavor(self, name: str) -> str:
        """As little as an instance can have, for this project only."""
        size = {"name": name, "ram": 64, "vcpus": 1, "disk": 0, "os-flavor-access:is_public": False}
        return str(self.call("POST", "/flavors", {"flavor": size})["flavor"]["id"])

    def server(self, name: str, image: str, flavor: str) -> str:
        """An instance, without networks."""
        wanted = {"name": name, "imageRef": image, "flavorRef": flavor, "networks": "none"}
        return str(self.call("POST", "/servers", {"server": wanted})["server"]["id"])

    def shown(self, server: str) -> dict[str, Any] | None:
        """An instance; None when it is gone."""
        try:
            found: dict[str, Any] = self.call("GET", f"/servers/{server}")["server"]
        except urllib.error.HTTPError as error:
            if error.code != NOT_FOUND:
                raise
            return None
        return found

    def console(self, server: str) -> str:
        """The address of its screen."""
        wanted = {"remote_console": {"protocol": "vnc", "type": "novnc"}}
        made = self.call("POST", f"/servers/{server}/remote-consoles", wanted)
        return str(made["remote_console"]["url"])

    def settled(self, server: str, done: Callable[[dict[str, Any] | None], bool]) -> dict[str, Any] | None:
        """The instance once it is as wanted, or when patience is over."""
        end = time.monotonic() + PATIENCE
        while not done(found := self.shown(server)) and time.monotonic() < end:
            time.sleep(PAUSE)
        return found


def story(nova: Nova, server: str) -> dict[str, object]:
    """An instance that was asked for is made, is shown, is removed, and leaves nothing."""
    start = time.monotonic()
    try:
        found = nova.settled(server, lambda now: now is None or now["status"] != "BUILD") or {}
        active = found.get("status") == "ACTIVE"
        console = nova.console(server).partition("?")[0] if active else ""
        there = time.monotonic()
    finally:
        nova.call("DELETE", f"/servers/{server}")
    left = nova.settled(server, lambda now: now is None)
    held = nova.api.call("GET", f"{nova.allocations}/{server}")["allocations"] if not left else {}
    return {
        "status": found.get("status", "gone"),
        "reason": (found.get("fault") or {}).get("message", ""),
        "host": found.get("OS-EXT-SRV-ATTR:host"),
        "console": console,
        "made": round(there - start, 3),
        "removed": round(time.monotonic() - there, 3),
        "left": ["the instance"] if left else ["its share of a host"] if held else [],
    }


def main(question: dict[str, Any]) -> dict[str, object]:
    """Make what an instance needs, then the instance; take all of it away again."""
    nova, name = Nova(question), name_now()
    nova.clear()
    with contextlib.ExitStack() as undone:
        flavor = nova.flavor(name)
        undone.callback(nova.call, "DELETE", f"/flavors/{flavor}")
        image = nova.image(name)
        undone.callback(nova.api.call, "DELETE", f"{nova.images}/{image}")
        return story(nova, nova.server(name, image, flavor))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
