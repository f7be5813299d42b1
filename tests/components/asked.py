"""Stands in for ``kit.on_host.api.Api``: an API that a test answers for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Asked:
    """``answer`` gets method, URL and body; ``said`` are the requests in order, as ``METHOD URL``."""

    project = "p"

    def __init__(self, answer: Callable[[str, str, Any], Any]) -> None:
        self.answer = answer
        self.said: list[str] = []

    def __call__(self, keystone: str, password: str) -> Asked:
        """What the program takes for the class: it logs in."""
        assert keystone.startswith("https://")
        assert password
        return self

    def call(self, method: str, url: str, body: object = None, **_headers: str) -> Any:  # noqa: ANN401 - JSON
        self.said.append(f"{method} {url}")
        return self.answer(method, url, body)
