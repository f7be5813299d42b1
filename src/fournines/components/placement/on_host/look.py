"""Asks Placement through the VIP, with a token, for what lies in its database. Runs on a host.

Input: JSON with keystone and placement (URLs through the VIP) and password (the administrator's).
Output: JSON with seconds, traits and providers (how many there are). The token is never printed.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from fournines.kit.on_host.api import Api

VERSION = "placement 1.39"
"""The microversion that 2025.1 has; ``/traits`` wants at least 1.6."""


def main(question: dict[str, Any]) -> dict[str, object]:
    """Log in, then count."""
    api = Api(question["keystone"], question["password"])

    def count(what: str) -> int:
        found = api.call("GET", f"{question['placement']}/{what}", OpenStack_API_Version=VERSION)
        return len(found[what])

    start = time.monotonic()
    traits, providers = count("traits"), count("resource_providers")
    return {"seconds": round(time.monotonic() - start, 3), "traits": traits, "providers": providers}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
