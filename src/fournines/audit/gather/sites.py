"""Which files are of one site? Those under one folder, as far as they speak of the same addresses."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from fournines.kit.audit.source import EVERY_HOST

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from fournines.audit.gather.hosts import Owner
    from fournines.kit.audit.source import Source

_ADDRESS = re.compile(r"(?<![\d.])((?:\d{1,3}\.){3})(\d{1,3})(?![\d.])")
_NOBODY = ("127.", "0.", "255.", "224.", "239.", "169.254.")
_CLUSTER = re.compile(
    r"(?m)^[ \t]*(?:cluster_name\s*:\s*|wsrep_cluster_name\s*=\s*[\"']?|cluster_name\s*=\s*)([\w.\-]+)"
)
_VIP = re.compile(r"virtual_ipaddress\s*\{((?:[^{}$]++|\$\{[^{}]*\}|\$)*+)\}")
_USUAL = frozenset(
    {"hacluster", "my_wsrep_cluster", "my_cluster", "cluster", "galera", "debian", "mycluster"}
)


def sites(sources: Sequence[Source], owned: Mapping[str, Owner]) -> list[list[Source]]:
    """The sources, site by site.

    Hosts under one folder are one site when they share an address or a network (/24). Hosts of different
    folders are one site when they share a virtual address, or a cluster's name and a network. A file
    without a host belongs to every site of its folder; a host that names no address goes with the others.
    """
    homes: dict[tuple[str, str], list[Source]] = defaultdict(list)
    for source in sources:
        owner = owned[source.path]
        homes[owner.site, source.host or owner.host].append(source)
    links = _Links()
    for home, files in homes.items():
        if home[1] != EVERY_HOST:
            links.join(home, _keys(home[0], files))
    groups = links.groups()
    loose = [group for group in groups if all(not links.keys[home] for home in group)]
    firm = [group for group in groups if group not in loose]
    for group in loose:
        near = [other for other in firm if any(home[0] == group[0][0] for home in other)]
        (near[0] if len(near) == 1 else firm[0] if len(firm) == 1 else group).extend(
            group if near or firm else []
        )
        if not near and len(firm) != 1:
            firm.append(list(dict.fromkeys(group)))
    return _with_shared(homes, firm)


def _with_shared(
    homes: Mapping[tuple[str, str], list[Source]], groups: list[list[tuple[str, str]]]
) -> list[list[Source]]:
    used: set[tuple[str, str]] = set()
    found = []
    for group in groups:
        folders = {folder for folder, _ in group}
        shared = [home for home in homes if home[1] == EVERY_HOST and home[0] in folders]
        used.update(shared)
        found.append([source for home in dict.fromkeys((*shared, *group)) for source in homes[home]])
    alone = [home for home in homes if home[1] == EVERY_HOST and home not in used]
    found.extend(homes[home] for home in alone)
    return found


class _Links:
    """Homes joined by the keys they share (union by key)."""

    def __init__(self) -> None:
        self.keys: dict[tuple[str, str], frozenset[Hashable]] = {}

    def join(self, home: tuple[str, str], keys: Iterable[Hashable]) -> None:
        self.keys[home] = frozenset(keys)

    def groups(self) -> list[list[tuple[str, str]]]:
        parent = {home: home for home in self.keys}

        def root(home: tuple[str, str]) -> tuple[str, str]:
            while parent[home] != home:
                parent[home] = parent[parent[home]]
                home = parent[home]
            return home

        first: dict[Hashable, tuple[str, str]] = {}
        for home, keys in self.keys.items():
            for key in keys:
                parent[root(home)] = root(first.setdefault(key, home))
        found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for home in self.keys:
            found[root(home)].append(home)
        return list(found.values())


def _keys(folder: str, files: Iterable[Source]) -> Iterable[Hashable]:
    """What links a host to others: inside its folder every network, beyond it VIPs and cluster names."""
    for source in files:
        text = source.text[: 256 * 1024]
        networks = set()
        for head, tail in _ADDRESS.findall(text):
            if not head.startswith(_NOBODY):
                networks.add(head)
                yield folder, head + tail
        for network in networks:
            yield folder, network
        for block in _VIP.findall(text) if source.kind == "keepalived.conf" else ():
            for head, tail in _ADDRESS.findall(block):
                yield "vip", head + tail
        for name in _CLUSTER.findall(text):
            for network in networks if name.lower() not in _USUAL else ():
                yield "cluster", name.lower(), network
