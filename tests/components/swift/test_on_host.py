"""Swift's programs for hosts: what they find where something is missing, and what they say of it."""

from __future__ import annotations

import io
import json
import os
import time
import urllib.error
from typing import Any

import pytest

from fournines.components.swift.on_host import objects, store

STORES = {host: [f"http://{host}:6200/d1", f"http://{host}:6200/d2"] for host in ("a", "b", "c")}
QUESTION = {
    "keystone": "https://vip:5000",
    "swift": "https://vip:8080",
    "password": "p",
    "account": "AUTH_",
    "proxies": {"a": "http://a:8080", "b": "http://b:8080"},
    "stores": STORES,
    "prefix": "x",
    "suffix": "y",
    "shift": 22,
    "copies": 3,
}


class Login:
    """A token for a project."""

    def __init__(self, *_: str) -> None:
        self.token, self.project = "t", "p1"


class Swift:
    """Every proxy and every object server; ``without`` are the starts of URLs that have nothing."""

    def __init__(self, *without: str) -> None:
        self.without = without
        self.kept = b""
        self.said: list[str] = []

    def request(
        self, method: str, url: str, data: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Any:  # noqa: ANN401 - stands for an HTTP response
        self.said.append(f"{method} {url}")
        assert headers
        if method == "PUT" and url.count("/") > 5:
            self.kept = data or b""
        if method == "GET" and url.startswith(self.without):
            raise urllib.error.HTTPError(url, 404, "gone", None, None)  # type: ignore[arg-type]
        return io.BytesIO(self.kept)


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - a function of the test
    monkeypatch.setattr(objects, "Api", Login)
    monkeypatch.setattr(objects, "PATIENCE", 0.1)

    def with_(swift: Swift) -> dict[str, Any]:
        monkeypatch.setattr(objects, "request", swift.request)
        return objects.main(QUESTION)

    return with_


SECOND = tuple(f"http://{host}:6200/d2" for host in STORES)


def test_an_object_is_had_from_everybody_and_counted_on_any_device(look: Any) -> None:  # noqa: ANN401
    swift = Swift(*SECOND)
    found = look(swift)
    assert (found["same"], found["copies"]) == ("", 3)
    assert found["proxies"] == {"a": "", "b": ""}
    assert found["stores"] == {"a": "", "b": "", "c": ""}
    assert swift.said[-1].startswith("DELETE https://vip:8080/v1/AUTH_p1/nines-check/look-")


def test_a_proxy_and_a_host_without_it_are_named(look: Any) -> None:  # noqa: ANN401
    found = look(Swift("http://b:8080", "http://c:6200"))
    assert found["proxies"] == {"a": "", "b": "HTTP 404"}
    assert (found["copies"], found["stores"]["c"]) == (2, "HTTP 404")


def test_the_partition_is_the_one_that_swift_looks_in() -> None:
    """As swift-get-nodes(1) of Swift 2.35 says for these words."""
    prefix, suffix = "<secret swift/hash-prefix>", "<secret swift/hash-suffix>"
    assert objects.partition("/AUTH_x/nines-check/look-1", prefix, suffix, 22) == 694


def test_a_device_is_written_to(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    owner = type(tmp_path).owner
    assert "belongs to" in store.device(str(tmp_path))
    monkeypatch.setattr(type(tmp_path), "owner", lambda _: "swift")
    kept: dict[str, bytes] = {}
    monkeypatch.setattr(os, "setxattr", lambda _, name, value: kept.update({name: value}))
    monkeypatch.setattr(os, "getxattr", lambda _, name: kept[name])
    assert store.device(str(tmp_path)) == ""
    assert list(tmp_path.iterdir()) == []

    def refuse(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "setxattr", refuse)
    assert store.device(str(tmp_path)) == "Operation not supported"
    monkeypatch.setattr(type(tmp_path), "owner", owner)
    assert store.device(str(tmp_path / "none")) == "No such file or directory"


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ({"replication_last": None, "replication_stats": None}, None),
        ({"replication_last": 1000.0, "replication_stats": {"failure": 2}}, {"ago": 12.0, "failures": 2}),
        ({"replication_last": 1000.0}, {"ago": 12.0, "failures": 0}),
    ],
)
def test_a_round_is_as_old_as_swift_says(
    said: dict[str, Any], seen: dict[str, float] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "get", lambda _: json.dumps(said).encode())
    monkeypatch.setattr(time, "time", lambda: 1012.0)
    assert store.last_round("http://a") == seen


def test_servers_that_are_silent_or_say_something_else_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "get", lambda _: b"DISABLED BY FILE")
    assert store.server("http://a") == "said b'DISABLED BY FILE'"

    def refuse(_: str) -> bytes:
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr(store, "get", refuse)
    assert store.server("http://a") == "refused"
    found = store.main(
        {"urls": {"account": "http://a"}, "address": "127.0.0.1", "rsync": 1, "devices": ["/none"]}
    )
    assert found["rounds"] == {"account": None}
    assert "refused" in found["servers"]["rsync"]  # type: ignore[index]
