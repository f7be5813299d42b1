"""Asks Neutron through the VIP, as the administrator, what it can do and whom it hears from. Runs on a host.

Input: JSON with keystone and neutron (URLs through the VIP) and password (the administrator's).
Output: JSON with extensions (their aliases), agents (binary, host, alive, admin_state_up of each), seconds.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from fournines.kit.on_host.api import Api

KEYS = ("binary", "host", "alive", "admin_state_up")


def main(question: dict[str, Any]) -> dict[str, object]:
    """Log in, then look."""
    api, url = Api(question["keystone"], question["password"]), f"{question['neutron']}/v2.0"
    start = time.monotonic()
    extensions = api.call("GET", f"{url}/extensions")["extensions"]
    agents = api.call("GET", f"{url}/agents")["agents"]
    return {
        "extensions": sorted(one["alias"] for one in extensions),
        "agents": [{key: one[key] for key in KEYS} for one in agents],
        "seconds": round(time.monotonic() - start, 3),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
