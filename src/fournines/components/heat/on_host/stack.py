"""Asks Heat through the VIP for its engines, has it make and remove a harmless stack. Runs on a host.

Input: JSON with keystone and heat (URLs through the VIP) and password (the administrator's).
Output: JSON with engines (how many give signs of life, by host) and of the stack its status, reason, output
(how many characters it has), seconds until it was made and until it was removed, and whether it is left.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import sys
import time
import urllib.error
from collections import Counter
from typing import Any

from fournines.kit.on_host.api import Api, left_over

TAG = "nines-check"
LENGTH = 24
TEMPLATE = {
    "heat_template_version": "2018-08-31",
    "resources": {"random": {"type": "OS::Heat::RandomString", "properties": {"length": LENGTH}}},
    "outputs": {"random": {"value": {"get_attr": ["random", "value"]}}},
}
PATIENCE = 30.0
"""Seconds for each of the two ways."""
PAUSE = 0.3


def shown(api: Api, url: str) -> dict[str, Any]:
    """A stack; one that is gone has the status that it went with."""
    try:
        found: dict[str, Any] = api.call("GET", url)["stack"]
    except urllib.error.HTTPError as error:
        if error.code != 404:  # noqa: PLR2004 - not found
            raise
        return {"stack_status": "DELETE_COMPLETE", "stack_status_reason": ""}
    return found


def settled(api: Api, url: str, under_way: str) -> dict[str, Any]:
    """The stack once its status is another one, or when patience is over."""
    end = time.monotonic() + PATIENCE
    while (found := shown(api, url))["stack_status"] == under_way and time.monotonic() < end:
        time.sleep(PAUSE)
    return found


def clear(api: Api, heat: str) -> None:
    """Take away what earlier checks had to leave."""
    for old in api.call("GET", f"{heat}/stacks?tags={TAG}")["stacks"]:
        if left_over(old["creation_time"]):
            with contextlib.suppress(urllib.error.HTTPError):
                api.call("DELETE", f"{heat}/stacks/{old['stack_name']}/{old['id']}")


def main(question: dict[str, Any]) -> dict[str, object]:
    """Count, make, look, remove."""
    api = Api(question["keystone"], question["password"])
    heat = f"{question['heat']}/{api.project}"
    known = api.call("GET", f"{heat}/services")["services"]
    clear(api, heat)
    name, start = f"{TAG}-{secrets.token_hex(4)}", time.monotonic()
    wanted = {"stack_name": name, "template": TEMPLATE, "tags": TAG, "timeout_mins": 1}
    made = api.call("POST", f"{heat}/stacks", wanted)
    url = f"{heat}/stacks/{name}/{made['stack']['id']}"
    try:
        found = settled(api, url, "CREATE_IN_PROGRESS")
        there = time.monotonic()
    finally:
        api.call("DELETE", url)
    left = settled(api, url, "DELETE_IN_PROGRESS")["stack_status"]
    outputs = found.get("outputs") or [{"output_value": ""}]
    return {
        "engines": Counter(one["host"] for one in known if one["status"] == "up"),
        "status": found["stack_status"],
        "reason": found["stack_status_reason"],
        "output": len(outputs[0]["output_value"] or ""),
        "made": round(there - start, 3),
        "removed": round(time.monotonic() - there, 3),
        "left": left != "DELETE_COMPLETE",
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
