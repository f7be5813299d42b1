"""Installing a file tree, also by an agent that is killed at every stage of it."""

from __future__ import annotations

import base64
import grp
import os
import pwd
from pathlib import Path
from typing import Any

import pytest
from tests.engine.agent.dying import run_agent

from fournines.engine.agent.process import Ran
from fournines.engine.agent.stamps import OUTDATED, outdate, stamps, write_stamps
from fournines.engine.agent.tree import commit, stage

ME = {"owner": pwd.getpwuid(os.geteuid()).pw_name, "group": grp.getgrgid(os.getegid()).gr_name}
HOME = "var/lib/fournines"


def file(path: str, content: str, **more: object) -> dict[str, Any]:
    return {"kind": "file", "path": path, "content": content, "mode": 0o644, "validate": [], **ME, **more}


def request(root: Path, *entries: dict[str, Any]) -> dict[str, Any]:
    return {"root": str(root), "id": "run1", "entries": list(entries)}


def install(root: Path, *entries: dict[str, Any]) -> list[str]:
    assert stage(request(root, *entries)) == []
    return commit(request(root))


def test_writes_files_with_mode_and_keeps_the_previous_version(tmp_path: Path) -> None:
    conf = tmp_path / "etc/a.conf"
    assert install(tmp_path, file("/etc/a.conf", "one\n", mode=0o600)) == ["/etc/a.conf"]
    assert install(tmp_path, file("/etc/a.conf", "two\n")) == ["/etc/a.conf"]
    assert conf.read_text() == "two\n"
    assert conf.stat().st_mode & 0o777 == 0o644
    previous = tmp_path / HOME / "previous/etc/a.conf"
    assert previous.read_text() == "one\n"
    assert previous.stat().st_mode & 0o777 == 0o600
    assert not list((tmp_path / HOME / "stage").iterdir())
    assert (tmp_path / HOME).stat().st_mode & 0o777 == 0o700


def test_bytes_that_are_no_text_come_through(tmp_path: Path) -> None:
    data = bytes(range(256))
    install(tmp_path, file("/etc/ring.gz", base64.b64encode(data).decode(), base64=True))
    assert (tmp_path / "etc/ring.gz").read_bytes() == data


def test_makes_directories_before_what_lies_in_them_and_removes_last(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/example").write_text("old\n")
    (tmp_path / "etc/link").symlink_to("example")
    changed = install(
        tmp_path,
        {"kind": "absent", "path": "/etc/example"},
        {"kind": "absent", "path": "/etc/link"},
        {"kind": "absent", "path": "/etc/never-there"},
        file("/etc/d/sub/x", "x\n"),
        {"kind": "directory", "path": "/etc/d/sub", "mode": 0o700, **ME},
        {"kind": "directory", "path": "/etc/d", "mode": 0o750, **ME},
    )
    assert changed == ["/etc/d", "/etc/d/sub", "/etc/d/sub/x", "/etc/example", "/etc/link"]
    assert (tmp_path / "etc/d").stat().st_mode & 0o777 == 0o750
    assert not (tmp_path / "etc/example").exists()
    assert not (tmp_path / "etc/link").is_symlink()
    assert (tmp_path / HOME / "previous/etc/example").read_text() == "old\n"


def test_replaces_a_link_by_a_file_and_leaves_its_target_alone(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("target\n")
    (tmp_path / "link").symlink_to("target")
    install(tmp_path, file("/link", "ours\n"))
    assert not (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "target\n"


def test_a_rejected_file_changes_nothing_and_the_programs_own_words_come_back(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old\n")
    program = ["/bin/sh", "-c", 'echo "$1: line 3: no such option" >&2; exit 4', "checker", "{}"]
    rejections = stage(request(tmp_path, file("/a", "new\n"), file("/b", "new\n", validate=program)))
    assert rejections == [
        {"path": "/b", "argv": program, "code": 4, "said": "/b: line 3: no such option"},
    ]
    assert (tmp_path / "a").read_text() == "old\n"
    assert not (tmp_path / "b").exists()
    with pytest.raises(RuntimeError, match="staged files are gone"):
        commit(request(tmp_path))


def test_every_file_is_judged_before_any_is_renamed_and_by_its_staged_copy(tmp_path: Path) -> None:
    reads = [
        "/bin/sh",
        "-c",
        'grep -q new "${1#--file=}" && test ! -e "$2"',
        "x",
        "--file={}",
        str(tmp_path / "a"),
    ]
    assert install(tmp_path, file("/a", "new\n"), file("/b", "new\n", validate=reads)) == ["/a", "/b"]


def test_a_missing_checker_is_a_rejection(tmp_path: Path) -> None:
    (rejection,) = stage(request(tmp_path, file("/a", "x", validate=["/no/such/checker", "{}"])))
    assert rejection["code"] == 127


def test_an_unknown_owner_is_found_before_anything_changes(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="no account 'nobody-like-this'"):
        stage(request(tmp_path, file("/a", "x"), file("/b", "x", owner="nobody-like-this")))
    assert not (tmp_path / "a").exists()


def test_outdating_marks_only_units_that_we_started(tmp_path: Path) -> None:
    write_stamps(str(tmp_path), {"a.service": {"restart": "1", "reload": None, "settled": False}})
    outdate(str(tmp_path), ["a.service", "b.service"])
    assert stamps(str(tmp_path)) == {"a.service": {"restart": OUTDATED, "reload": OUTDATED, "settled": False}}
    write_stamps(str(tmp_path), {"a.service": None})
    assert stamps(str(tmp_path)) == {}


# --- killed ----------------------------------------------------------------------------------------------


def test_killed_before_any_of_its_steps_files_are_old_or_new_and_a_second_run_converges(
    tmp_path: Path,
) -> None:
    die_at = 0
    while True:
        die_at += 1
        root = tmp_path / str(die_at)
        (root / "etc").mkdir(parents=True)
        for name in ("a", "gone"):
            (root / "etc" / name).write_text("old\n")
        write_stamps(str(root), {"d.service": {"restart": "1", "reload": None, "settled": True}})
        asked = request(
            root,
            file("/etc/a", "new\n", validate=["/bin/grep", "-q", "new", "{}"]),
            file("/etc/d/b", "new\n"),
            {"kind": "absent", "path": "/etc/gone"},
        ) | {"do": ["stage", "commit"], "outdate": ["d.service"]}
        ended = run_agent(asked, die_at=die_at)
        changed = (root / "etc/a").read_text() == "new\n"
        assert changed or (root / "etc/a").read_text() == "old\n"
        if changed:
            assert stamps(str(root))["d.service"]["restart"] == OUTDATED, "a restart is owed, and known"
        if ended == 0:
            break
        assert run_agent(asked) == 0
        assert (root / "etc/a").read_text() == (root / "etc/d/b").read_text() == "new\n"
        assert not (root / "etc/gone").exists()
        assert not list((root / HOME / "stage").iterdir())
        leftovers = [p for p in (root / "etc").rglob("*") if "fournines" in p.name]
        assert not leftovers
    assert die_at > 20, "the agent did come to be killed"


@pytest.mark.parametrize(
    ("path", "more", "reloads"),
    [
        ("/etc/systemd/system/a.service.d/b.conf", {}, 1),
        ("/etc/systemd/system/a.service", {"reload": False}, 0),
        ("/etc/a.conf", {}, 0),
    ],
)
def test_systemd_reads_changed_units_again_unless_it_will_anyway(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, more: dict[str, bool], reloads: int
) -> None:
    ran: list[list[str]] = []

    def run(argv: list[str], **_: object) -> Ran:
        ran.append(argv)
        return Ran(0, "", "")

    monkeypatch.setattr("fournines.engine.agent.tree.run", run)
    wanted = request(tmp_path, file(path, "text\n")) | more
    assert stage(wanted) == []
    assert commit(wanted) == [path]
    assert ran == [["systemctl", "daemon-reload"]] * reloads
