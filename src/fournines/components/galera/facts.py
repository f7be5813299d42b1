"""my.cnf and its kin as facts: a MariaDB or MySQL server, and its place in a Galera cluster."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fournines.kit.source import Kind, Place, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SERVER_SECTIONS = re.compile(r"(?:mysqld|server|mariadb|galera|mariadbd|sst)(?:[-.]?[\d.]+|_safe|-embedded)?")
"""Sections the server reads; mariadbd --help. ``[mysqld_safe]`` and ``[sst]`` have their own readers."""
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
    """One file of a database server; ``settings`` are those of its server sections, the last of a name."""

    at: Place
    settings: Mapping[str, Setting] = field(repr=False, hash=False, compare=False)
    sections: tuple[str, ...]
    excerpt: bool
    includes: bool

    def get(self, name: str) -> Setting | None:
        """A setting by its name with underscores."""
        return self.settings.get(name)

    @property
    def galera(self) -> bool:
        """Whether anything here is about Galera."""
        return any(name.startswith("wsrep") for name in self.settings)


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


def read(source: Source) -> Iterator[object]:
    """The facts of one file."""
    settings: dict[str, Setting] = {}
    for section in source.nodes:
        if not section.block or not SERVER_SECTIONS.fullmatch(section.key.lower()):
            continue
        for child in section.children:
            name = child.key.lower().replace("-", "_").removeprefix("loose_")
            settings[name] = Setting(source.at(child), section.key, name, child.value)
    loose = {
        node.key.lower().replace("-", "_"): Setting(
            source.at(node), "", node.key.lower().replace("-", "_"), node.value
        )
        for node in source.nodes
        if not node.block and node.key.startswith(("wsrep", "innodb", "binlog", "bind"))
    }
    sections = tuple(node.key for node in source.nodes if node.block)
    if loose and not sections:  # a fragment shown without its section header
        settings.update(loose)
    includes = any(node.key.startswith("!include") for root in source.nodes for node in root.walk())
    conf = DatabaseConf(source.top, settings, sections, source.excerpt, includes)
    yield conf
    if conf.galera:
        yield _member(conf)


def _member(conf: DatabaseConf) -> GaleraHost:
    def said(name: str) -> str:
        setting = conf.get(name)
        return setting.value.strip() if setting else ""

    raw = said("wsrep_cluster_address")
    listed = raw.partition("://")[2].partition("?")[0]
    return GaleraHost(
        at=conf.at,
        conf=conf,
        cluster=said("wsrep_cluster_name"),
        peers=tuple(host_of(peer) for peer in listed.split(",") if peer.strip()),
        raw_address=raw,
        address=host_of(said("wsrep_node_address")),
        name=said("wsrep_node_name"),
    )


def host_of(text: str) -> str:
    """An address without its port: ``10.0.0.11:4567`` and ``[fd00::1]:4567``."""
    text = text.strip()
    if text.startswith("["):
        return text[1:].partition("]")[0].lower()
    return (text.rpartition(":")[0] if text.count(":") == 1 else text).lower()


DATABASE = Kind(
    name="my.cnf",
    syntax=Syntax.INI,
    names=(
        "my.cnf",
        "mysqld.cnf",
        "galera.cnf",
        "wsrep.cnf",
        "*.cnf",
        "mysql/*.conf",
        "my.cnf.d/*",
        "mariadb.conf.d/*",
        "mysql.conf.d/*",
    ),
    marks=(
        r"^\s*\[(?:mysqld|mariadb|galera|mysqld_safe|server|client-server)\S*\]",
        r"^\s*wsrep[_\-]\w+\s*=",
        r"^\s*(?:innodb|binlog|default_storage|query_cache|max_connections|bind[_\-]address|datadir|log[_\-]bin)\w*\s*=",
    ),
    read=read,
)
