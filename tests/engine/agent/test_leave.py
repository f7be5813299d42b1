"""What was put on a host leaves it again: what was there before comes back, what is foreign stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.engine.agent.dying import run_agent
from tests.engine.agent.test_tree import ME, file

from fournines.engine.agent import facts, leave, tree
from fournines.engine.agent.claims import claim, claims
from fournines.engine.agent.main import respond
from fournines.engine.agent.process import Ran

HOME = "var/lib/fournines"
UNIT = "a.service"


class Systemd:
    """Plays systemctl and sysctl: the units' states, and what was said to them."""

    def __init__(self) -> None:
        self.active: dict[str, str] = {}
        self.enabled: dict[str, str] = {}
        self.said: list[list[str]] = []
        self.refuses = ""

    def run(self, argv: list[str], **_: object) -> Ran:
        if argv[:2] == ["systemctl", "show"]:
            return Ran(0, "\n".join(self._shown(name) for name in argv[argv.index("--") + 1 :]), "")
        self.said.append(argv)
        if self.refuses in argv:
            return Ran(1, "", "refused")
        for name in argv[2:]:
            if argv[1] == "disable":
                self.enabled[name] = "disabled"
            elif argv[1] in {"stop", "restart"}:
                self.active[name] = "inactive" if argv[1] == "stop" else "active"
        return Ran(0, "", "")

    def _shown(self, name: str) -> str:
        active, enabled = self.active.get(name, "inactive"), self.enabled.get(name, "")
        return f"LoadState=loaded\nActiveState={active}\nUnitFileState={enabled}\nNeedDaemonReload=no\n"


@pytest.fixture
def systemd(monkeypatch: pytest.MonkeyPatch) -> Systemd:
    played = Systemd()
    for module in (facts, leave, tree):
        monkeypatch.setattr(module, "run", played.run)
    return played


def a_claim(kind: str, subject: str, **more: str) -> dict[str, Any]:
    return {"kind": kind, "subject": subject, "stage": "a", "readers": [], "was": "", **more}


def claims_of(*entries: dict[str, Any]) -> list[dict[str, Any]]:
    return [a_claim(entry["kind"], entry["path"]) for entry in entries if entry["kind"] != "absent"]


def put(root: Path, *entries: dict[str, Any], more: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    return respond(
        {
            "do": ["stage", "claim", "commit"],
            "root": str(root),
            "id": "run1",
            "entries": list(entries),
            "claims": [*claims_of(*entries), *more],
            "outdate": [],
        }
    )


def take_away(root: Path) -> list[dict[str, str]]:
    wanted = list(reversed(claims(str(root)) or []))
    left: list[dict[str, str]] = respond({"do": ["leave"], "root": str(root), "leaving": wanted})["left"]
    return left


def everything(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): path.read_text() if path.is_file() else ""
        for path in sorted(root.rglob("*"))
        if HOME not in str(path)
    }


def test_what_came_leaves_with_the_folders_made_for_it_and_its_last_version_is_kept(
    tmp_path: Path, systemd: Systemd
) -> None:
    (tmp_path / "etc/theirs").mkdir(parents=True)
    put(
        tmp_path,
        {"kind": "directory", "path": "/etc/theirs", "mode": 0o755, **ME},
        {"kind": "directory", "path": "/etc/ours", "mode": 0o755, **ME},
        file("/etc/theirs/new", "ours\n"),
        file("/etc/deep/er/file", "ours\n"),
    )
    left = take_away(tmp_path)
    assert {k for k in everything(tmp_path) if not k.startswith("var")} == {"etc", "etc/theirs"}
    assert {one["subject"] for one in left} == {
        "/etc/ours", "/etc/theirs/new", "/etc/deep", "/etc/deep/er", "/etc/deep/er/file",
    }  # fmt: skip
    assert (tmp_path / HOME / "previous/etc/theirs/new").read_text() == "ours\n"
    assert claims(str(tmp_path)) == []
    assert systemd.said == [], "no unit was claimed, and none of the files was one"


def test_what_a_file_replaced_comes_back_with_its_mode(tmp_path: Path, systemd: Systemd) -> None:
    conf = tmp_path / "a.conf"
    conf.write_text("the package's\n")
    conf.chmod(0o640)
    put(tmp_path, file("/a.conf", "ours\n"))
    put(tmp_path, file("/a.conf", "ours, changed\n"))
    take_away(tmp_path)
    assert conf.read_text() == "the package's\n"
    assert conf.stat().st_mode & 0o777 == 0o640
    assert (tmp_path / HOME / "previous/a.conf").read_text() == "ours, changed\n"
    conf.write_text("the package's next\n")
    put(tmp_path, file("/a.conf", "ours again\n"))
    take_away(tmp_path)
    assert conf.read_text() == "the package's next\n", "the original is what was there last, not once"
    assert systemd.said == []


def test_a_folder_that_somebody_uses_stays_and_a_folder_in_the_place_of_a_file_too(
    tmp_path: Path, systemd: Systemd
) -> None:
    put(tmp_path, {"kind": "directory", "path": "/state", "mode": 0o755, **ME}, file("/x", "x"))
    (tmp_path / "state/data").write_text("theirs")
    (tmp_path / "x").unlink()
    (tmp_path / "x").mkdir()
    take_away(tmp_path)
    assert (tmp_path / "state/data").exists()
    assert (tmp_path / "x").is_dir()
    assert claims(str(tmp_path)) == []
    assert systemd.said == []


def test_units_stop_and_do_not_start_at_boot_and_systemd_forgets_their_files(
    tmp_path: Path, systemd: Systemd
) -> None:
    path = f"/etc/systemd/system/{UNIT}"
    put(tmp_path, file(path, "[Unit]\n"), more=(a_claim("unit", UNIT), a_claim("unit", "b.timer")))
    respond({"do": ["stamp"], "root": str(tmp_path), "stamps": {UNIT: {"restart": "x"}}})
    systemd.active, systemd.enabled = {UNIT: "active", "b.timer": "failed"}, {UNIT: "enabled"}
    systemd.said.clear()
    take_away(tmp_path)
    assert systemd.said == [
        ["systemctl", "stop", UNIT],
        ["systemctl", "reset-failed", "b.timer"],
        ["systemctl", "disable", UNIT],
        ["systemctl", "daemon-reload"],
    ]
    assert not (tmp_path / HOME / "stamps" / f"{UNIT}.json").exists()


def test_a_unit_that_ran_before_runs_again_as_it_did(tmp_path: Path, systemd: Systemd) -> None:
    (tmp_path / "a.conf").write_text("theirs\n")
    put(tmp_path, file("/a.conf", "ours\n"), more=(a_claim("unit", UNIT, was="active"),))
    systemd.active = {UNIT: "active"}
    take_away(tmp_path)
    assert (tmp_path / "a.conf").read_text() == "theirs\n"
    assert systemd.said == [["systemctl", "restart", UNIT]]


def test_a_kernel_parameter_is_again_what_it_was(tmp_path: Path, systemd: Systemd) -> None:
    wanted = [a_claim("sysctl", "net.a", was="0"), a_claim("sysctl", "net.b", was="")]
    claim(str(tmp_path), wanted)
    take_away(tmp_path)
    assert systemd.said == [["sysctl", "--quiet", "--write", "net.a=0"]]


def test_what_is_claimed_keeps_what_it_was_when_its_place_changes(tmp_path: Path) -> None:
    claim(str(tmp_path), [a_claim("unit", UNIT, was="active")])
    claim(str(tmp_path), [{**a_claim("unit", UNIT), "stage": "b"}])
    assert claims(str(tmp_path)) == [{**a_claim("unit", UNIT, was="active"), "stage": "b"}]


def test_a_step_that_wants_a_path_absent_ends_the_claim(tmp_path: Path) -> None:
    put(tmp_path, file("/key/3", "ours\n"))
    put(tmp_path, {"kind": "absent", "path": "/key/3"})
    assert [one["subject"] for one in claims(str(tmp_path)) or ()] == ["/key"]


def test_nobody_else_s_is_taken_away_and_what_cannot_be_done_is_still_claimed(
    tmp_path: Path, systemd: Systemd
) -> None:
    (tmp_path / "theirs").write_text("theirs")
    gone = respond({"do": ["leave"], "root": str(tmp_path), "leaving": [a_claim("file", "/theirs")]})
    assert gone["left"] == []
    assert (tmp_path / "theirs").read_text() == "theirs"
    put(tmp_path, file("/ours", "ours"), more=(a_claim("unit", UNIT),))
    systemd.active, systemd.refuses = {UNIT: "active"}, "stop"
    with pytest.raises(RuntimeError, match="refused"):
        take_away(tmp_path)
    assert (tmp_path / "ours").read_text() == "ours"
    systemd.refuses = ""
    assert len(take_away(tmp_path)) == 2


def test_a_list_of_claims_that_cannot_be_read_is_said_and_nothing_is_done(tmp_path: Path) -> None:
    claim(str(tmp_path), [a_claim("file", "/a")])
    (tmp_path / HOME / "claims.json").write_text("[{")
    with pytest.raises(RuntimeError, match=r"claims.json cannot be understood"):
        put(tmp_path, file("/b", "b"))


@pytest.mark.parametrize("how", ["coming", "leaving"])
def test_killed_before_any_change_and_run_again(tmp_path: Path, how: str, systemd: Systemd) -> None:
    """From wherever the agent is killed, the next run ends as an undisturbed one does."""
    entries = (file("/etc/new/file", "ours\n"), file("/etc/conf", "ours\n", mode=0o600))
    before = {"etc": "", "etc/conf": "theirs\n"}
    for number in range(1, 200):
        root = tmp_path / str(number)
        (root / "etc").mkdir(parents=True)
        (root / "etc/conf").write_text("theirs\n")
        coming = {
            "do": ["stage", "claim", "commit"],
            "root": str(root),
            "id": "run1",
            "entries": list(entries),
            "claims": claims_of(*entries),
            "outdate": [],
        }
        killed = 0
        if how == "coming":
            killed = run_agent(coming, die_at=number)
        put(root, *entries)
        going = {"do": ["leave"], "root": str(root), "leaving": claims(str(root))}
        if how == "leaving":
            killed = run_agent(going, die_at=number)
        respond({**going, "leaving": claims(str(root))})
        here = {k: v for k, v in everything(root).items() if not k.startswith("var")}
        assert here == before, number
        assert claims(str(root)) == []
        assert not list(root.rglob(".*.fournines")), "no half-made file stays behind"
        if not killed:
            break
    else:
        raise AssertionError("it was killed every time")
    assert number > 5
    assert systemd.said == []
    assert json.loads((root / HOME / "claims.json").read_text()) == []
