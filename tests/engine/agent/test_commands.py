"""Guarded commands, run as a host runs them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fournines.engine.agent.commands import carry_out

MEETS = """\
touch "$1"
for _ in $(seq 100); do test -e "$2" && exit 0; sleep 0.1; done
exit 1
"""


def command(name: str, *argv: str, unless: tuple[str, ...]) -> dict[str, Any]:
    rest = {"stdin": "", "unless_stdin": "", "timeout": 20.0, "user": "root"}
    return {"name": name, "argv": list(argv), "unless": list(unless), **rest}


def test_sequences_run_side_by_side_and_one_that_fails_ends_itself_only(tmp_path: Path) -> None:
    one, other, late = (str(tmp_path / name) for name in ("one", "other", "late"))
    sequences = [
        [
            command("meets other", "sh", "-c", MEETS, "sh", one, other, unless=("test", "-e", one)),
            command("fails", "sh", "-c", "exit 3", unless=("false",)),
            command("too late", "touch", late, unless=("test", "-e", late)),
        ],
        [
            command("meets one", "sh", "-c", MEETS, "sh", other, one, unless=("test", "-e", other)),
            command("there already", "touch", late, unless=("true",)),
        ],
    ]
    results = carry_out({"commands": sequences})
    assert [(r["name"], r["ran"], r["done"], r["code"]) for r in results] == [
        ("meets other", True, True, 0),
        ("fails", True, False, 3),
        ("meets one", True, True, 0),
        ("there already", False, True, 0),
    ]
    assert not Path(late).exists()


def test_a_command_that_ran_is_done_only_if_its_guard_says_so() -> None:
    (result,) = carry_out({"commands": [[command("does nothing", "true", unless=("false",))]]})
    assert (result["ran"], result["done"], result["code"]) == (True, False, 0)


def test_what_a_guard_printed_that_did_not_hold_comes_along(tmp_path: Path) -> None:
    made = str(tmp_path / "made")
    guard = ("sh", "-c", f"test -e {made} || {{ echo no such thing; exit 1; }}")
    (result,) = carry_out({"commands": [[command("makes it", "touch", made, unless=guard)]]})
    assert (result["done"], result["missing"]) == (True, "no such thing\n")


def test_what_was_told_of_a_guard_is_asked_again_only_after_a_command_has_run(tmp_path: Path) -> None:
    asked = tmp_path / "asked"

    def told(name: str, *, told: bool) -> dict[str, Any]:
        counting = ("sh", "-c", f"echo {name} >> {asked}")
        return {**command(name, "true", unless=counting), "told": told}

    results = carry_out({"commands": [[told("a", told=True), told("b", told=False), told("c", told=False)]]})
    assert [(r["name"], r["ran"]) for r in results] == [("a", False), ("b", True), ("c", False)]
    assert asked.read_text().split() == ["b", "c"]
