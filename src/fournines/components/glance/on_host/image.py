"""Puts a small image up and gets it back, as a client does. Runs on a host.

Input: JSON with keystone and glance (URLs), password (the administrator's) and do:

* look: up and down through the VIP, with hosts (the URL of each Glance that must have it too, by host).
  Output: JSON with uploaded and downloaded (sizes in bytes), same (whether the bytes are), hosts (by host
  what is wrong there) and seconds (of the way through the VIP).
* put: an image called name stays. Output: JSON with image (its id) and sha256.
* get: the same image, kept being what put said; it is deleted if this is the last question after it.
  Output: JSON with same, and what is wrong; it fails where nobody could say.
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
SERVERS_FAULT = 500
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


def announce(url: str, token: str, name: str) -> str:
    """The id of a new image without bytes."""
    about = {"name": name, "disk_format": "raw", "container_format": "bare", "visibility": "private"}
    with request("POST", f"{url}/v2/images", token, json.dumps(about).encode()) as answer:
        return str(json.load(answer)["id"])


def upload(url: str, token: str, image: str) -> bytes:
    """The bytes that a Glance took for an image."""
    sent = os.urandom(SIZE)
    request("PUT", f"{url}/v2/images/{image}/file", token, sent, "application/octet-stream").close()
    return sent


def download(url: str, token: str, image: str) -> bytes:
    """The bytes of an image, as a Glance hands them out."""
    with request("GET", f"{url}/v2/images/{image}/file", token) as answer:
        return bytes(answer.read())


def complaint(url: str, token: str, image: str, wanted: str) -> str:
    """What is wrong with an image at a Glance; nothing where its digest is the wanted one.

    Raises OSError where there is no answer, or one (5xx) that says nothing of the image.
    """
    try:
        got = download(url, token, image)
    except urllib.error.HTTPError as error:
        if error.code >= SERVERS_FAULT:
            raise
        return str(error)
    return "" if hashlib.sha256(got).hexdigest() == wanted else f"{len(got)} other bytes"


def asked(url: str, token: str, image: str, wanted: str) -> str:
    """The same, where no answer is a complaint as well."""
    try:
        return complaint(url, token, image, wanted)
    except OSError as error:
        return str(error)


def look(question: dict[str, Any], token: str) -> dict[str, object]:
    """Up, down, compare, delete."""
    url = question["glance"]
    clear(url, token)
    start = time.monotonic()
    image = announce(url, token, NAME)
    try:
        sent = upload(url, token, image)
        got = download(url, token, image)
        seconds = time.monotonic() - start
        wanted = hashlib.sha256(sent).hexdigest()
        hosts = {host: asked(own, token, image, wanted) for host, own in question["hosts"].items()}
    finally:
        request("DELETE", f"{url}/v2/images/{image}", token).close()
    return {
        "uploaded": len(sent),
        "downloaded": len(got),
        "same": got == sent,
        "seconds": round(seconds, 3),
        "hosts": hosts,
    }


def put(question: dict[str, Any], token: str) -> dict[str, object]:
    """An image that stays, taken by one Glance."""
    image = announce(question["glance"], token, question["name"])
    sent = upload(question["glance"], token, image)
    return {"image": image, "sha256": hashlib.sha256(sent).hexdigest()}


def get(question: dict[str, Any], token: str) -> dict[str, object]:
    """Whether that image is as it was put; then it may go."""
    url, image = question["glance"], question["kept"]["image"]
    wrong = complaint(url, token, image, question["kept"]["sha256"])
    if question["last"]:
        request("DELETE", f"{url}/v2/images/{image}", token).close()
    return {"same": not wrong, "wrong": wrong}


def main(question: dict[str, Any]) -> dict[str, object]:
    """What ``do`` says."""
    token = log_in(question["keystone"], question["password"])
    return {"look": look, "put": put, "get": get}[question["do"]](question, token)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
