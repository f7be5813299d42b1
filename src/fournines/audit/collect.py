"""Finding the texts to audit: folders, loose files, tarballs. The only part of the audit that reads disks."""

from __future__ import annotations

import os
import tarfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from fournines.errors import AuditError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LARGEST = 16 * 1024 * 1024
"""Bytes of one file that are looked at; a configuration is smaller."""
MOST_FILES = 50_000

_SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", "__pycache__", "node_modules", ".venv", ".tox"})
_TARBALLS = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".tar.zst")


@dataclass(frozen=True, slots=True)
class File:
    """A text found: ``path`` is relative to what was asked for, ``host`` set where the finder knows it."""

    path: str
    text: str
    host: str | None = None


def collect(paths: Sequence[Path]) -> list[File]:
    """Every text under the paths, in a stable order.

    Raises:
        AuditError: a path does not exist, cannot be read, or is a broken archive.
    """
    found: list[File] = []
    for path in paths:
        try:
            found.extend(_under(path, several=len(paths) > 1))
        except (OSError, tarfile.TarError, EOFError) as error:
            raise AuditError(
                f"cannot be read: {error}", where=str(path), try_this="check the path and its permissions"
            ) from error
    return found


def _under(path: Path, *, several: bool) -> Iterator[File]:
    if path.is_dir():
        prefix = f"{str(path).strip('/')}/" if several and path.name else ""
        for name in _walk(path):
            text = _text((path / name).read_bytes()[:LARGEST]) if _readable(path / name) else None
            if text is not None:
                yield File(prefix + name, text)
    elif path.name.endswith(_TARBALLS):
        yield from _archive(path)
    else:
        text = _text(path.read_bytes()[:LARGEST])
        if text is None:
            raise AuditError("is not a text file", where=str(path), try_this="give its source, not a binary")
        yield File(str(path) if several else path.name, text)


def _readable(path: Path) -> bool:
    return path.is_file() and os.access(path, os.R_OK)


def _walk(root: Path) -> list[str]:
    names: list[str] = []
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED_FOLDERS)
        inside = Path(folder).relative_to(root)
        names.extend(str(PurePosixPath(inside / name)) for name in sorted(files))
        if len(names) > MOST_FILES:
            raise AuditError(
                f"holds more than {MOST_FILES} files",
                where=str(root),
                try_this="name the folders of the hosts",
            )
    return names


def _archive(path: Path) -> Iterator[File]:
    with tarfile.open(path) as archive:
        for name, text in texts_of(archive):
            yield File(name, text)


def texts_of(archive: tarfile.TarFile) -> Iterator[tuple[str, str]]:
    """The text files of an archive by their names in it; nothing is unpacked to disk."""
    for member in archive:
        if not member.isfile():
            continue
        stream = archive.extractfile(member)
        text = _text(stream.read(LARGEST)) if stream else None
        if text is not None:
            yield member.name.removeprefix("./"), text


def _text(data: bytes) -> str | None:
    """The bytes as text: UTF-8 where it fits, else Latin-1; None for binary files."""
    if b"\0" in data[:8192]:
        return data.decode("utf-16", "replace") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
