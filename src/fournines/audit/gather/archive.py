"""Archives of strangers, opened so that none of their headers costs more than a file.

A header may say that the name behind it has a gigabyte, and ``tarfile`` reads it whole; digits in it are
searched in time that grows with their square (CVE-2024-6232).
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK = 512
_LONGEST = 16 * 1024
"""Bytes of an extended header: two paths of 4 KiB and what SELinux and capabilities add."""
_MOST = 8 * 1024 * 1024
"""Bytes of all extended headers that are longer than a block."""
_DIGITS = re.compile(rb"\d{64}")
_PACKED = ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ\x00", lzma.open))


@contextmanager
def opened(stream: IO[bytes]) -> Iterator[tarfile.TarFile]:
    """The archive in a stream that can be sought, packed or not.

    Raises:
        tarfile.TarError: it is none, or has headers that nobody needs.
    """
    begun = stream.read(8)
    stream.seek(0)
    unpack = next((unpack for magic, unpack in _PACKED if begun.startswith(magic)), None)
    plain = cast("IO[bytes]", unpack(stream)) if unpack else stream
    try:
        with tarfile.open(fileobj=_Headers(plain), mode="r:") as archive:
            yield archive
    except (EOFError, gzip.BadGzipFile, lzma.LZMAError, OSError) as error:
        raise tarfile.ReadError(f"it is broken off or damaged: {error}") from error


class _Headers(io.BufferedIOBase):
    """A stream of which headers are read a little at a time; ``content`` reads what stands between them."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.left = _MOST

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.stream.seek(offset, whence)

    def tell(self) -> int:
        return self.stream.tell()

    def read(self, size: int | None = -1) -> bytes:
        wanted = -1 if size is None else size
        if wanted > _BLOCK:
            self.left -= wanted
        if not 0 <= wanted <= _LONGEST or self.left < 0:
            raise tarfile.ReadError(f"a header of {wanted:,} bytes, or too many long ones")
        found = self.stream.read(wanted)
        if wanted > _BLOCK and _DIGITS.search(found):
            raise tarfile.ReadError("a header of digits")
        return found


def content(archive: tarfile.TarFile, member: tarfile.TarInfo, start: int, size: int) -> bytes:
    """So many bytes of a regular file of the archive, from ``start`` on."""
    wanted = min(size, member.size - start)
    if wanted <= 0:
        return b""
    stream = cast("_Headers", archive.fileobj).stream
    stream.seek(member.offset_data + start)
    return stream.read(wanted)
