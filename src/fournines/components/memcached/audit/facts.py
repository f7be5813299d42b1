"""memcached.conf (one option a line) and sysconfig/memcached (OPTIONS=...) as facts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Kind, Place, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

_LISTEN = re.compile(r"(?:^|[\s=\"'])(?:-l|--listen)(?:[\s=]+|(?=\d))([\w.:,\[\]]+)")
_LOOPBACK = re.compile(r"127(?:\.\d+){3}|localhost|::1|\[::1\]")


@dataclass(frozen=True)
class MemcachedConf:
    """Where a cache listens; without ``-l`` it is every address, memcached(1)."""

    at: Place
    listens: tuple[tuple[str, Place], ...]

    @property
    def loopback(self) -> bool:
        """Whether only its own host reaches it."""
        return bool(self.listens) and all(_LOOPBACK.fullmatch(_host(text)) for text, _ in self.listens)


def _host(text: str) -> str:
    return text.rpartition(":")[0] if text.count(":") == 1 else text


def read(source: Source) -> Iterator[MemcachedConf]:
    """The one fact of a file."""
    found = [
        (address, source.at(number))
        for number, line in enumerate(source.text.split("\n")[:1000], start=1)
        if not line.lstrip().startswith("#")
        for match in _LISTEN.finditer(line[:500])
        for address in match.group(1).split(",")
        if address
    ]
    yield MemcachedConf(source.top, tuple(found))


MEMCACHED = Kind(
    name="memcached.conf",
    syntax=Syntax.LINES,
    names=("memcached.conf", "memcached_*.conf", "sysconfig/memcached"),
    marks=(r"^(?:-m|-c)\s+\d+\s*$", r"^-l\s+\S+\s*$", r"^(?:MAXCONN|CACHESIZE)=", r"^-u\s+memcached?\s*$"),
    read=read,
)
