"""my.cnf and its kin as facts: a MariaDB or MySQL server, and its place in a Galera cluster."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from fournines.components.galera.audit.facts.cluster import clusters, member_of, members
from fournines.components.galera.audit.facts.model import (
    Arbiter,
    DatabaseConf,
    GaleraCluster,
    GaleraHost,
    Setting,
    host_of,
    unfilled,
)
from fournines.kit.audit.source import Kind, Reader, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.source import Place

__all__ = [
    "COMMANDS",
    "DATABASE",
    "ENVIRONMENT",
    "GARB",
    "Arbiter",
    "DatabaseConf",
    "GaleraCluster",
    "GaleraHost",
    "Setting",
    "clusters",
    "host_of",
    "members",
    "unfilled",
]

ENVIRONMENT = "environment/my.cnf"
"""The name of what a container's environment says, which goes before what stands in its files."""
SERVER_SECTIONS = re.compile(
    r"(?:mysqld|server|mariadb|galera|mariadbd|sst|client-server)(?:[-.]?[\d.]+|_safe|-embedded)?"
)
"""Sections the server reads; mariadbd --help. ``[mysqld_safe]`` and ``[sst]`` have their own readers."""
BACKUP_SECTIONS = re.compile(r"sst|mariabackup|mariadb-backup|xtrabackup|client(?:-server|-mariadb)?")
"""Sections that the program of a state transfer reads for its account; mariadb-backup --help."""


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
    user = _backup_user(source)
    conf = DatabaseConf(source.top, settings, sections, source.excerpt, includes, name_, unread, user)
    conf = replace(conf, excerpt=True) if conf.looped else conf
    yield conf
    if conf.galera:
        yield member_of(conf)


def _unread(source: Source) -> Iterator[Setting]:
    """What makes a host a member, in a section that no server reads (``[client]``, ``[wsrep]``)."""
    for section in source.nodes:
        if section.block and not SERVER_SECTIONS.fullmatch(section.key.lower()):
            for child in section.children:
                name = child.key.lower().replace("-", "_")
                if name in ("wsrep_on", "wsrep_provider", "wsrep_cluster_address"):
                    yield Setting(source.at(child), section.key, name, child.value)


def _backup_user(source: Source) -> Place | None:
    for section in source.nodes:
        if section.block and BACKUP_SECTIONS.fullmatch(section.key.lower()):
            for child in section.children:
                if child.key.lower() == "user":
                    return source.at(child)
    return None


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
    for node in source.nodes if source.speaks_of("garbd") else ():
        if any(word.rsplit("/", 1)[-1] == "garbd" or word.endswith(":garbd") for word in node.words[:6]):
            yield Arbiter(source.at(node), (), "")


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
