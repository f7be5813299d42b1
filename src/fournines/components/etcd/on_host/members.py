"""Asks a host's own etcd for the members it knows, who leads them, and whether it can write. Runs on a host.

Input: JSON with url. Output: JSON with members (their names), leader (the name, empty where there is none)
and seconds (until a write was acknowledged by a majority).
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from fournines.kit.on_host.gateway import encoded, post

KEY = encoded(b"nines-check")
"""One key for all, written again and again: nothing grows."""


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
