"""Asks a host's own etcd for the members it knows, who leads them, and whether it can write. Runs on a host.

Input: JSON with url. Output: JSON with members (their names), leader (the name, empty where there is none)
and seconds (until a write was acknowledged by a majority).
"""

from __future__ import annotations

import base64
import json
import sys
import time
import urllib.request
from typing import Any

KEY = base64.b64encode(b"nines-check").decode()
"""One key for all, written again and again: nothing grows."""


def post(url: str, body: object) -> Any:  # noqa: ANN401 - JSON
    """An answer of etcd's gateway."""
    made = urllib.request.Request(url, json.dumps(body).encode())  # noqa: S310 - the host's own etcd
    with urllib.request.urlopen(made, timeout=5) as answer:  # noqa: S310 - as above
        return json.load(answer)


def main(question: dict[str, Any]) -> dict[str, object]:
    """List, look, write."""
    url = question["url"]
    known = {one["ID"]: one.get("name", "") for one in post(f"{url}/v3/cluster/member/list", {})["members"]}
    leader = post(f"{url}/v3/maintenance/status", {}).get("leader", "")
    start = time.monotonic()
    post(f"{url}/v3/kv/put", {"key": KEY, "value": KEY})
    return {
        "members": sorted(known.values()),
        "leader": known.get(leader, ""),
        "seconds": round(time.monotonic() - start, 3),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
