from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from fournines import lab
from fournines.cli import lab as cli
from fournines.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from typer.testing import Result


@pytest.fixture
def nines() -> Callable[..., Result]:
    return lambda *words: CliRunner().invoke(cli.app, list(words))


def _labs(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    monkeypatch.setattr(lab, "labs", lambda: names)


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the command line would have turned into."""
    seen: list[list[str]] = []
    monkeypatch.setattr(cli, "_become", lambda argv: seen.append(list(argv)))

    def argv_of(name: str, host: str, command: Sequence[str]) -> list[str]:
        return [name, host, *command]

    monkeypatch.setattr(lab, "exec_command", argv_of)
    return seen


def test_down_without_a_lab_says_so_and_is_no_failure(
    nines: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    _labs(monkeypatch)
    result = nines("down")
    assert (result.exit_code, result.stdout) == (0, "no lab is up\n")


def test_down_all_takes_every_lab_down(nines: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    _labs(monkeypatch, "a", "b")
    taken: list[str] = []

    def down(name: str, **_: object) -> bool:
        taken.append(name)
        return True

    monkeypatch.setattr(lab, "down", down)
    assert nines("down", "--all").exit_code == 0
    assert taken == ["a", "b"]


def test_among_several_labs_one_must_be_named(
    nines: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, become: list[list[str]]
) -> None:
    _labs(monkeypatch, "a", "b")
    result = nines("exec", "controller1", "true")
    assert isinstance(result.exception, LabError)
    assert "a, b" in str(result.exception)
    assert nines("exec", "--name", "b", "controller1", "true").exit_code == 0
    assert become == [["b", "controller1", "true"]]


@pytest.mark.parametrize("dashes", [[], ["--"]])
def test_a_command_keeps_its_own_options(
    nines: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
    become: list[list[str]],
    dashes: list[str],
) -> None:
    _labs(monkeypatch, "blog")
    assert nines("exec", "controller1", *dashes, "ls", "-la", "--name", "x").exit_code == 0
    assert become == [["blog", "controller1", "ls", "-la", "--name", "x"]]


def test_status_as_json_tells_labs_from_the_remains_of_labs(
    nines: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    _labs(monkeypatch, "blog", "broken")

    def status(name: str) -> lab.LabStatus:
        if name == "broken":
            raise LabError("there is no lab broken")
        cable = lab.CableStatus("mgmt", "10.0.0.11", "eth0", "controller1-e0", plugged=False)
        return lab.LabStatus(
            name,
            up=True,
            disk="memory",
            emulated="no access to /dev/kvm",
            hosts=(lab.HostStatus("controller1", "virtual machine, software emulation", "frozen", (cable,)),),
        )

    monkeypatch.setattr(lab, "status", status)
    told = json.loads(nines("status", "--json").stdout)
    assert told["remains"] == ["broken"]
    assert told["labs"][0]["hosts"][0]["power"] == "frozen"
    text = nines("status").stdout
    assert "cut" in text
    assert "nines lab down broken" in text
