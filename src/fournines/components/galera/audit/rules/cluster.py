"""Whether the members of a cluster find one another, and keep a majority when one is lost."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from fournines.components.galera.audit.facts import (
    ENVIRONMENT,
    DatabaseConf,
    clusters,
    members,
    unfilled,
)
from fournines.components.galera.audit.rules.example import galera, site
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fournines.components.galera.audit.facts import GaleraCluster, GaleraHost
    from fournines.kit.audit.evidence import Evidence

_QUORUM = "Galera documentation, Weighted Quorum"
_TWO = ("10.0.0.11", "10.0.0.12")
_ANEW = (
    "whenever it starts, the server begins a new cluster: after a failure or a reboot it is one of its own "
    "beside the old one, and both take writes"
)
_ALONE = "wsrep_cluster_address names no other host"
_NO = ("", "0", "no", "false", "off")


@rule(
    "GA001",
    Severity.ERROR,
    "Every restart makes a cluster of its own",
    consequence=Consequence.DATA,
    why="with an empty gcomm:// the host bootstraps whenever it starts: after a reboot it is a cluster of "
    "one "
    "beside the old one, and both take writes",
    fix="the full list of hosts in the file; bootstrap once, by command (galera_new_cluster; of a container: "
    "one run with --wsrep-new-cluster, and then the compose file without it)",
    source="MariaDB knowledge base, Getting Started with MariaDB Galera Cluster",
    bad={"db1/galera.cnf": galera(wsrep_cluster_address='"gcomm://"')},
    good={"db1/galera.cnf": galera()},
    points_at='wsrep_cluster_address = "gcomm://"',
)
def bootstraps(evidence: Evidence) -> Iterator[Hit | Unknown]:
    told = {
        conf.at.path
        for conf in evidence.all(DatabaseConf)
        if conf.name == ENVIRONMENT and conf.get("wsrep_cluster_address")
    }
    for member in members(evidence):
        said = member.conf.get("wsrep_cluster_address")
        if said and said.at.path in told and member.conf.name != ENVIRONMENT:
            continue
        if said and member.raw_address.startswith("gcomm://") and not member.peers:
            inside = member.conf.name == ENVIRONMENT
            what = "this container is told of nobody to join" if inside else _ALONE
            yield Hit(said.at, what)
        bootstrap = member.conf.get("wsrep_new_cluster")
        if bootstrap and not (bootstrap.value and bootstrap.off):
            yield Hit(bootstrap.at, "wsrep_new_cluster stands in what every start reads", why=_ANEW)


@rule(
    "GA002",
    Severity.ERROR,
    "Two data hosts and no arbiter",
    consequence=Consequence.NO_FAILOVER,
    why="one of two is no majority: when one host crashes, the other one becomes non-Primary and refuses "
    "every "
    "query",
    fix="a third data host, or garbd on a third host",
    source=_QUORUM,
    bad={f"db{n}/galera.cnf": galera(number=n, peers=_TWO) for n in (1, 2)},
    good={
        **{f"db{n}/galera.cnf": galera(number=n, peers=_TWO) for n in (1, 2)},
        "arbiter/etc/default/garb": 'GALERA_NODES="10.0.0.11 10.0.0.12"\nGALERA_GROUP="openstack"\n',
    },
    points_at="wsrep_cluster_address = gcomm://10.0.0.11,10.0.0.12",
)
def no_majority(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(evidence):
        first, *others = cluster.members
        at = first.place("wsrep_cluster_address")
        related = tuple(member.place("wsrep_cluster_address") for member in others)
        yield from _ignores_quorum(cluster)
        weights = {member.provider.get("pc.weight", "1") for member in cluster.members}
        if len(cluster.peers) == 1 and unfilled(cluster.peers[0]):
            yield Unknown(
                at, f"how many hosts are in the Galera cluster: {cluster.peers[0]} is to be filled in"
            )
        elif cluster.size % 2 or not cluster.peers or cluster.arbiters or weights != {"1"}:
            continue
        elif cluster.size == 2:  # noqa: PLR2004 - a pair
            yield Hit(at, "the Galera cluster has two data hosts and no arbiter", related)
        elif len(cluster.peers) % 2 == 0:  # else one announces an address that is in no list
            yield Hit(
                at,
                f"the Galera cluster has {cluster.size} data hosts and no arbiter",
                related,
                why="when the network splits into equal halves neither is a majority, and both stop",
                severity=Severity.WARNING,
            )


def _ignores_quorum(cluster: GaleraCluster) -> Iterator[Hit]:
    for member in cluster.members:
        for name in ("pc.ignore_quorum", "pc.ignore_sb"):
            if member.provider.get(name, "").lower() not in _NO:
                yield Hit(
                    member.place("wsrep_provider_options"),
                    f"{name} lets a host that lost the others go on alone",
                    why="each half of a split network takes writes: the data fork, and one half is thrown "
                    "away",
                    fix=f"remove {name}; give the cluster a third vote",
                )


@rule(
    "GA003",
    Severity.ERROR,
    "A member does not know all the others",
    consequence=Consequence.NO_RETURN,
    why="a host that starts while the named ones are down finds nobody, and does not join the cluster that "
    "runs "
    "on the others",
    fix="the same full list in wsrep_cluster_address on every host",
    source="Galera documentation, wsrep_cluster_address",
    bad=site(db3=galera(number=3, peers=("10.0.0.11", "10.0.0.13"))),
    good=site(),
    points_at="wsrep_cluster_address = gcomm://10.0.0.11,10.0.0.13",
)
def list_incomplete(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(evidence):
        yield from _one_for_all(cluster)
        told = {peer: _is_name(peer) for peer in sorted(cluster.peers)}
        filled = [peer for peer in told if not unfilled(peer)]
        counted = Counter(told.values())
        for member in cluster.members:
            if not member.peers or any(unfilled(peer) for peer in member.peers):
                continue
            missing = _missing(told, counted, filled, member)
            other = next((m for m in cluster.members if m is not member), None)
            if missing and other:
                yield Hit(
                    member.place("wsrep_cluster_address"),
                    f"{name_of(member)} does not name {', '.join(missing)}, as other members do",
                    related=(other.place("wsrep_cluster_address", "wsrep_node_address"),),
                )
            elif (
                member.address and len(member.peers) == 1 and not set(member.peers) & member.own and not other
            ):
                yield Hit(
                    member.place("wsrep_cluster_address"),
                    f"{name_of(member)} ({member.address}) names one host only, {member.peers[0]}",
                )


def _one_for_all(cluster: GaleraCluster) -> Iterator[Hit]:
    """Where members are several, and all of them name the same one only."""
    naming = [member for member in cluster.members if member.at.host and set(member.peers) - member.own]
    if len(cluster.peers) == 1 and len(naming) > 1 and not unfilled(cluster.peers[0]):
        first, *others = naming
        yield Hit(
            first.place("wsrep_cluster_address"),
            f"every member names {cluster.peers[0]} only: while that is down nobody can join",
            tuple(member.place("wsrep_cluster_address") for member in others),
        )


def _missing(
    told: Mapping[str, bool], counted: Counter[bool], filled: Iterable[str], member: GaleraHost
) -> list[str]:
    """Who should be in the member's list and is not; none where lists of names meet lists of addresses.

    ``told``: whom some member names, and whether by name; ``counted``: how many in either way; ``filled``:
    those of them that are no placeholder.
    """
    listed = set(member.peers)
    own = member.own
    others = counted - Counter(told[peer] for peer in own if peer in told)
    if others and len({*others, *(_is_name(peer) for peer in listed)}) > 1:
        return []
    near = listed | own
    return [peer for peer in filled if peer not in near]


def _is_name(peer: str) -> bool:
    return not (":" in peer or peer.replace(".", "").isdigit())


def name_of(member: GaleraHost) -> str:
    return member.at.host or member.name or member.address or "this host"


@rule(
    "GA004",
    Severity.ERROR,
    "Members give the cluster different names",
    consequence=Consequence.NO_RETURN,
    why="a host whose wsrep_cluster_name differs is refused by the others: it never joins",
    fix="the same wsrep_cluster_name on every host",
    source="Galera documentation, wsrep_cluster_name",
    bad=site(db3=galera(number=3, wsrep_cluster_name="openstak")),
    good=site(),
    points_at="wsrep_cluster_name = openstak",
)
def names_differ(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(evidence):
        named = [m for m in cluster.members if m.cluster and m.at.host and not unfilled(m.cluster)]
        for member, usual in odd(named, [m.cluster for m in named]):
            yield Hit(
                member.place("wsrep_cluster_name"),
                f"{name_of(member)} is of cluster {member.cluster!r}, {name_of(usual)} of {usual.cluster!r}",
                related=(usual.place("wsrep_cluster_name"),),
            )
        for arbiter in cluster.arbiters if named else ():
            if arbiter.group and arbiter.group_at and arbiter.group not in {m.cluster for m in named}:
                what = f"the arbiter is of {arbiter.group!r}, {name_of(named[0])} of {named[0].cluster!r}"
                yield Hit(arbiter.group_at, what, (named[0].place("wsrep_cluster_name"),), why=_NO_VOTE)


_NO_VOTE = "the arbiter is refused and has no vote: with two data hosts the loss of one stops the other"


def odd(found: list[GaleraHost], values: list[str]) -> Iterator[tuple[GaleraHost, GaleraHost]]:
    """Each member whose value is not the most common one, and a member that has that."""
    if not found:
        return
    common = max(values, key=lambda value: (values.count(value), -values.index(value)))
    usual = found[values.index(common)]
    for member, value in zip(found, values, strict=True):
        if value != common:
            yield member, usual
