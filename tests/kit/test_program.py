"""Programs for the hosts: sent as text, fed by standard input, heard with suspicion."""

from __future__ import annotations

import subprocess
import sys

import pytest

from fournines.components.drbd.on_host import prepare
from fournines.components.glance.on_host import image
from fournines.components.horizon.on_host import login
from fournines.components.keystone.on_host import register, token
from fournines.components.neutron.on_host import router, stand
from fournines.components.pacemaker.on_host import operations
from fournines.components.placement.on_host import look
from fournines.kit import program
from fournines.kit.check import Output
from fournines.kit.on_host import api, schema

ALL = [image, login, look, register, token, schema, prepare, operations, stand]


@pytest.mark.parametrize("module", ALL, ids=lambda m: m.__name__)
def test_a_program_runs_without_fournines(module: object) -> None:
    argv = program.argv(module, "simulate" if module is operations else "look")  # type: ignore[arg-type]
    assert argv[:3] == ("/usr/bin/python3", "-I", "-c")
    done = subprocess.run(
        [sys.executable, *argv[1:]], input="not JSON", capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "ModuleNotFoundError" not in done.stderr
    assert "JSONDecodeError" in done.stderr


def test_what_a_program_imports_of_ours_is_sent_along_in_the_order_of_its_needs() -> None:
    text = program.argv(stand)[-1]
    sent = [f"('{module.__name__}', " for module in (api, router, stand)]
    assert [text.count(one) for one in sent] == [1, 1, 1]
    assert sorted(sent, key=text.index) == sent


def test_what_is_installed_brings_what_is_shared_and_leaves_neighbours_where_they_lie() -> None:
    assert "def later(" in str(program.install("keystone", "application").content)
    assert "('fournines" not in str(program.install("galera", "start").content)


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
