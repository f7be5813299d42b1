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
import json
import os
import sys
import time
import urllib.error
from typing import Any

from fournines.kit.on_host.api import Api, left_over

SIZE = 256 * 1024
NAME = "nines-check"
SERVERS_FAULT = 500


def clear(api: Api, url: str) -> None:
    """Delete what earlier checks had to leave."""
    for image in api.call("GET", f"{url}/v2/images?name={NAME}")["images"]:
        if left_over(image["created_at"]):
            with contextlib.suppress(urllib.error.HTTPError):
                delete(api, url, image["id"])


def announce(api: Api, url: str, name: str) -> str:
    """The id of a new image without bytes."""
    about = {"name": name, "disk_format": "raw", "container_format": "bare", "visibility": "private"}
    return str(api.call("POST", f"{url}/v2/images", about)["id"])


def upload(api: Api, url: str, image: str) -> bytes:
    """The bytes that a Glance took for an image."""
    sent = os.urandom(SIZE)
    api.send("PUT", f"{url}/v2/images/{image}/file", sent, Content_Type="application/octet-stream")
    return sent


def download(api: Api, url: str, image: str) -> bytes:
    """The bytes of an image, as a Glance hands them out."""
    return api.send("GET", f"{url}/v2/images/{image}/file")


def delete(api: Api, url: str, image: str) -> None:
    """Let an image go."""
    api.send("DELETE", f"{url}/v2/images/{image}")


def complaint(api: Api, url: str, image: str, wanted: str) -> str:
    """What is wrong with an image at a Glance; nothing where its digest is the wanted one.

    Raises OSError where there is no answer, or one (5xx) that says nothing of the image.
    """
    try:
        got = download(api, url, image)
    except urllib.error.HTTPError as error:
        if error.code >= SERVERS_FAULT:
            raise
        return str(error)
    return "" if hashlib.sha256(got).hexdigest() == wanted else f"{len(got)} other bytes"


def asked(api: Api, url: str, image: str, wanted: str) -> str:
    """The same, where no answer is a complaint as well."""
    try:
        return complaint(api, url, image, wanted)
    except OSError as error:
        return str(error)


def look(question: dict[str, Any], api: Api) -> dict[str, object]:
    """Up, down, compare, delete."""
    url = question["glance"]
    clear(api, url)
    start = time.monotonic()
    image = announce(api, url, NAME)
    try:
        sent = upload(api, url, image)
        got = download(api, url, image)
        seconds = time.monotonic() - start
        wanted = hashlib.sha256(sent).hexdigest()
        hosts = {host: asked(api, own, image, wanted) for host, own in question["hosts"].items()}
    finally:
        delete(api, url, image)
    return {
        "uploaded": len(sent),
        "downloaded": len(got),
        "same": got == sent,
        "seconds": round(seconds, 3),
        "hosts": hosts,
    }


def put(question: dict[str, Any], api: Api) -> dict[str, object]:
    """An image that stays, taken by one Glance."""
    image = announce(api, question["glance"], question["name"])
    sent = upload(api, question["glance"], image)
    return {"image": image, "sha256": hashlib.sha256(sent).hexdigest()}


def get(question: dict[str, Any], api: Api) -> dict[str, object]:
    """Whether that image is as it was put; then it may go."""
    url, image = question["glance"], question["kept"]["image"]
    wrong = complaint(api, url, image, question["kept"]["sha256"])
    if question["last"]:
        delete(api, url, image)
    return {"same": not wrong, "wrong": wrong}


def main(question: dict[str, Any]) -> dict[str, object]:
    """What ``do`` says."""
    api = Api(question["keystone"], question["password"])
    return {"look": look, "put": put, "get": get}[question["do"]](question, api)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
