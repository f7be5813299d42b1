"""Asks Cinder through the VIP for its services, has it make and delete a volume. Runs on a host.

Input: JSON with keystone and cinder (URLs through the VIP) and password (the administrator's).
Output: JSON with services (a list of binary, host, state, cluster) and of the volume its status, seconds
until it was made and until it was deleted, and whether it is left.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import sys
import time
import urllib.error
from typing import Any

from fournines.kit.on_host.api import Api, left_over

NAME = "nines-check"
VERSION = "volume 3.71"
"""The microversion that 2025.1 has; clusters are told of from 3.7 on."""
PATIENCE = 40.0
"""Seconds for each of the two ways."""
PAUSE = 0.3
GONE = "gone"


def status(api: Api, url: str) -> str:
    """A volume's status."""
    try:
        return str(api.call("GET", url)["volume"]["status"])
    except urllib.error.HTTPError as error:
        if error.code != 404:  # noqa: PLR2004 - not found
            raise
        return GONE


def settled(api: Api, url: str, *under_way: str) -> str:
    """The volume's status once it is another one, or when patience is over."""
    end = time.monotonic() + PATIENCE
    while (found := status(api, url)) in under_way and time.monotonic() < end:
        time.sleep(PAUSE)
    return found


def clear(api: Api, cinder: str) -> None:
    """Take away what earlier checks had to leave."""
    found = api.call("GET", f"{cinder}/volumes/detail?name~={NAME}", OpenStack_API_Version=VERSION)
    for old in found["volumes"]:
        if old["name"].startswith(NAME) and left_over(old["created_at"]):
            with contextlib.suppress(urllib.error.HTTPError):
                api.call("DELETE", f"{cinder}/volumes/{old['id']}?force=true", OpenStack_API_Version=VERSION)


def main(question: dict[str, Any]) -> dict[str, object]:
    """Look, make, delete."""
    api = Api(question["keystone"], question["password"])
    cinder = f"{question['cinder']}/{api.project}"
    services = api.call("GET", f"{cinder}/os-services", OpenStack_API_Version=VERSION)["services"]
    clear(api, cinder)
    start = time.monotonic()
    wanted = {"volume": {"size": 1, "name": f"{NAME}-{secrets.token_hex(4)}"}}
    url = f"{cinder}/volumes/{api.call('POST', f'{cinder}/volumes', wanted)['volume']['id']}"
    try:
        made = settled(api, url, "creating")
        there = time.monotonic()
    finally:
        api.call("DELETE", url)
    return {
        "services": [{key: s.get(key) for key in ("binary", "host", "state", "cluster")} for s in services],
        "status": made,
        "left": settled(api, url, "available", "deleting") != GONE,
        "made": round(there - start, 3),
        "removed": round(time.monotonic() - there, 3),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
