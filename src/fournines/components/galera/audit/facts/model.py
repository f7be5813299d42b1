"""What the files of database servers say, as values: settings, members, clusters, arbiters."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fournines.kit.audit.source import Place

_OFF = frozenset({"0", "off", "false", "no", ""})


@dataclass(frozen=True)
class Setting:
    """One option, its name with underscores and in lower case."""

    at: Place
    section: str
    name: str
    value: str

    @property
    def off(self) -> bool:
        """Whether the value says no."""
        return self.value.strip().lower() in _OFF

    @property
    def number(self) -> int | None:
        """The value as a number; suffixes K, M, G are powers of 1024."""
        match = re.fullmatch(r"(\d{1,15})\s*([KMGT]?)B?", self.value.strip(), re.IGNORECASE)
        if not match:
            return None
        power = " KMGT".index(match.group(2).upper() or " ")
        return int(match.group(1)) << (10 * power)


@dataclass(frozen=True)
class DatabaseConf:
    """One file of a database server; ``settings`` are those of its server sections, the last of a name.

    ``name`` is the path it has on its host, as far as known; ``includes`` are the files and folders it
    reads besides and that were not given; ``unread`` are Galera's settings in sections no server reads;
    ``backup_user`` is where a section that the backup program reads names the account it logs in with.
    """

    at: Place
    settings: Mapping[str, Setting] = field(repr=False, hash=False, compare=False)
    sections: tuple[str, ...]
    excerpt: bool
    includes: tuple[str, ...]
    name: str = ""
    unread: tuple[Setting, ...] = field(default=(), repr=False, compare=False)
    backup_user: Place | None = None

    def get(self, name: str) -> Setting | None:
        """A setting by its name with underscores."""
        return self.settings.get(name)

    @property
    def galera(self) -> bool:
        """Whether anything here is about Galera."""
        return any(name.startswith("wsrep") for name in self.settings)

    @property
    def looped(self) -> bool:
        """Whether a template fills in settings whose names nobody sees here (``{{ key }} = {{ value }}``)."""
        return any(name.startswith(("{{", "<%")) for name in self.settings)


@dataclass(frozen=True)
class GaleraHost:
    """A member of a Galera cluster as its files describe it; ``peers`` as written, without blanks.

    ``address_at`` is the line of wsrep_cluster_address.
    """

    at: Place
    conf: DatabaseConf = field(repr=False)
    cluster: str
    peers: tuple[str, ...]
    raw_address: str
    address: str
    name: str

    def place(self, *names: str) -> Place:
        """The line of the first of these settings that is there, else the file's first line."""
        return next((s.at for name in names if (s := self.conf.get(name))), self.at)

    @property
    def provider(self) -> dict[str, str]:
        """The options of the replication library: ``gcache.size``, ``pc.weight`` and such."""
        said = self.conf.get("wsrep_provider_options")
        parts = (part.partition("=") for part in said.value.split(";")) if said else ()
        return {key.strip().lower(): value.strip() for key, equals, value in parts if equals}

    @property
    def own(self) -> frozenset[str]:
        """What the host may be called in a list of peers."""
        return frozenset(name for name in (self.address, self.name.lower(), self.at.host.lower()) if name)


@dataclass(frozen=True)
class Arbiter:
    """A garbd: a vote without data."""

    at: Place
    nodes: tuple[str, ...]
    group: str
    group_at: Place | None = None


@dataclass(frozen=True)
class GaleraCluster:
    """Members that speak of one another. ``size`` counts every data host anybody of them names."""

    members: tuple[GaleraHost, ...]
    peers: tuple[str, ...]
    size: int
    arbiters: tuple[Arbiter, ...]


_UNFILLED = re.compile(r"[{}$<>%@*]|\A[a-z][a-z0-9]*(?:_[a-z0-9]+)+\Z", re.IGNORECASE)


def unfilled(text: str) -> bool:
    """Whether a template or a reader has still to put an address here: ``THIS_IP``, ``{{ ip }}``."""
    return bool(_UNFILLED.search(text))


def host_of(text: str) -> str:
    """An address without its port: ``10.0.0.11:4567`` and ``[fd00::1]:4567``."""
    text = text.strip()
    if text.startswith("["):
        return text[1:].partition("]")[0].lower()
    return (text.rpartition(":")[0] if text.count(":") == 1 else text).lower()
