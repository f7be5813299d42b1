"""Asks the servers of one host that keeps objects, and its devices. Runs on that host.

Input: JSON with urls (of its own servers, by kind), address and rsync (its port there), and devices (paths).
Output: JSON with servers (by kind, rsync among them) and devices (by path): "" where all is well, else what
is not; rounds: by kind, seconds since its replicator ended its last round and how many failures that had,
null where there was none yet.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

PATIENCE = 5
ATTRIBUTE = "user.swift.nines-check"


def get(url: str) -> bytes:
    """What a server of this host answers."""
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:  # noqa: S310 - our URL
        body: bytes = answer.read()
    return body


def server(url: str) -> str:
    """What is wrong with a server."""
    try:
        said = get(f"{url}/healthcheck")
    except OSError as error:
        return str(error)
    return "" if said == b"OK" else f"said {said[:40]!r}"


def rsync(address: str, port: int) -> str:
    """What is wrong with rsync's daemon, which greets whoever may come in."""
    try:
        with socket.create_connection((address, port), timeout=PATIENCE) as link:
            said = link.recv(64)
    except OSError as error:
        return str(error)
    return "" if said.startswith(b"@RSYNCD:") else f"said {said!r}"


def device(path: str) -> str:
    """What is wrong with a device: attributes of an object's file hold all that Swift knows of it."""
    owner = Path(path)
    try:
        if owner.owner() != "swift":
            return f"belongs to {owner.owner()}"
        with tempfile.NamedTemporaryFile(dir=path, prefix=".nines-check-") as file:
            os.setxattr(file.name, ATTRIBUTE, b"x" * 255)
            os.fsync(file.fileno())
            return "" if os.getxattr(file.name, ATTRIBUTE) == b"x" * 255 else "attributes are lost"
    except OSError as error:
        return f"{error.strerror}"


def last_round(url: str) -> dict[str, float] | None:
    """How long ago a replicator's last round ended, and how much of it failed."""
    found = json.loads(get(url))
    last, stats = found.get("replication_last"), found.get("replication_stats") or {}
    if not last:
        return None
    return {"ago": round(time.time() - last, 1), "failures": stats.get("failure", 0)}


def main(question: dict[str, Any]) -> dict[str, object]:
    """Everything there is to ask."""
    urls = question["urls"]
    servers = {kind: server(url) for kind, url in urls.items()}
    rounds = {
        kind: None if servers[kind] else last_round(f"{url}/recon/replication/{kind}")
        for kind, url in urls.items()
    }
    return {
        "servers": {**servers, "rsync": rsync(question["address"], question["rsync"])},
        "devices": {path: device(path) for path in question["devices"]},
        "rounds": rounds,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
