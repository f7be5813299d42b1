"""etcd's gateway of JSON over HTTP, on a host's own address. Imported by what runs on a host."""

from __future__ import annotations

import base64
import json
import urllib.request
from typing import Any


def post(url: str, body: object) -> Any:  # noqa: ANN401 - JSON
    """An answer of the gateway."""
    made = urllib.request.Request(url, json.dumps(body).encode())  # noqa: S310 - the host's own etcd
    with urllib.request.urlopen(made, timeout=5) as answer:  # noqa: S310 - as above
        return json.load(answer)


def encoded(key: bytes) -> str:
    """A key as the gateway wants it."""
    return base64.b64encode(key).decode()
