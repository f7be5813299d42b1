"""my.cnf and its kin as facts: a MariaDB or MySQL server, and its place in a Galera cluster."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fournines.kit.audit.source import EVERY_HOST, Kind, Place, Reader, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fournines.kit.audit.evidence import Evidence

SERVER_SECTIONS = re.compile(
    r"(?:mysqld|server|mariadb|galera|mariadbd|sst|client-server)(?:[-.]?[\d.]+|_safe|-embedded)?"
)
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
    """One file of a database server; ``settings`` are those of its server sections, the last of a name.

    ``name`` is the path it has on its host, as far as known; ``includes`` are the files and folders it
    reads besides and that were not given; ``unread`` are Galera's settings in sections no server reads.
    """

    at: Place
    settings: Mapping[str, Setting] = field(repr=False, hash=False, compare=False)
    sections: tuple[str, ...]
    excerpt: bool
    includes: tuple[str, ...]
    name: str = ""
    unread: tuple[Setting, ...] = field(default=(), repr=False, compare=False)

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


def members(site: Evidence) -> tuple[GaleraHost, ...]:
    """The Galera hosts of a site: the files of one host together, files without a host each for itself."""
    return site.derived(_members)


def clusters(site: Evidence) -> tuple[GaleraCluster, ...]:
    """The members that belong together: they name a common peer, or have a cluster's name in common."""
    return site.derived(_clusters)


def _members(site: Evidence) -> tuple[GaleraHost, ...]:
    found: list[GaleraHost] = []
    for host, confs in site.by_host(DatabaseConf).items():
        if host == EVERY_HOST:
            found.extend(_member(conf) for conf in confs if conf.galera)
        elif any(conf.galera for conf in confs):
            found.append(_member(_merged(confs)))
    return tuple(found)


def _merged(confs: tuple[DatabaseConf, ...]) -> DatabaseConf:
    """my.cnf first, then what it includes by name; the last of a setting counts."""
    ordered = sorted(confs, key=lambda conf: (not conf.at.path.endswith("/my.cnf"), conf.at))
    main = next((c for c in ordered if c.get("wsrep_cluster_address")), next(c for c in ordered if c.galera))
    settings: dict[str, Setting] = {}
    for conf in ordered:
        settings.update(conf.settings)
    return DatabaseConf(
        at=main.at,
        settings=settings,
        sections=tuple(dict.fromkeys(name for conf in ordered for name in conf.sections)),
        excerpt=any(conf.excerpt for conf in ordered),
        includes=tuple(path for conf in ordered for path in conf.includes if not _given(path, ordered)),
    )


def _given(path: str, confs: list[DatabaseConf]) -> bool:
    """Whether a file or folder that is included is among the files of the host."""
    wanted = f"/{path.strip('/')}"
    return any(f"/{name}/".find(f"{wanted}/") >= 0 for conf in confs for name in (conf.at.path, conf.name))


def _clusters(site: Evidence) -> tuple[GaleraCluster, ...]:
    groups: list[tuple[set[str], list[GaleraHost]]] = []
    for member in members(site):
        keys = {f"peer {peer}" for peer in (*member.peers, member.address) if peer and not unfilled(peer)}
        if member.at.host and member.cluster and not unfilled(member.cluster):
            keys.add(f"name {member.cluster}")
        joined = [group for group in groups if group[0] & keys]
        rest = [group for group in groups if group not in joined]
        merged = (keys.union(*(g[0] for g in joined)), [m for g in joined for m in g[1]] + [member])
        groups = [*rest, merged]
    arbiters = site.all(Arbiter)
    return tuple(_cluster(tuple(group), arbiters) for _, group in groups)


def _cluster(group: tuple[GaleraHost, ...], arbiters: tuple[Arbiter, ...]) -> GaleraCluster:
    peers = tuple(dict.fromkeys(peer for member in group for peer in member.peers))
    hosts = {member.at.host for member in group if member.at.host}
    unlisted = {m.address for m in group if m.address and not set(peers) & m.own and not unfilled(m.address)}
    named = len(peers) + (len(unlisted) if _addresses(peers) else 0)
    mine = [a for a in arbiters if not a.group or a.group in {m.cluster for m in group} or len(arbiters) == 1]
    return GaleraCluster(group, peers, max(named, len(hosts)), tuple(mine))


def _addresses(peers: tuple[str, ...]) -> bool:
    return all(re.fullmatch(r"[\d.]+|(?=[0-9a-f]*:)[0-9a-f:]+", peer) for peer in peers)


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
    included = (node.key for root in source.nodes for node in root.walk() if node.key.startswith("!include"))
    includes = tuple(key.partition(" ")[2].strip() for key in included)
    name_ = source.name or source.path
    unread = tuple(_unread(source))
    conf = DatabaseConf(source.top, settings, sections, source.excerpt, includes, name_, unread)
    yield conf
    if conf.galera:
        yield _member(conf)


def _unread(source: Source) -> Iterator[Setting]:
    """What makes a host a member, in a section that no server reads (``[client]``, ``[wsrep]``)."""
    for section in source.nodes:
        if section.block and not SERVER_SECTIONS.fullmatch(section.key.lower()):
            for child in section.children:
                name = child.key.lower().replace("-", "_")
                if name in ("wsrep_on", "wsrep_provider", "wsrep_cluster_address"):
                    yield Setting(source.at(child), section.key, name, child.value)


def read_garb(source: Source) -> Iterator[Arbiter]:
    """``/etc/default/garb``: shell assignments."""
    said = {node.key.removeprefix("export ").strip(): node.value for node in source.nodes}
    nodes = re.split(r"[,\s]+", said.get("GALERA_NODES", "").removeprefix("gcomm://"))
    if said.get("GALERA_NODES"):
        names = tuple(host_of(node) for node in nodes if node)
        line = next((node for node in source.nodes if "GALERA_GROUP" in node.key), None)
        yield Arbiter(source.top, names, said.get("GALERA_GROUP", ""), source.at(line) if line else None)


def read_commands(source: Source) -> Iterator[Arbiter]:
    """Arbiters started by a command or as a resource of Pacemaker."""
    for node in source.nodes:
        if any(word.rsplit("/", 1)[-1] == "garbd" or word.endswith(":garbd") for word in node.words[:6]):
            yield Arbiter(source.at(node), (), "")


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
GARB = Kind(
    name="garb",
    syntax=Syntax.INI,
    names=("default/garb", "sysconfig/garb", "garb", "garb.conf", "garbd", "garb.cnf"),
    marks=(r"^\s*(?:export\s+)?GALERA_(?:NODES|GROUP)\s*=", r"^\s*GALERA_NODES\s*="),
    read=read_garb,
)
COMMANDS = Reader("script", read_commands)
