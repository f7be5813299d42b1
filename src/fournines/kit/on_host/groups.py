"""Asks a host's own etcd who is in a group of tooz. Runs on a host.

Input: JSON with url (tooz's ``backend_url``, of the kind ``etcd3+http://HOST:PORT``) and group (its name).
Output: JSON with members (their ids), null where nobody ever made the group.
"""

from __future__ import annotations

import base64
import json
import sys
import urllib.parse
from typing import Any

from fournines.kit.on_host.gateway import encoded, post

KIND = "etcd3+"
GROUPS = "tooz/groups/"
"""Where tooz keeps its groups: a key for each, and below it one for each member, on a lease."""


def gateway(url: str) -> str:
    """The address of etcd's HTTP gateway in a URL of tooz. Raises ValueError where it is no such URL."""
    found = urllib.parse.urlsplit(url)
    if not found.scheme.startswith(KIND):
        raise ValueError(f"{url} is no URL of etcd's gateway")
    return f"{found.scheme.removeprefix(KIND)}://{found.netloc}"


def keys_below(etcd: str, prefix: bytes) -> list[bytes]:
    """The keys that begin so."""
    after = prefix[:-1] + bytes([prefix[-1] + 1])
    asked = {"key": encoded(prefix), "range_end": encoded(after), "keys_only": True}
    found = post(f"{etcd}/v3/kv/range", asked).get("kvs", ())
    return [base64.b64decode(one["key"]) for one in found]


def main(question: dict[str, Any]) -> dict[str, object]:
    """Look."""
    group = f"{GROUPS}{question['group']}/".encode()
    keys = keys_below(gateway(question["url"]), group)
    members = sorted(key.removeprefix(group).decode() for key in keys if key != group)
    return {"members": members if keys else None}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
