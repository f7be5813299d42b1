"""Puts a small object up through the VIP, and looks who has it. Runs on a host; leaves an empty container.

Input: JSON with keystone and swift (URLs through the VIP), password (the administrator's), account (what an
account's name begins with), proxies and stores (by host: the URL of its own proxy; those of its devices at
its object server), prefix and suffix (of swift.conf), shift (from a hash to a partition) and copies.
Output: JSON with same (whether the bytes came back through the VIP), proxies and stores (by host: "" where
it gave the same bytes, else what was wrong), copies (how many hosts had it) and seconds.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import random
import sys
import time
import urllib.error
import urllib.request
from typing import Any

from fournines.kit.on_host.api import Api

SIZE = 64 * 1024
CONTAINER = "nines-check"
NAMES = 16
"""Objects are deleted after each look, and a note of that kept for a week; hence few names."""
PATIENCE = 5.0
"""Seconds: a write is acknowledged once most copies are there, the last one follows."""


def request(
    method: str, url: str, data: bytes | None = None, headers: dict[str, str] | None = None
) -> http.client.HTTPResponse:
    """An answer; certificates are verified against the host's own store."""
    made = urllib.request.Request(url, data=data, method=method, headers=headers or {})  # noqa: S310 - our URL
    answer: http.client.HTTPResponse = urllib.request.urlopen(made, timeout=10)  # noqa: S310 - as above
    return answer


def partition(path: str, prefix: str, suffix: str, shift: int) -> int:
    """Where a ring is looked up (``swift.common.utils.hash_path``)."""
    digest = hashlib.md5(f"{prefix}{path}{suffix}".encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:4], "big") >> shift


def complaint(url: str, headers: dict[str, str], wanted: bytes) -> str:
    """What is wrong with what a URL gives; nothing where it is what is wanted."""
    try:
        with request("GET", url, headers=headers) as answer:
            return "" if answer.read() == wanted else "other bytes"
    except urllib.error.HTTPError as error:
        return f"HTTP {error.code}"
    except OSError as error:
        return str(getattr(error, "reason", error))


def stored(stores: dict[str, list[str]], place: str, sent: bytes) -> dict[str, str]:
    """By host what is wrong with its own copy, as its own object server has it on the best of its devices."""
    headers = {"X-Backend-Storage-Policy-Index": "0"}
    return {
        host: min((complaint(f"{url}/{place}", headers, sent) for url in urls), key=lambda said: said != "")
        for host, urls in stores.items()
    }


def main(question: dict[str, Any]) -> dict[str, object]:
    """Up, down through everybody, count the copies, delete."""
    api = Api(question["keystone"], question["password"])
    account, mine = f"{question['account']}{api.project}", {"X-Auth-Token": api.token}
    name, sent = f"look-{random.randrange(NAMES)}", os.urandom(SIZE)  # noqa: S311 - a name, not a secret
    path = f"{account}/{CONTAINER}/{name}"
    start = time.monotonic()
    request("PUT", f"{question['swift']}/v1/{account}/{CONTAINER}", b"", mine).close()
    request("PUT", f"{question['swift']}/v1/{path}", sent, mine).close()
    try:
        back = complaint(f"{question['swift']}/v1/{path}", mine, sent)
        taken = time.monotonic() - start
        proxies = {
            host: complaint(f"{url}/v1/{path}", mine, sent) for host, url in question["proxies"].items()
        }
        place = partition(f"/{path}", question["prefix"], question["suffix"], question["shift"])
        while True:
            stores = stored(question["stores"], f"{place}/{path}", sent)
            have = sum(not said for said in stores.values())
            if have >= question["copies"] or time.monotonic() - start > PATIENCE:
                break
            time.sleep(0.2)
    finally:
        with contextlib.suppress(OSError):
            request("DELETE", f"{question['swift']}/v1/{path}", headers=mine).close()
    return {
        "same": back,
        "proxies": proxies,
        "stores": stores,
        "copies": have,
        "seconds": round(taken, 3),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
