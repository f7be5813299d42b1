from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fournines.errors import LabError
from fournines.lab.state import (
    LabPaths,
    labs_on_disk,
    load,
    mounts_below,
    remove,
    save,
)

if TYPE_CHECKING:
    from fournines.lab.plan import LabPlan


def test_a_saved_plan_is_loaded_again(plan: LabPlan, tmp_path: Path) -> None:
    paths = LabPaths("blog", tmp_path)
    save(paths, plan, tmp_path / "image-1")
    save(paths, plan, tmp_path / "image-2")
    assert load(paths) == plan
    assert paths.image.readlink() == tmp_path / "image-2"
    assert labs_on_disk(tmp_path) == {"blog"}


def test_no_lab_and_a_lab_of_another_version_are_told_apart(tmp_path: Path) -> None:
    paths = LabPaths("blog", tmp_path)
    with pytest.raises(LabError, match="there is no lab blog"):
        load(paths)
    paths.directory.mkdir()
    paths.plan.write_text('{"name": "blog", "surprise": 1}')
    with pytest.raises(LabError, match="another version"):
        load(paths)


def test_mounts_are_listed_deepest_first_and_only_those_below() -> None:
    mounts = """\
overlay /labs/a/hosts/h/root overlay rw 0 0
tmpfs /labs/a/hosts/h/root/with\\040space tmpfs rw 0 0
overlay /labs/ab/hosts/h/root overlay rw 0 0
overlay /labs/a/hosts/h/root overlay rw 0 0
"""
    assert mounts_below(Path("/labs/a"), mounts) == (
        "/labs/a/hosts/h/root/with space",
        "/labs/a/hosts/h/root",
        "/labs/a/hosts/h/root",
    )


def test_removing_takes_everything_and_removing_nothing_is_fine(tmp_path: Path) -> None:
    paths = LabPaths("blog", tmp_path)
    paths.host("h").upper.mkdir(parents=True)
    remove(paths)
    assert not paths.directory.exists()
    remove(paths)


def test_what_a_killed_up_still_writes_is_removed_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CI met it: a child of an ``up`` that was killed made a key file between the walk and the rmdir."""
    paths = LabPaths("blog", tmp_path)
    paths.host("h").upper.mkdir(parents=True)
    real, late = shutil.rmtree, [paths.key]

    def while_somebody_writes(directory: Path) -> None:
        if late:
            late.pop().write_text("key")
            raise OSError(errno.ENOTEMPTY, "Directory not empty", str(directory))
        real(directory)

    monkeypatch.setattr(shutil, "rmtree", while_somebody_writes)
    remove(paths)
    assert not paths.directory.exists()


def test_what_cannot_be_removed_is_an_error_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = LabPaths("blog", tmp_path)
    paths.directory.mkdir()

    def refused(directory: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted", str(directory))

    monkeypatch.setattr(shutil, "rmtree", refused)
    with pytest.raises(LabError, match="not permitted"):
        remove(paths)
