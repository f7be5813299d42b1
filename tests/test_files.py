"""Files of the operator's machine: whole or not at all, whatever goes wrong."""

from __future__ import annotations

import errno
import os
import threading
import time
from pathlib import Path

import pytest

from fournines import files
from fournines.errors import FileError


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def fsync(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fsync)


def test_a_file_is_replaced_whole_with_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    files.write(path, "new", mode=0o600)
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    files.write(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_what_is_no_file_is_written_into_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    files.write(pipe, "through")
    assert os.read(reader, 100) == b"through"
    assert pipe.is_fifo()
    os.close(reader)


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(FileError, match="cannot be written: No space left") as caught:
        files.write(path, "new")
    assert (caught.value.where, caught.value.try_this) == (str(path), "make room on that disk")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.usefixtures("full_disk")
def test_a_new_file_on_a_full_disk_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        files.write(tmp_path / "site.yaml", "text", new=True)
    assert not list(tmp_path.iterdir())


def test_a_new_file_never_replaces_one(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text("mine")
    with pytest.raises(FileError, match="File exists"):
        files.write(path, "starter", new=True)
    assert path.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("new", [True, False])
def test_a_path_that_cannot_be_is_an_error_with_advice(tmp_path: Path, *, new: bool) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file/below", tmp_path / "absent/file", tmp_path / ("n" * 300)):
        with pytest.raises(FileError) as caught:
            files.write(path, "x", new=new)
        assert caught.value.try_this


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    with files.whole_folder(tmp_path / "deep/out") as folder:
        (folder / "a").touch()
        assert not (tmp_path / "deep/out").exists()
    assert [p.name for p in (tmp_path / "deep/out").iterdir()] == ["a"]

    def broken() -> None:
        with files.whole_folder(tmp_path / "other") as folder:
            (folder / "a").touch()
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        broken()
    with pytest.raises(FileError, match="No space"), files.whole_folder(tmp_path / "other"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert [p.name for p in tmp_path.iterdir()] == ["deep"]


def test_a_folder_that_is_not_empty_or_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine").touch()
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    for name in ("full", "file"):
        with pytest.raises(FileError, match="not an empty folder"), files.whole_folder(tmp_path / name):
            pytest.fail("the block must not be entered")
    with files.whole_folder(tmp_path / "empty"):
        pass
    assert (tmp_path / "full/mine").exists()


def test_a_held_folder_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    order: list[str] = []

    def second() -> None:
        with files.held(tmp_path):
            order.append("second")

    with files.held(tmp_path):
        waiting = threading.Thread(target=second)
        waiting.start()
        time.sleep(0.05)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]
    assert not list(tmp_path.iterdir())
    with pytest.raises(FileError, match="cannot be locked"), files.held(tmp_path / "absent"):
        pass
