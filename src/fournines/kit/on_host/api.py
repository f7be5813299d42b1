"""OpenStack's APIs asked as the administrator: what programs that ask them through the VIP have in common.

A program on a host gets this by importing it; its text is sent along (``kit.program``).
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, datetime, timedelta
from email.message import Message
from typing import Any

_DOMAIN = {"name": "Default"}
_PATIENCE = 20.0
"""Seconds that an answer may take."""


class LostError(OSError):
    """Nobody knows what became of a call: no answer came, or not all of it."""


class Api:
    """The administrator's token, his project's id, and calls with them.

    Certificates are verified by the host's own store.
    """

    def __init__(self, keystone: str, password: str) -> None:
        """Log in at a Keystone (its URL without the version). Raises as ``send``."""
        user = {"name": "admin", "domain": _DOMAIN, "password": password}
        identity = {"methods": ["password"], "password": {"user": user}}
        scope = {"project": {"name": "admin", "domain": _DOMAIN}}
        asked = json.dumps({"auth": {"identity": identity, "scope": scope}}).encode()
        headers, body = _answer(_request("POST", f"{keystone}/v3/auth/tokens", asked))
        self.token = headers["X-Subject-Token"]
        self.project = json.loads(body)["token"]["project"]["id"]

    def call(self, method: str, url: str, body: object = None, **headers: str) -> Any:  # noqa: ANN401 - JSON
        """The answer's JSON, None where it is empty; else as ``send``."""
        text = self.send(method, url, None if body is None else json.dumps(body).encode(), **headers)
        return json.loads(text) if text else None

    def send(self, method: str, url: str, data: bytes | None = None, **headers: str) -> bytes:
        """The answer's bytes.

        ``OpenStack_API_Version`` stands for the header with hyphens. Raises HTTPError for a status of 400 and
        more, LostError where nobody answers; either names the call.
        """
        return _answer(_request(method, url, data, X_Auth_Token=self.token, **headers))[1]


def _request(method: str, url: str, data: bytes | None, **headers: str) -> urllib.request.Request:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return urllib.request.Request(  # noqa: S310 - the site's own URL
        url, data, {"Content-Type": "application/json", **sent}, method=method
    )


def _answer(asked: urllib.request.Request) -> tuple[Message, bytes]:
    """The headers and bytes of the answer."""
    call = f"{asked.get_method()} {urllib.parse.urlsplit(asked.full_url).path}"
    try:
        with urllib.request.urlopen(asked, timeout=_PATIENCE) as answer:  # noqa: S310 - the site's own URL
            return answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        error.msg = f"{error.msg} ({call})"
        raise
    except (OSError, http.client.HTTPException) as error:
        raise LostError(f"{call}: {error!r}") from error


LEFT_OVER = timedelta(minutes=10)
"""After so long what a check made is nobody's: the check was cut off."""


def left_over(made: str) -> bool:
    """Whether what was made then (ISO 8601, UTC) is so old that the check that made it was cut off."""
    return datetime.now(UTC) - datetime.fromisoformat(made).replace(tzinfo=UTC) > LEFT_OVER
