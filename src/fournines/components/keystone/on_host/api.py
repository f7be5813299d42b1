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


class SilentError(Exception):
    """No answer came: whether the request was carried out is not known."""


class Api:
    """Keystone's API with one token."""

    def __init__(self, url: str, patience: float = 0.0, *, present: bool = False) -> None:
        """``url`` without the version; ``patience`` is for how many seconds a question is asked again.

        Of one that should be ``present`` it is an answer that nobody listens, at once.
        """
        self.url = url
        self.patience = patience
        self.present = present
        self.token = ""

    def another(self) -> Api:
        """The same for somebody else, without a token."""
        return Api(self.url, self.patience, present=self.present)

    def call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """The answer's JSON, or None for an empty one; raises HTTPError for a status from 400 to 499.

        A connection that was closed, as by a worker that ends, says nothing about the request; nor does a
        status of 500 and more, of a balancer without a Keystone or of a Keystone whose database is away or
        busy (of two members of Galera that write to one row, one is refused). A question is asked again, and
        so is one for a token, of which there may be two. A change is not: had it been made, another POST
        would make a second service or endpoint, and another DELETE find nothing.

        Raises:
            SilentError: no answer came, or not within the patience.
        """
        end = time.monotonic() + self.patience
        while True:
            try:
                return self._asked(method, path, body)
            except urllib.error.HTTPError as error:
                if error.code < HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise
                error.close()
                silence: Exception = error
            except (OSError, http.client.HTTPException) as error:
                silence = error
            nobody = self.present and isinstance(getattr(silence, "reason", None), ConnectionRefusedError)
            if nobody or not (method == "GET" or path == _TOKENS) or time.monotonic() >= end:
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
