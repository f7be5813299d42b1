"""Asks Placement through the VIP, with a token, for what lies in its database. Runs on a host.

Input: JSON with keystone and placement (URLs through the VIP) and password (the administrator's).
Output: JSON with seconds, traits and providers (how many there are). The token is never printed.
"""

from __future__ import annotations

import http.client
import json
import sys
import time
import urllib.request
from typing import Any

VERSION = "placement 1.39"
"""The microversion that 2025.1 has; ``/traits`` wants at least 1.6."""
DOMAIN = {"name": "Default"}


def request(url: str, token: str = "", body: object = None) -> http.client.HTTPResponse:
    """An answer; certificates are verified against the host's own store."""
    sent = {"Content-Type": "application/json", "X-Auth-Token": token, "OpenStack-API-Version": VERSION}
    data = None if body is None else json.dumps(body).encode()
    made = urllib.request.Request(url, data=data, headers=sent)  # noqa: S310 - the site's own URL
    answer: http.client.HTTPResponse = urllib.request.urlopen(made, timeout=10)  # noqa: S310 - as above
    return answer


def main(question: dict[str, Any]) -> dict[str, object]:
    """Log in, then count."""
    user = {"name": "admin", "domain": DOMAIN, "password": question["password"]}
    body = {
        "auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": "admin", "domain": DOMAIN}},
        }
    }
    with request(f"{question['keystone']}/v3/auth/tokens", body=body) as answer:
        token = answer.headers["X-Subject-Token"]
    start = time.monotonic()
    with request(f"{question['placement']}/traits", token) as answer:
        traits = len(json.load(answer)["traits"])
    with request(f"{question['placement']}/resource_providers", token) as answer:
        providers = len(json.load(answer)["resource_providers"])
    return {"seconds": round(time.monotonic() - start, 3), "traits": traits, "providers": providers}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
