"""Asks a host's own etcd who is in a group of tooz. Runs on a host.

Input: JSON with url (tooz's ``backend_url``, of the kind ``etcd3+http://HOST:PORT``) and group (its name).
Output: JSON with members (their ids), null where nobody ever made the group.
"""

from __future__ import annotations

import base64
import json
import sys
import urllib.parse
import urllib.request
from typing import Any

KIND = "etcd3+"
GROUPS = "tooz/groups/"
"""Where tooz keeps its groups: a key for each, and below it one for each member, on a lease."""


def gateway(url: str) -> str:
    """The address of etcd's HTTP gateway in a URL of tooz. Raises ValueError where it is no such URL."""
    found = urllib.parse.urlsplit(url)
    if not found.scheme.startswith(KIND):
        raise ValueError(f"{url} is no URL of etcd's gateway")
    return f"{found.scheme.removeprefix(KIND)}://{found.netloc}"


def encoded(key: bytes) -> str:
    """A key as the gateway wants it."""
    return base64.b64encode(key).decode()


def keys_below(etcd: str, prefix: bytes) -> list[bytes]:
    """The keys that begin so."""
    after = prefix[:-1] + bytes([prefix[-1] + 1])
    asked = {"key": encoded(prefix), "range_end": encoded(after), "keys_only": True}
    made = urllib.request.Request(f"{etcd}/v3/kv/range", json.dumps(asked).encode())  # noqa: S310 - the host's own etcd
    with urllib.request.urlopen(made, timeout=5) as answer:  # noqa: S310 - as above
        return [base64.b64decode(one["key"]) for one in json.load(answer).get("kvs", ())]


def main(question: dict[str, Any]) -> dict[str, object]:
    """Look."""
    group = f"{GROUPS}{question['group']}/".encode()
    keys = keys_below(gateway(question["url"]), group)
    members = sorted(key.removeprefix(group).decode() for key in keys if key != group)
    return {"members": members if keys else None}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
