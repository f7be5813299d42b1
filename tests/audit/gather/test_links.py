"""Where links end: the same as the operating system says, however they point."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fournines.audit.gather.links import Followed


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    inside = tmp_path / "site" / "host"
    inside.mkdir(parents=True)
    (tmp_path / "outside").write_text("x")
    (inside / "real").write_text("x")
    (tmp_path / "site" / "door").symlink_to(inside)
    for name, target in {
        "one": "real",
        "two": "one",
        "three": "two",
        "up": "../../outside",
        "after-up": "up",
        "absolute": str(tmp_path / "outside"),
        "nowhere": "missing",
        "folder": "..",
        "self": "self",
        "ping": "pong",
        "pong": "ping",
    }.items():
        (inside / name).symlink_to(target)
    for number in range(60):
        (inside / f"c{number}").symlink_to(f"c{number - 1}" if number else "real")
    return tmp_path / "site"


def test_links_end_where_the_system_says(tree: Path) -> None:
    followed = Followed()
    paths = [path for folder in ("host", "door") for path in sorted((tree / folder).iterdir())]
    assert len(paths) > 140
    for path in paths:
        assert followed.end(str(path)) == os.path.realpath(path), path


def test_a_chain_is_walked_once(tree: Path) -> None:
    followed = Followed()
    last = str(tree / "host" / "c30")
    followed.end(last)
    for number in range(30):
        assert str(tree / "host" / f"c{number}") in followed.ends
