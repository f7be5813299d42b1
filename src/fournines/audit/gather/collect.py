"""Finding the texts to audit: folders, loose files, tarballs. The only part of the audit that reads disks.

Whatever lies there, reading it is bounded: no pipe is waited for, no device read, no link followed out of
the folder, and no file read beyond its limit. What was left out is said, file by file.
"""

from __future__ import annotations

import codecs
import os
import stat
import sys
import tarfile
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from fournines.audit.gather.archive import content, opened
from fournines.audit.gather.links import Followed
from fournines.audit.plain import plain
from fournines.errors import AuditError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LONGEST = 1024 * 1024
"""Bytes that are read of a file: 30,000 lines of configuration."""
LONGEST_XML = 8 * 1024 * 1024
"""Bytes that are read of XML: a CIB with its status section may reach megabytes."""
MOST = 64 * 1024 * 1024
"""Bytes of all files together; five controllers with every comment of their packages are 10 MiB."""
MOST_UNPACKED = 512 * 1024 * 1024
"""Bytes of an archive that are unpacked in passing to find the small files in it."""
MOST_FILES = 25_000
"""Files of a folder or an archive; the whole /etc of ten hosts."""
MOST_LINKS = 10_000
"""Links whose ends are looked for, each folder of the way; a host has two hundred."""

BEYOND = f"{MOST >> 20} MiB, the most that is read of all files (--whole lifts that), came before it"

_SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", "__pycache__", "node_modules", ".venv", ".tox"})
_TARBALLS = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".tar.zst")
_MARKS = (  # the longer first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class File:
    """A file found: ``path`` is relative to what was asked for, ``host`` set where the finder knows it.

    ``trouble`` says why nothing or only the beginning of it could be read; the empty string is none. A
    ``link`` that was not followed is no defect of the site: what it leads to lies elsewhere. ``beyond``: so
    much was read before it that it was left out.
    """

    path: str
    text: str
    host: str | None = None
    trouble: str = ""
    link: bool = False
    beyond: bool = False


@dataclass(slots=True)
class Budget:
    """How many bytes of all files together may still be kept, and how many links followed."""

    left: int = field(default_factory=lambda: MOST)
    links: int = MOST_LINKS
    followed: Followed = field(default_factory=Followed)

    @classmethod
    def of(cls, *, whole: bool) -> Budget:
        """The usual one, or one that is never spent."""
        return cls(sys.maxsize, sys.maxsize) if whole else cls()

    def file(self, path: str, data: bytes, *, size: int) -> File:
        """The file of these first bytes; ``size`` is what it holds in all."""
        if self.spent:
            return File(path, "", trouble=f"not read: {BEYOND}", beyond=True)
        if b"\0" in data and not data.startswith(tuple(mark for mark, _ in _MARKS)):
            return File(path, "", trouble="no text: it holds NUL bytes (UTF-16 or UTF-32 without its mark?)")
        kept = data[: min(_limit(data), self.left)]
        text = _text(kept, cut=len(kept) < size)
        self.left -= sys.getsizeof(text) - sys.getsizeof("")  # one distant letter makes four bytes of each
        said = f"only the first {_size(len(kept))} of {_size(size)} were read" if len(kept) < size else ""
        return File(path, text, trouble=said)

    @property
    def spent(self) -> bool:
        """Whether nothing more is read."""
        return self.left <= 0


def collect(paths: Sequence[Path], *, whole: bool = False) -> list[File]:
    """Every file under the paths, in a stable order, as far as it can be read.

    ``whole``: all together may be as long as it is; each for itself has its limit all the same.

    Raises:
        AuditError: a path does not exist, cannot be read, is no file at all, or is a broken archive.
    """
    found: list[File] = []
    budget = Budget.of(whole=whole)
    for path in paths:
        try:
            found.extend(_under(path, budget, several=len(paths) > 1))
        except (OSError, tarfile.TarError, EOFError, ValueError) as error:
            raise AuditError(
                f"cannot be read: {plain(getattr(error, 'strerror', None) or str(error))}",
                where=plain(str(path)),
                try_this="check the path and its permissions",
            ) from error
    return found


def _under(path: Path, budget: Budget, *, several: bool) -> Iterator[File]:
    if path.is_dir():
        prefix = f"{str(path).strip('/')}/" if several and path.name else ""
        real = os.path.realpath(path)
        for name, trouble in _walk(path):
            shown = plain(prefix + name)
            yield File(shown, "", trouble=trouble) if trouble else _found(path, real, name, shown, budget)
    elif path.name.endswith(_TARBALLS):
        _regular(path)
        with path.open("rb") as packed, opened(packed) as archive:
            yield from unpacked(archive, budget)
    else:
        _regular(path)
        data, size = _read(path)
        file = budget.file(plain(str(path) if several else path.name), data, size=size)
        if not file.text and file.trouble:
            raise AuditError(file.trouble, where=file.path, try_this="give its source as UTF-8 text")
        yield file


def _regular(path: Path) -> None:
    if not stat.S_ISREG(path.stat().st_mode):
        raise AuditError(
            "is no regular file", where=plain(str(path)), try_this="write it to a file first, and give that"
        )


def _found(root: Path, real: str, name: str, shown: str, budget: Budget) -> File:
    """A file below the root, whose real path is ``real``; trouble with one of many is said, not raised."""
    path = os.path.join(root, name)  # noqa: PTH118 - tens of thousands of files: a Path each is a second
    try:
        mode = os.lstat(path).st_mode
        if stat.S_ISLNK(mode):
            budget.links -= 1
            if budget.links < 0:
                said = f"a link behind {MOST_LINKS:,} others: not followed (--whole follows them)"
                return File(shown, "", trouble=said, link=True)
            if os.path.commonpath((real, budget.followed.end(path))) != real:
                return File(shown, "", trouble="a link that leaves the folder: not followed", link=True)
            mode = os.stat(path).st_mode  # noqa: PTH116 - as above
            if stat.S_ISDIR(mode):
                return File(shown, "", trouble="a link to a folder: not followed", link=True)
        if not stat.S_ISREG(mode):
            return File(shown, "", trouble="no regular file: not read")
        data, size = (b"", 0) if budget.spent else _read(path)
    except OSError as error:
        return File(shown, "", trouble=f"cannot be read: {plain(error.strerror or str(error))}")
    return budget.file(shown, data, size=size)


def _read(path: Path | str) -> tuple[bytes, int]:
    """The first bytes of a regular file and its size; O_NONBLOCK: it may have become a pipe meanwhile."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as stream:
        size = os.fstat(handle).st_size
        head = stream.read(LONGEST)
        return head + stream.read(_limit(head) - len(head)), size


def _limit(head: bytes) -> int:
    return LONGEST_XML if _is_xml(head) else LONGEST


def _is_xml(head: bytes) -> bool:
    return head[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _walk(root: Path) -> Iterator[tuple[str, str]]:
    """Every file and link below a folder, each with the reason why a folder could not be looked into.

    A stack of its own: os.walk calls itself for each level, and leaves out what it may not read.

    Raises:
        AuditError: there are more than ``MOST_FILES``.
    """
    pending = [""]
    count = 0
    while pending:
        inside = pending.pop()
        try:
            with os.scandir(root / inside) as entries:
                found = sorted(islice(entries, MOST_FILES + 1), key=lambda entry: entry.name)
        except OSError as error:
            if not inside:
                raise
            yield inside, f"cannot be read: {error.strerror}"
            continue
        count += len(found)
        if count > MOST_FILES:
            raise AuditError(
                f"holds more than {MOST_FILES} files",
                where=plain(str(root)),
                try_this="name the folders of the hosts",
            )
        folders = [entry.name for entry in found if entry.is_dir(follow_symlinks=False)]
        pending += [f"{inside}{name}/" for name in reversed(folders) if name not in _SKIPPED_FOLDERS]
        yield from ((inside + e.name, "") for e in found if not e.is_dir(follow_symlinks=False))


def unpacked(archive: tarfile.TarFile, budget: Budget | None = None) -> Iterator[File]:
    """The files of an archive by their names in it; nothing is unpacked to disk."""
    budget = budget or Budget()
    known: dict[str, File] = {}
    for number, member in enumerate(archive, start=1):
        name = plain(member.name.removeprefix("./"))
        if budget.spent or number > MOST_FILES or member.offset_data + member.size > MOST_UNPACKED:
            said = "neither it nor what follows it in the archive was read: too much"
            yield File(name, "", trouble=said, beyond=True)
            return
        if member.isreg() and not member.issparse():
            head = content(archive, member, 0, LONGEST)
            rest = content(archive, member, LONGEST, _limit(head) - LONGEST)
            known[member.name] = budget.file(name, head + rest, size=member.size)
            yield known[member.name]
        elif member.islnk() and member.linkname in known:  # never by tarfile: it would seek back, or for ever
            yield replace(known[member.linkname], path=name)
        elif not member.isdir():
            yield File(name, "", trouble="no regular file: not read", link=member.issym())


def _size(count: int) -> str:
    return f"{count / (1 << 20):.1f} MiB" if count >= 1 << 20 else f"{count} bytes"


def _text(data: bytes, *, cut: bool) -> str:
    """The bytes as text: UTF-8 where it fits, else Latin-1."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, "replace")
    try:
        return codecs.getincrementaldecoder("utf-8-sig")().decode(data, final=not cut)
    except UnicodeDecodeError:
        return data.decode("latin-1")
