"""What a process answers to who asks whether it lives, without uwsgi."""

from __future__ import annotations

import _thread
import importlib
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest


@pytest.fixture(name="alive")
def loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ModuleType]:
    """The module in a worker that has its application, with the folder of a unit."""
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path))
    (tmp_path / "stopping").touch()  # of the time before
    server = SimpleNamespace(
        opt={"alive": b"127.0.0.1:0"}, worker_id=lambda: 1, workers=lambda: ({"apps": ("one",)},)
    )
    monkeypatch.setitem(sys.modules, "uwsgi", server)
    module = importlib.import_module("fournines.kit.on_host.alive")

    def until_closed(answer: Callable[..., None], given: tuple[object, ...]) -> None:
        with suppress(OSError):  # the test is over, and nobody listens any more
            answer(*given)

    monkeypatch.setattr(
        module, "start_new_thread", lambda *this: _thread.start_new_thread(until_closed, this)
    )
    yield module
    module.LISTENING.close()
    del sys.modules["fournines.kit.on_host.alive"]


def said(module: ModuleType, question: bytes = b"GET /any HTTP/1.1\r\n\r\n") -> bytes:
    with socket.create_connection(module.LISTENING.getsockname(), timeout=60) as client:
        client.sendall(question)
        return b"".join(iter(lambda: client.recv(4096), b""))


def test_it_says_that_it_lives_until_it_is_stopped(alive: ModuleType, tmp_path: Path) -> None:
    assert not (tmp_path / "stopping").exists()
    alive.begin()
    assert said(alive).split(b"\r\n")[::5] == [b"HTTP/1.1 200 OK", b"alive\n"]
    assert b"Content-Length: 6\r\nConnection: close\r\n" in said(alive)
    (tmp_path / "stopping").touch()
    assert said(alive).split(b"\r\n")[::5] == [b"HTTP/1.1 404 Not Found", b"stopping\n"]


def test_who_says_nothing_keeps_nobody_for_long(alive: ModuleType) -> None:
    alive.begin()
    with socket.create_connection(alive.LISTENING.getsockname(), timeout=60):
        assert said(alive).startswith(b"HTTP/1.1 200")


def test_only_workers_answer(alive: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.setattr(alive, "start_new_thread", lambda *this: started.append(this))
    monkeypatch.setattr(alive.uwsgi, "worker_id", lambda: 0)
    alive.begin()
    assert not started
    monkeypatch.setattr(alive.uwsgi, "worker_id", lambda: 2)
    alive.begin()
    assert started == [(alive.answer, (alive.LISTENING, 2))]


@pytest.mark.parametrize(
    ("place", "name"), [("127.0.0.1:0", "127.0.0.1"), ("[::1]:0", "::1")], ids=["IPv4", "IPv6"]
)
def test_an_address_is_of_either_kind(alive: ModuleType, place: str, name: str) -> None:
    made = alive.opened(place)
    assert made.getsockname()[0] == name
    made.close()
