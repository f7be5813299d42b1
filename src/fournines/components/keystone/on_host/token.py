"""Gets a token as a client does, and shows it to every Keystone. Runs on a host.

Input: JSON with url (through the VIP), password (the administrator's), hosts: name -> own URL, and seconds,
so many of which an answer may take.
Output: JSON with seconds, project (the token's), catalogue (type -> interface -> URL) and valid: host name ->
HTTP status, or why there was none. The token itself is never printed.
"""

from __future__ import annotations

import http.client
import json
import sys
import time
import urllib.error
import urllib.request
from typing import Any

DOMAIN = {"name": "Default"}


def request(
    url: str, seconds: float, token: str = "", body: object = None, **headers: str
) -> http.client.HTTPResponse:
    """An answer of Keystone; certificates are verified against the host's own store."""
    data = None if body is None else json.dumps(body).encode()
    sent = {"Content-Type": "application/json", "X-Auth-Token": token, **headers}
    made = urllib.request.Request(url, data=data, headers=sent)  # noqa: S310 - the site's own URL
    answer: http.client.HTTPResponse = urllib.request.urlopen(made, timeout=seconds)  # noqa: S310 - as above
    return answer


def status(url: str, seconds: float, token: str) -> int | str:
    """What a Keystone says when asked whether the token is valid."""
    try:
        with request(f"{url}/v3/auth/tokens", seconds, token, **{"X-Subject-Token": token}) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError as error:
        return str(error)


def main(question: dict[str, Any]) -> dict[str, object]:
    """Log in, then ask everywhere."""
    user = {"name": "admin", "domain": DOMAIN, "password": question["password"]}
    body = {
        "auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": "admin", "domain": DOMAIN}},
        }
    }
    start, seconds = time.monotonic(), question["seconds"]
    with request(f"{question['url']}/v3/auth/tokens", seconds, body=body) as answer:
        token = answer.headers["X-Subject-Token"]
        told = json.load(answer)["token"]
    return {
        "seconds": round(time.monotonic() - start, 3),
        "project": told["project"]["id"],
        "catalogue": {e["type"]: {p["interface"]: p["url"] for p in e["endpoints"]} for e in told["catalog"]},
        "valid": {name: status(url, seconds, token) for name, url in question["hosts"].items()},
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
