"""Comparing what is wanted with what was seen."""

from __future__ import annotations

from typing import Any

import pytest
from tests.engine.simulation import everywhere, phase, plan

from fournines.engine.desired import desired
from fournines.engine.difference import Change, compare
from fournines.engine.mask import Masker
from fournines.kit.step import Absent, Account, Command, Directory, File, Packages, Step, Sysctl

SEEN = {"exists": True, "regular": True, "differs": False, "mode": 0o644, "owner": "root", "group": "root"}


def changes(step: Step, seen: dict[str, Any], *secrets: str) -> list[Change]:
    wanted = desired(plan(phase("p", everywhere(step))))
    return list(compare(wanted, "p", "one", [(step, seen)], Masker(secrets)))


@pytest.mark.parametrize(
    ("step", "seen", "what"),
    [
        (
            Packages(("a", "b", "c")),
            {"states": {"a": "ii", "b": "", "c": "iF"}},
            ["install", "finish installing"],
        ),
        (Packages(("held",)), {"states": {"held": "hi"}}, []),
        (Account("a", ("g", "h")), {"exists": True, "groups": ["a", "g"]}, ["add to h"]),
        (Account("a"), {"exists": False, "groups": []}, ["create"]),
        (Directory("/d", mode=0o750), {**SEEN, "directory": True, "mode": 0o755}, ["mode 0755 -> 0750"]),
        (Directory("/d"), {"exists": False}, ["create"]),
        (Directory("/d"), {**SEEN, "directory": False}, ["is not a directory"]),
        (File("/f", ""), SEEN, []),
        (File("/f", "", owner="mysql"), SEEN, ["owner root:root -> mysql:root"]),
        (File("/f", "", mode=0o4755), {**SEEN, "differs": True}, ["change", "mode 0644 -> 4755"]),
        (File("/f", ""), {"exists": True, "regular": False}, ["replace what is not a regular file"]),
        (Absent("/f"), {"exists": True}, ["remove"]),
        (Absent("/f"), {"exists": False}, []),
        (Sysctl("k", "1  2"), {"value": "1 2"}, []),
        (Sysctl("k", "1"), {"value": "0"}, ["0 -> 1"]),
        (Sysctl("k", "1"), {"value": None}, ["absent -> 1"]),
        (Command("c", ("x",), ("y",)), {"done": False}, ["run"]),
        (Command("c", ("x",), ("y",)), {"done": True}, []),
    ],
)
def test_what_differs(step: Step, seen: dict[str, Any], what: list[str]) -> None:
    assert [change.what for change in changes(step, seen)] == what


def test_a_diff_shows_lines_and_masks_secrets_on_both_sides() -> None:
    step = File("/etc/k.conf", "[db]\nurl = mysql://k:newsecret@db\n")
    seen = {**SEEN, "differs": True, "text": "[db]\nurl = mysql://k:oldsecret@db\n"}
    (change,) = changes(step, seen, "newsecret", "oldsecret")
    assert change.diff.splitlines() == [
        "--- a/etc/k.conf",
        "+++ b/etc/k.conf",
        "@@ -1,2 +1,2 @@",
        " [db]",
        "-url = mysql://k:********@db",
        "+url = mysql://k:********@db",
    ]


@pytest.mark.parametrize("seen", [{"exists": False}, {**SEEN, "differs": True}])
def test_a_secret_file_shows_no_diff_at_all(seen: dict[str, Any]) -> None:
    assert [c.diff for c in changes(File("/etc/ring", "AP8=", base64=True), seen)] == [""]
    (change,) = changes(File("/etc/key", "anything\n", secret=True), seen)
    assert change.diff == ""
    assert change.to_json()["subject"] == "/etc/key"


def test_a_text_that_the_host_did_not_tell_gives_no_diff() -> None:
    (change,) = changes(File("/f", "x"), {**SEEN, "differs": True, "text": None})
    assert (change.what, change.diff) == ("change", "")
