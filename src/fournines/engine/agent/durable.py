"""Writing so that a reader, or a power loss, sees the old file or the new one and nothing between."""

from __future__ import annotations

import os
from pathlib import Path

HOME = "/var/lib/fournines"
"""Where the engine keeps what is its own on a host: stage, previous versions, stamps."""


def write_atomically(path: Path, content: bytes, *, mode: int, ids: tuple[int, int] | None = None) -> None:
    """Write beside ``path``, make it durable, and rename it into place.

    The name beside it is fixed and hidden: what a killed run left is overwritten by the next one, and
    ``conf.d`` folders do not read it.
    """
    beside = path.with_name(f".{path.name}.fournines")
    write_durably(beside, content, mode=mode, ids=ids)
    beside.replace(path)
    sync_folder(path.parent)


def write_durably(path: Path, content: bytes, *, mode: int, ids: tuple[int, int] | None = None) -> None:
    """Write a file that is never readable by more than it should be, and reach the disk before returning."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        if ids is not None:
            os.fchown(descriptor, *ids)
        os.fchmod(descriptor, mode)  # after fchown, which clears set-id bits
        os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Make the renames in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def under(root: str, path: str) -> Path:
    """A path of the host below another root: what lets all of this be tested anywhere."""
    return Path(root, path.lstrip("/"))


def private_folder(root: str, *names: str) -> Path:
    """A folder below the engine's own, which only root can look into; made where it is missing."""
    folder = under(root, HOME)
    for path in (folder, *(folder := folder / name for name in names)):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
