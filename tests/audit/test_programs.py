"""The programs' own verdicts: asked where installed, masked, and never trusted to end."""

from __future__ import annotations

from pathlib import Path

import pytest

from fournines.audit.collect import File
from fournines.audit.programs import ask
from fournines.audit.run import read


def installed(folder: Path, name: str, body: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    return tmp_path


CONF = File("n1/haproxy.cfg", "global\n maxconn 1\ndefaults\n mode tcp\n timeout connect 1s\n")


def test_a_program_speaks_of_the_audited_path(path: Path) -> None:
    installed(path, "haproxy", 'echo "[ALERT] $3:2 : password = hunter2"; exit 1')
    (said,) = ask(read([CONF])[0])
    assert (said.program, said.path, said.accepted) == ("haproxy -c -f", "n1/haproxy.cfg", False)
    assert said.messages == ("[ALERT] n1/haproxy.cfg:2 : password = ***",)


def test_an_accepted_file_is_accepted(path: Path) -> None:
    installed(path, "haproxy", 'grep -q maxconn "$3"')
    (said,) = ask(read([CONF])[0])
    assert said.accepted


def test_a_program_that_hangs_is_not_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fournines.audit.programs.LONGEST", 0.2)
    installed(path, "haproxy", "exec sleep 5")
    (said,) = ask(read([CONF])[0])
    assert not said.accepted
    assert "could not be asked" in said.messages[0]


def test_excerpts_are_not_given_to_programs(path: Path) -> None:
    installed(path, "haproxy", "exit 0")
    page = File(
        "howto.md",
        "/etc/haproxy/haproxy.cfg\n```\nlisten a\n  bind *:80\n  server x 10.0.0.1:80 check\n```\n",
    )
    assert ask(read([page])[0]) == []
