"""The monitor and the agent, with somebody else at the other end of the socket."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from fournines.errors import LabError
from fournines.lab.vm import agent, monitor

Answers = Callable[[dict[str, Any]], list[bytes]]


@contextmanager
def _listening(path: Path, answers: Answers, greeting: bytes = b"") -> Iterator[list[dict[str, Any]]]:
    """Somebody who answers at the socket; what was said to him."""
    said: list[dict[str, Any]] = []
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection, connection.makefile("rb") as lines:
                    connection.sendall(greeting)
                    for line in lines:
                        said.append(json.loads(line.lstrip(b"\xff")))
                        for answer in answers(said[-1]):
                            connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield said
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _line(**what: object) -> bytes:
    return json.dumps(what).encode() + b"\n"


def _qemu(status: str) -> Answers:
    def answers(said: dict[str, Any]) -> list[bytes]:
        if said["execute"] == "qmp_capabilities":
            return [_line(**{"return": {}})]
        if said["execute"] == "query-status":
            return [_line(event="STOP", data={}), _line(**{"return": {"status": status}})]
        return [_line(error={"class": "CommandNotFound", "desc": "no such thing"})]

    return answers


def test_events_are_no_answers(tmp_path: Path) -> None:
    with _listening(tmp_path / "monitor", _qemu("paused"), _line(QMP={})):
        assert monitor.paused(tmp_path / "monitor")


def test_a_refusal_is_told(tmp_path: Path) -> None:
    with (
        _listening(tmp_path / "monitor", _qemu("running"), _line(QMP={})),
        pytest.raises(LabError, match="refuses frobnicate: no such thing"),
    ):
        monitor.tell(tmp_path / "monitor", "frobnicate")


def test_nobody_there_is_an_error_and_no_traceback(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="nobody listens"):
        monitor.paused(tmp_path / "monitor")
    with pytest.raises(LabError, match="nobody listens"):
        agent.run(tmp_path / "agent", ["true"])


def _guest(statuses: list[dict[str, Any]]) -> Answers:
    waiting = iter(statuses)

    def answers(said: dict[str, Any]) -> list[bytes]:
        what, arguments = said["execute"], said["arguments"]
        if what == "guest-sync-delimited":
            stale = _line(**{"return": {"exited": True, "exitcode": 99}})
            return [b"half an ans", b"wer\n", stale, b"\xff" + _line(**{"return": arguments["id"]})]
        return [_line(**{"return": {"pid": 7} if what == "guest-exec" else next(waiting)})]

    return answers


def test_a_command_is_waited_for_and_what_others_left_unread_is_not_taken_for_its_answer(
    tmp_path: Path,
) -> None:
    done = {"exited": True, "exitcode": 3, "out-data": base64.b64encode(b"out").decode()}
    with _listening(tmp_path / "agent", _guest([{"exited": False}, done])) as said:
        finished = agent.run(tmp_path / "agent", ["cat"], stdin=b"in")
    assert (finished.returncode, finished.stdout, finished.stderr) == (3, b"out", b"")
    (started,) = [one["arguments"] for one in said if one["execute"] == "guest-exec"]
    assert base64.b64decode(started["input-data"]) == b"in"
    assert started["arg"][0] == "-i"
    assert started["arg"][-1] == "cat"


def test_a_command_that_does_not_end_is_given_up(tmp_path: Path) -> None:
    with (
        _listening(tmp_path / "agent", _guest([{"exited": False}] * 99)),
        pytest.raises(LabError, match=r"sleep did not finish within 0\.05 s"),
    ):
        agent.run(tmp_path / "agent", ["sleep", "9"], timeout=0.05)


def test_a_killed_command_has_the_exit_code_that_a_shell_would_say() -> None:
    assert agent.exit_code({"exited": True, "signal": 9}) == 137
    assert agent.exit_code({"exited": True, "exitcode": 0}) == 0
