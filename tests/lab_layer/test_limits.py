"""The limit is raised, never lowered, and a machine that refuses is left as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from fournines.lab.limits import raise_inotify


@pytest.mark.parametrize(("before", "after"), [("128\n", "8192"), ("65536\n", "65536")])
def test_the_limit_only_grows(tmp_path: Path, before: str, after: str) -> None:
    limit = tmp_path / "max_user_instances"
    limit.write_text(before)
    raise_inotify(limit)
    assert limit.read_text().strip() == after


def test_a_kernel_without_the_limit_is_left_alone(tmp_path: Path) -> None:
    raise_inotify(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []
