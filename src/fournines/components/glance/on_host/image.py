"""Puts a small image up and gets it back, as a client does, and leaves nothing behind. Runs on a host.

Input: JSON with keystone and glance (URLs through the VIP) and password (the administrator's).
Output: JSON with uploaded and downloaded (sizes in bytes), same (whether the bytes are) and seconds.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

SIZE = 256 * 1024
NAME = "nines-check"
LEFT_OVER = timedelta(minutes=10)
"""Older images of that name were left by a check that was cut off."""


def request(
    method: str, url: str, token: str = "", data: bytes | None = None, kind: str = "application/json"
) -> http.client.HTTPResponse:
    """An answer of an API; certificates are verified against the host's own store."""
    headers = {"Content-Type": kind, "X-Auth-Token": token}
    made = urllib.request.Request(url, data=data, method=method, headers=headers)  # noqa: S310 - our URL
    answer: http.client.HTTPResponse = urllib.request.urlopen(made, timeout=20)  # noqa: S310 - as above
    return answer


def log_in(url: str, password: str) -> str:
    """A token of the administrator."""
    domain = {"name": "Default"}
    user = {"name": "admin", "domain": domain, "password": password}
    auth = {
        "identity": {"methods": ["password"], "password": {"user": user}},
        "scope": {"project": {"name": "admin", "domain": domain}},
    }
    with request("POST", f"{url}/v3/auth/tokens", data=json.dumps({"auth": auth}).encode()) as answer:
        return str(answer.headers["X-Subject-Token"])


def clear(url: str, token: str) -> None:
    """Delete what earlier checks had to leave."""
    with request("GET", f"{url}/v2/images?name={NAME}", token) as answer:
        images = json.load(answer)["images"]
    for image in images:
        if datetime.now(UTC) - datetime.fromisoformat(image["created_at"]) > LEFT_OVER:
            with contextlib.suppress(urllib.error.HTTPError):
                request("DELETE", f"{url}/v2/images/{image['id']}", token).close()


def main(question: dict[str, Any]) -> dict[str, object]:
    """Up, down, compare, delete."""
    url = question["glance"]
    token = log_in(question["keystone"], question["password"])
    clear(url, token)
    sent = os.urandom(SIZE)
    start = time.monotonic()
    about = {"name": NAME, "disk_format": "raw", "container_format": "bare", "visibility": "private"}
    with request("POST", f"{url}/v2/images", token, json.dumps(about).encode()) as answer:
        image = f"{url}/v2/images/{json.load(answer)['id']}"
    try:
        request("PUT", f"{image}/file", token, sent, "application/octet-stream").close()
        with request("GET", f"{image}/file", token) as answer:
            got = answer.read()
    finally:
        request("DELETE", image, token).close()
    return {
        "uploaded": len(sent),
        "downloaded": len(got),
        "same": hashlib.sha256(got).digest() == hashlib.sha256(sent).digest(),
        "seconds": round(time.monotonic() - start, 3),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
