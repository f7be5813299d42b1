"""Files of the operator's machine: written whole or not at all, changed by one process at a time.

Everything that fournines leaves on the machine it is run on goes through here, so that a full disk, a
read-only folder or a Ctrl-C leaves what was there before, and is told in the words of ``FileError``.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fournines.errors import FileError

_ADVICE = {
    errno.ENOSPC: "make room on that disk",
    errno.EDQUOT: "make room: your quota there is used up",
    errno.EACCES: "choose a place that you may write to, or become the user who may",
    errno.EPERM: "choose a place that you may write to, or become the user who may",
    errno.EROFS: "choose a place on a file system that is not mounted read-only",
    errno.ENOENT: "make the folder first, or correct the path",
    errno.ENOTDIR: "a part of this path is a file; correct it",
    errno.EISDIR: "this is a folder; name a file in it",
    errno.EEXIST: "name another one, or move this one away",
    errno.ENOTEMPTY: "name another one, or move what is in it away",
    errno.ENAMETOOLONG: "choose a shorter name",
}


def trouble(error: OSError, path: Path | str | None = None, *, verb: str = "used") -> FileError:
    """An operating system's error as one that a person can act on: ``PATH: cannot be written: ...``."""
    where = path if path is not None else error.filename
    return FileError(
        f"cannot be {verb}: {error.strerror or error}",
        where=None if where is None else os.fsdecode(where) if isinstance(where, bytes) else str(where),
        try_this=_ADVICE.get(error.errno or 0),
    )


def write(path: Path, content: str | bytes, *, mode: int = 0o666, new: bool = False) -> None:
    """Replace a file in one step: a reader, and a crash, sees the old content or the new one.

    Args:
        path: a link is followed; what is no regular file (a pipe, ``/dev/stdout``) is written straight into.
        content: text is written as UTF-8.
        mode: of a file that is made, less the umask.
        new: refuse to touch a file that is there already.

    Raises:
        FileError: it could not be written; what was there before is still there.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        if not new and path.exists() and not path.is_file():
            with path.open("wb") as stream:
                stream.write(data)
        else:
            _replace(path.resolve(), data, mode, new=new)
    except OSError as error:
        raise trouble(error, path, verb="written") from None


def _replace(path: Path, data: bytes, mode: int, *, new: bool) -> None:
    """Write beside, flush to the disk, rename over (or, for a new file, link: that never replaces)."""
    staged = _beside(path)
    try:
        with os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if new:
            path.hardlink_to(staged)
        else:
            staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name[:200]}.{os.getpid()}")


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A folder to fill, which takes the place of ``path`` when the block ends well, else vanishes.

    Raises:
        FileError: ``path`` is there and not empty, or something in the block could not be written.
    """
    target = path.resolve()
    staged = _beside(target)
    try:
        _refuse_full(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        staged.mkdir()
        yield staged
        staged.replace(target)
    except OSError as error:
        raise trouble(error, path, verb="written") from None
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _refuse_full(path: Path) -> None:
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise OSError(errno.ENOTEMPTY, "it is there already and not an empty folder")


def folder(path: Path) -> Path:
    """The folder, made with its parents where it is not there yet.

    Raises:
        FileError: it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise trouble(error, path, verb="made") from None
    return path


@contextmanager
def held(place: Path) -> Iterator[None]:
    """Hold a folder for one change at a time; another process that wants to change something in it waits.

    Nothing is left behind: the lock is on the folder itself (flock(2)) and ends with the process.

    Raises:
        FileError: the folder cannot be opened or locked.
    """
    handle = -1
    try:
        handle = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(handle, fcntl.LOCK_EX)
    except OSError as error:
        if handle >= 0:
            os.close(handle)
        raise trouble(error, place, verb="locked") from None
    try:
        yield
    finally:
        os.close(handle)
