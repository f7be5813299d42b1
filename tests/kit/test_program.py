"""Programs for the hosts: sent as text, fed by standard input, heard with suspicion."""

from __future__ import annotations

import subprocess
import sys

import pytest

from fournines.components.glance.on_host import image
from fournines.components.horizon.on_host import login
from fournines.components.keystone.on_host import register, token
from fournines.components.placement.on_host import look
from fournines.kit import program
from fournines.kit.check import Output
from fournines.kit.on_host import schema

ALL = [image, login, look, register, token, schema]


@pytest.mark.parametrize("module", ALL, ids=lambda m: m.__name__)
def test_a_program_runs_without_fournines(module: object) -> None:
    argv = program.argv(module, "look")  # type: ignore[arg-type]
    assert argv[:3] == ("/usr/bin/python3", "-I", "-c")
    done = subprocess.run(
        [sys.executable, *argv[1:]], input="not JSON", capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "fournines" not in done.stderr
    assert "JSONDecodeError" in done.stderr


def test_what_programs_share_is_sent_along_and_stands_before_its_use() -> None:
    text = program.argv(look)[-1]
    assert text.index("class Api:") < text.index("Api(question")
    assert "import Api" not in text


def test_the_argument_is_no_place_for_secrets() -> None:
    asked = program.ask(token, {"password": "hidden", "a": 1})
    assert "hidden" not in " ".join(asked.argv)
    assert asked.stdin == '{"a": 1, "password": "hidden"}'


@pytest.mark.parametrize(
    "answer", [Output(0, ""), Output(0, "[1]"), Output(0, "<html>"), Output(1, '{"a": 1}'), Output(127, "")]
)
def test_what_is_no_answer_is_not_heard(answer: Output) -> None:
    assert program.heard(answer) is None


def test_an_answer_is_heard() -> None:
    assert program.heard(Output(0, '{"a": 1}')) == {"a": 1}


def test_a_complaint_is_the_last_line() -> None:
    assert program.complaint(Output(1, "", "Traceback\n  File\nOSError: down\n")) == "OSError: down"
    assert program.complaint(Output(1, "")) == "no answer"
