"""Who belongs to which Galera cluster: the files of a host together, and hosts that speak of one another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.galera.audit.facts.model import (
    Arbiter,
    DatabaseConf,
    GaleraCluster,
    GaleraHost,
    Setting,
    host_of,
    unfilled,
)
from fournines.kit.audit.source import EVERY_HOST

if TYPE_CHECKING:
    from fournines.kit.audit.evidence import Evidence


def members(site: Evidence) -> tuple[GaleraHost, ...]:
    """The Galera hosts of a site: the files of one host together, files without a host each for itself."""
    return site.derived(_members)


def clusters(site: Evidence) -> tuple[GaleraCluster, ...]:
    """The members that belong together: they name a common peer, or have a cluster's name in common."""
    return site.derived(_clusters)


def _members(site: Evidence) -> tuple[GaleraHost, ...]:
    found: list[GaleraHost] = []
    table = site.by_host(DatabaseConf)
    shared = tuple(conf for conf in table.get(EVERY_HOST, ()) if not (conf.galera or conf.excerpt))
    for host, confs in table.items():
        if host == EVERY_HOST:
            found.extend(member_of(_merged((*_above(conf, shared), conf))) for conf in confs if conf.galera)
        elif any(conf.galera for conf in confs):
            found.append(member_of(_merged((*shared, *confs))))
    return tuple(found)


def _above(conf: DatabaseConf, shared: tuple[DatabaseConf, ...]) -> tuple[DatabaseConf, ...]:
    """The files of the same folder that say nothing of Galera: a ``my.cnf`` beside its ``cluster.cnf``."""
    folder = conf.at.path.rpartition("/")[0]
    return () if conf.excerpt else tuple(o for o in shared if o.at.path.rpartition("/")[0] == folder)


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
        name=main.name,
        backup_user=next((conf.backup_user for conf in ordered if conf.backup_user), None),
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


_MADE = re.compile(r"\{%|<%|\{\{[^{}]{0,300},")
"""A list that a template makes (``{% for %}``, ``| join(',')``): its commas part nothing."""


def member_of(conf: DatabaseConf) -> GaleraHost:
    """The member that these settings describe."""

    def said(name: str) -> str:
        setting = conf.get(name)
        return setting.value.strip() if setting else ""

    raw = said("wsrep_cluster_address")
    listed = raw.partition("://")[2].partition("?")[0]
    peers = [listed] if _MADE.search(listed) else listed.split(",")
    return GaleraHost(
        at=conf.at,
        conf=conf,
        cluster=said("wsrep_cluster_name"),
        peers=tuple(host_of(peer) for peer in peers if peer.strip()),
        raw_address=raw,
        address=host_of(said("wsrep_node_address")),
        name=said("wsrep_node_name"),
    )
