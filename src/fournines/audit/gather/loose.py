"""Hosts that no folder names.

Loose files of several, ``keepalived-master.conf`` beside ``keepalived-backup.conf``, and the one host whose
root or whose only folder was given.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from fournines.audit.gather.hosts import HOSTLIKE, prefix
from fournines.kit.audit.source import EVERY_HOST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fournines.kit.audit.source import Source

_ONE_A_HOST = {
    "keepalived.conf": r"^[ \t]*virtual_router_id\s+(\S+)",
    "my.cnf": r"^[ \t]*wsrep_cluster_address\s*=\s*(\S+)",
    "corosync.conf": r"^[ \t]*cluster_name\s*:\s*(\S+)",
}
"""Kinds of which a host has one, and what two files of one cluster have in common."""

_STEMS = frozenset(
    {"keepalived", "galera", "wsrep", "mysqld", "mysql", "my", "mariadb", "corosync", "server"}
)
_SAMPLE = re.compile(r"(?i)\b(?:samples?|examples?|simple|default|dist|orig|old|bak|backup\d{6,}|template)\b")
_SAID = re.compile(r"[._\-]+")


def with_hosts(sources: Sequence[Source]) -> list[Source]:
    """The sources, with hosts for files of one folder that cannot be one host's.

    The host is what tells the names apart. Other files of the folder whose names hold that word are its too,
    the rest are everybody's.
    """
    folders: dict[tuple[str, str], list[Source]] = defaultdict(list)
    for source in sources:
        if not source.lines:
            folders[source.path.rpartition("/")[0], source.host].append(source)
    named: dict[str, str] = {}
    for files in folders.values():
        told = _named(files)
        named.update({source.path: EVERY_HOST for source in files} if told else {}, **told)
    found = [replace(s, host=named[s.path]) if s.path in named and not s.lines else s for s in sources]
    lone = EVERY_HOST if any(s.host for s in found) else _lone(found) or _only_folder(found)
    return [replace(s, host=lone) for s in found] if lone else found


_OWN_NAME = {
    "etc/hostname": re.compile(r"(?m)^[ \t]*([A-Za-z0-9][\w.\-]*)[ \t]*$"),
    "etc/hosts": re.compile(r"(?m)^[ \t]*127\.0\.1\.1[ \t]+([A-Za-z0-9][\w.\-]*)"),
}
"""What a host calls itself, in files of its root; 127.0.1.1 is the line of Debian's installer."""


def _lone(sources: Sequence[Source]) -> str:
    """The name of the host whose root is the audited folder itself; empty when it is none."""
    for path, pattern in _OWN_NAME.items():
        for source in sources:
            match = pattern.search(source.text) if source.path == path else None
            if match:
                return match.group(1).lower().partition(".")[0]
    return EVERY_HOST


def _only_folder(sources: Sequence[Source]) -> str:
    """The folder all files lie in, where it is a host's: a root with etc/, or named in its files."""
    folders = {prefix(source.path) for source in sources}
    if len(folders) != 1:
        return EVERY_HOST
    inside = folders.pop()
    if not inside:
        return EVERY_HOST
    name = inside[-1]
    rooted = any(source.path.startswith(f"{'/'.join(inside)}/etc/") for source in sources)
    word = re.compile(rf"(?<![\w./\-]){re.escape(name)}(?![\w/\-])", re.IGNORECASE)
    said = any(word.search(source.text[:_LOOKED_AT]) for source in sources if not source.lines)
    return name if rooted or said else EVERY_HOST


_LOOKED_AT = 64 * 1024
"""Characters of a file that are searched for the name of its folder."""


def _named(files: Sequence[Source]) -> dict[str, str]:
    found: dict[str, str] = {}
    for kind, pattern in _ONE_A_HOST.items():
        same: dict[str, list[Source]] = defaultdict(list)
        for source in files:
            match = re.search(pattern, source.text, re.MULTILINE) if source.kind == kind else None
            if match:
                same[match.group(1)].append(source)
        for group in same.values():
            found.update(_apart([source.path for source in group]))
    hosts = set(found.values())
    for source in files:
        words = set(_SAID.split(_base(source.path).lower()))
        owners = [host for host in hosts if host.lower() in words]
        if len(owners) == 1:
            found.setdefault(source.path, owners[0])
    return found


def _is_sample(path: str, own: str) -> bool:
    """Whether a file shows a way to configure, not a host: ``keepalived.conf.two-nics``.

    What is put behind the whole name of a file is a variant of it, unless it looks like a host.
    """
    behind = not path.endswith((".conf", ".cnf", ".cfg"))
    return bool(_SAMPLE.search(own)) or (behind and not HOSTLIKE.search(own))


def _base(path: str) -> str:
    return path.rpartition("/")[2]


def _apart(paths: Sequence[str]) -> dict[str, str]:
    """What tells file names apart, path by path; nothing when one of them has nothing of its own."""
    words = {path: [word for word in _SAID.split(_base(path)) if word] for path in paths}
    if len(paths) < 2:  # noqa: PLR2004 - one file needs no telling
        return {}
    common = set.intersection(*(set(found) for found in words.values()))
    if not {word.lower() for word in common} & _STEMS:
        return {}  # two files of different names: a copy, not another host's
    own = {path: "-".join(word for word in found if word not in common) for path, found in words.items()}
    if any(_is_sample(path, name) for path, name in own.items()):
        return {}
    return own if all(own.values()) and len(set(own.values())) == len(own) else {}
