"""Asks Nova through the VIP, as the administrator, whom it hears from and who runs instances. Runs on a host.

Input: JSON with keystone and nova (URLs through the VIP) and password (the administrator's).
Output: JSON with services (binary, host, state, status of each), hypervisors (host, type, state, status of
each, and used: whether it has said how much of it is in use) and seconds.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from fournines.kit.on_host.api import Api

KEYS = ("binary", "host", "state", "status")
VERSION = "compute 2.53"
"""From then on services and hypervisors have names of their own in every cell; up to 2.87 they tell what they
have. 2025.1 has up to 2.100."""


def main(question: dict[str, Any]) -> dict[str, object]:
    """Log in, then look."""
    api, url = Api(question["keystone"], question["password"]), question["nova"]
    start = time.monotonic()
    services = api.call("GET", f"{url}/os-services", OpenStack_API_Version=VERSION)["services"]
    hypervisors = api.call("GET", f"{url}/os-hypervisors/detail", OpenStack_API_Version=VERSION)
    return {
        "services": [{key: one[key] for key in KEYS} for one in services],
        "hypervisors": [
            {
                "host": one["service"]["host"],
                "type": one["hypervisor_type"],
                "state": one["state"],
                "status": one["status"],
                "used": one["free_disk_gb"] is not None,
            }
            for one in hypervisors["hypervisors"]
        ],
        "seconds": round(time.monotonic() - start, 3),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
