"""What the agent sees."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from fournines.engine.agent import facts
from fournines.engine.agent.process import NOT_FOUND, TIMED_OUT, Ran, run


def see(root: Path, *steps: dict[str, Any]) -> list[dict[str, Any]]:
    return facts.observe({"root": str(root), "steps": list(steps)})


def wanted(path: str, content: str, *, show: bool = True) -> dict[str, Any]:
    digest = hashlib.sha256(content.encode()).hexdigest()
    return {"kind": "file", "path": path, "sha256": digest, "show": show}


def test_a_file_is_compared_and_shown_only_where_it_differs_and_may_be(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("text\n")
    (tmp_path / "a").chmod(0o640)
    (tmp_path / "binary").write_bytes(b"\xff\x00")
    same, differs, hidden, binary, missing, odd = see(
        tmp_path,
        wanted("/a", "text\n"),
        wanted("/a", "other\n"),
        wanted("/a", "other\n", show=False),
        wanted("/binary", "x"),
        wanted("/a/below-a-file", "x"),
        wanted("/", "x"),
    )
    assert (same["differs"], same["mode"]) == (False, 0o640)
    assert "text" not in same
    assert differs["text"] == "text\n"
    assert "text" not in hidden
    assert binary["text"] is None
    assert missing == {"exists": False}
    assert odd == {"exists": True, "regular": False}


def test_a_dangling_link_exists_for_absent_and_is_no_regular_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    absent, seen = see(tmp_path, {"kind": "absent", "path": "/link"}, wanted("/link", ""))
    assert absent == {"exists": True}
    assert seen == {"exists": True, "regular": False}


def test_kernel_parameters_are_read_with_their_white_space_folded(tmp_path: Path) -> None:
    path = tmp_path / "proc/sys/net/ipv4/tcp_rmem"
    path.parent.mkdir(parents=True)
    path.write_text("4096\t131072\t6291456\n")
    found = see(
        tmp_path, {"kind": "sysctl", "key": "net.ipv4.tcp_rmem"}, {"kind": "sysctl", "key": "no.such"}
    )
    assert found == [{"value": "4096 131072 6291456"}, {"value": None}]


def test_accounts_with_their_groups(tmp_path: Path) -> None:
    root, nobody = see(
        tmp_path, {"kind": "account", "name": "root"}, {"kind": "account", "name": "no-such-account"}
    )
    assert root["exists"]
    assert "root" in root["groups"]
    assert nobody == {"exists": False, "groups": []}


def test_packages_and_units_are_asked_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def play(argv: list[str], **_: object) -> Ran:
        asked.append(argv)
        if argv[0] == "dpkg-query":
            return Ran(
                1,
                "galera-4\tgalera-4:amd64\tii \t26.4-1\nhalf\thalf\tiF \t2\n",
                "no packages found matching none",
            )
        blocks = ["LoadState=loaded\nActiveState=active\nUnitFileState=enabled\nNeedDaemonReload=yes"]
        blocks.append("LoadState=not-found\nActiveState=inactive\nUnitFileState=\nNeedDaemonReload=no")
        return Ran(0, "\n\n".join(blocks) + "\n", "")

    monkeypatch.setattr(facts, "run", play)
    first, second, unit, other = see(
        tmp_path,
        {"kind": "packages", "names": ["galera-4=26.4", "none"]},
        {"kind": "packages", "names": ["half"]},
        {"kind": "unit", "name": "a.service", "packages": ["galera-4", "none"]},
        {"kind": "unit", "name": "b.service", "packages": []},
    )
    assert first == {"states": {"galera-4=26.4": "ii", "none": ""}}
    assert second == {"states": {"half": "iF"}}
    assert unit == {
        "load": "loaded",
        "active": "active",
        "enabled": "enabled",
        "outdated": True,
        "stamp": None,
        "versions": {"galera-4": "26.4-1", "none": ""},
    }
    assert other["load"] == "not-found"
    assert [argv[0] for argv in asked] == ["systemctl", "dpkg-query"]


def test_a_guard_is_done_only_with_exit_0(tmp_path: Path) -> None:
    guard = {"kind": "command", "unless_stdin": "", "timeout": 5.0, "user": "root", "shows": False}
    yes, no, missing = see(
        tmp_path,
        {**guard, "unless": ["true"]},
        {**guard, "unless": ["sh", "-c", "echo why; exit 3"]},
        {**guard, "unless": ["/no/such/program"]},
    )
    assert yes["done"]
    assert (no["done"], no["code"], no["said"]) == (False, 3, "why")
    assert (missing["done"], missing["code"]) == (False, NOT_FOUND)


def test_a_guard_that_shows_what_would_change_is_heard_whole(tmp_path: Path) -> None:
    guard = {"kind": "command", "unless_stdin": "+ a line\n" * 500, "timeout": 5.0, "user": "root"}
    (seen,) = see(tmp_path, {**guard, "unless": ["sh", "-c", "cat; echo noise >&2; false"], "shows": True})
    assert (seen["done"], seen["said"]) == (False, guard["unless_stdin"])


def test_a_late_program_is_killed_with_its_children(tmp_path: Path) -> None:
    mark = tmp_path / "still-here"
    ran = run(["sh", "-c", f"(sleep 20; touch {mark}) & sleep 60"], timeout=0.1)
    assert ran.code == TIMED_OUT
    assert "stopped after 0.1 s" in ran.stderr
    assert not mark.exists(), "its pipes were closed by its death, and not by its end"


def test_a_program_gets_a_clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_CALLER", "1")
    names = {line.split("=")[0] for line in run(["env"]).stdout.splitlines()}
    assert names <= {"PATH", "LANG", "LC_ALL", "HOME"}
    assert os.environ["SECRET_OF_THE_CALLER"] == "1"
