"""Keystone's API as programs on hosts use it, whoever closes the connection meanwhile."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from http import HTTPStatus
from typing import Any

DEFAULT = "Default"
"""The domain that Keystone is born with; its id is ``default``."""
_TOKENS = "/auth/tokens"
_AWAY = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
"""What a balancer answers for a Keystone that is not there, and Keystone for its database."""


class SilentError(Exception):
    """No answer came: whether the request was carried out is not known."""


class Api:
    """Keystone's API with one token."""

    def __init__(self, url: str, patience: float = 0.0) -> None:
        """``url`` without the version; ``patience`` is for how many seconds a question is asked again."""
        self.url = url
        self.patience = patience
        self.token = ""

    def call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """The answer's JSON, or None for an empty one; raises HTTPError for a status of 400 and more.

        A connection that was closed, as by a worker that ends, says nothing about the request. A question is
        asked again, and so is one for a token, of which there may be two. A change is not: had it been made,
        another POST would make a second service or endpoint, and another DELETE find nothing.

        Raises:
            SilentError: no answer came, or not within the patience.
        """
        end = time.monotonic() + self.patience
        while True:
            try:
                return self._asked(method, path, body)
            except urllib.error.HTTPError as error:
                if error.code not in _AWAY:
                    raise
                silence: Exception = error
            except (OSError, http.client.HTTPException) as error:
                silence = error
            if not (method == "GET" or path == _TOKENS) or time.monotonic() >= end:
                raise SilentError(f"{type(silence).__name__}: {silence}") from silence
            time.sleep(0.5)

    def _asked(self, method: str, path: str, body: object) -> Any:  # noqa: ANN401 - as above
        request = urllib.request.Request(  # noqa: S310 - the URL is the site's own
            f"{self.url}/v3{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "X-Auth-Token": self.token},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - as above
            self.token = answer.headers.get("X-Subject-Token", self.token)
            text = answer.read()
        return json.loads(text) if text else None

    def log_in(self, user: dict[str, Any]) -> bool:
        """Whether Keystone gives this user a token.

        For the project it names (of the domain Default), else for its own domain.
        """
        domain = {"name": user["domain"]}
        scope: dict[str, object] = {"domain": domain}
        if user["project"]:
            scope = {"project": {"name": user["project"], "domain": {"name": DEFAULT}}}
        named = {"name": user["name"], "domain": domain, "password": user["password"]}
        identity = {"methods": ["password"], "password": {"user": named}}
        body = {"auth": {"identity": identity, "scope": scope}}
        try:
            self.call("POST", _TOKENS, body)
        except urllib.error.HTTPError:
            return False
        return True
