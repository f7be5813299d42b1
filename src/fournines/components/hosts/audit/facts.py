"""/etc/hosts as facts: which name is which address on this host."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Kind, Place, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class HostName:
    """One line: an address and its names, the canonical one first."""

    at: Place
    address: str
    names: tuple[str, ...]

    @property
    def loopback(self) -> bool:
        """Whether the address is the host itself."""
        return self.address.startswith("127.") or self.address == "::1"


def read(source: Source) -> Iterator[HostName]:
    """The lines that start with an address."""
    for node in source.nodes:
        address = _address(node.key)
        if address:
            yield HostName(source.at(node), address, tuple(name.lower() for name in node.args))


@lru_cache(4096)
def _address(text: str) -> str:
    """The address as it is usually written, or nothing; a hundred hosts list the same hundred."""
    try:
        return str(ip_address(text))
    except ValueError:
        return ""


HOSTS = Kind(
    name="hosts",
    syntax=Syntax.LINES,
    names=("etc/hosts", "hosts", "hosts.txt", "etc_hosts"),
    marks=(
        r"^\s*127\.0\.0\.1\s+\S*localhost",
        r"^\s*\d{1,3}(?:\.\d{1,3}){3}\s+[A-Za-z][\w.\-]*(?:\s+[A-Za-z][\w.\-]*)*\s*(?:#.*)?$",
    ),
    read=read,
)
