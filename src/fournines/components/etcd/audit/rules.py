"""Whether etcd's members find one another, and keep a majority when one is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fournines.components.etcd.audit.facts import EtcdMember
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.text import loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_PAIR = 2
_BEATS = 5
"""Heartbeats an election must wait for at least, or etcd does not start."""


def _member(name: str, count: int, *more: str) -> str:
    cluster = ",".join(f"etcd{n}=http://10.0.0.1{n}:2380" for n in range(1, count + 1))
    lines = [f"ETCD_NAME={name}", f"ETCD_INITIAL_CLUSTER={cluster}", *more, ""]
    return "\n".join(lines)


@rule(
    "ET001",
    Severity.ERROR,
    "etcd has an even number of members",
    consequence=Consequence.NO_FAILOVER,
    why="more than half of the members must agree: of two none may fail, of four no more than of three. "
    "Without a majority no lock is given and none is taken back",
    fix="three members (or five), the third one on any small host",
    source="etcd.io, FAQ: Why an odd number of cluster members?",
    bad={"etcd1/etc/default/etcd": _member("etcd1", 2)},
    good={"etcd1/etc/default/etcd": _member("etcd1", 3)},
    points_at="ETCD_INITIAL_CLUSTER=etcd1=http://10.0.0.11:2380,etcd2=http://10.0.0.12:2380",
)
def even(site: Evidence) -> Iterator[Hit | Unknown]:
    told: set[frozenset[str]] = set()
    for member in site.all(EtcdMember):
        names = member.names
        if names and len(names) % 2 == 0 and names not in told:
            told.add(names)
            lesser = None if len(names) == _PAIR else Severity.WARNING
            what = f"{len(names)} members: {len(names) // 2 + 1} must live"
            yield Hit(member.place("initial-cluster"), what, severity=lesser)


@rule(
    "ET002",
    Severity.ERROR,
    "An etcd member that is not in its own list",
    consequence=Consequence.DOWN,
    why="etcd looks for itself in the list of its first members by name and URL, and does not start when it "
    "is not there ('couldn't find local name', 'has different advertised URLs')",
    fix="the same name and the same peer URL in both places",
    source="etcd.io, Clustering guide; etcd server/embed/config.go",
    bad={"etcd1/etc/default/etcd": _member("node1", 3)},
    good={"etcd1/etc/default/etcd": _member("etcd1", 3)},
    points_at="ETCD_NAME=node1",
)
def unlisted(site: Evidence) -> Iterator[Hit | Unknown]:
    for member in site.all(EtcdMember):
        name, cluster = member.get("name"), member.cluster
        if not name or not cluster or member.get("discovery") or member.get("discovery-srv"):
            continue
        if name not in member.names:
            listed = ", ".join(sorted(member.names)[:5])
            what = f"this member is {name}, and the list has {listed}"
            yield Hit(member.place("name"), what, (member.place("initial-cluster"),))
            continue
        announced = {url.strip().rstrip("/") for url in member.get("initial-advertise-peer-urls").split(",")}
        own = {url for other, url in cluster if other == name}
        if announced - {""} and announced != own:
            what = (
                f"{name} announces {', '.join(sorted(announced))}, and the list has {', '.join(sorted(own))}"
            )
            place = member.place("initial-advertise-peer-urls")
            yield Hit(place, what, (member.place("initial-cluster"),))


@rule(
    "ET003",
    Severity.ERROR,
    "An etcd member that the others cannot reach",
    consequence=Consequence.NO_FAILOVER,
    why="members talk at their peer URLs: one that listens on the loopback only never joins, and the cluster "
    "lives with one loss less than it seems to",
    fix="listen-peer-urls with the address of the cluster's network",
    source="etcd.io, Configuration options: listen-peer-urls",
    bad={"etcd1/etc/default/etcd": _member("etcd1", 3, "ETCD_LISTEN_PEER_URLS=http://127.0.0.1:2380")},
    good={"etcd1/etc/default/etcd": _member("etcd1", 3, "ETCD_LISTEN_PEER_URLS=http://10.0.0.11:2380")},
    points_at="ETCD_LISTEN_PEER_URLS=http://127.0.0.1:2380",
)
def unreachable(site: Evidence) -> Iterator[Hit | Unknown]:
    for member in site.all(EtcdMember):
        urls = [url for url in member.get("listen-peer-urls").split(",") if url.strip()]
        several = len({_host(url) for _, url in member.cluster}) >= _PAIR
        if urls and several and all(loopback(_host(url)) for url in urls):
            yield Hit(member.place("listen-peer-urls"), f"peers are listened for at {', '.join(urls)} only")


def _host(url: str) -> str:
    try:
        return urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""


@rule(
    "ET004",
    Severity.ERROR,
    "etcd's members do not agree on who they are",
    consequence=Consequence.DOWN,
    why="the number of a cluster is made of its first members: members with different lists are of different "
    "clusters and refuse one another ('cluster ID mismatch')",
    fix="the same initial-cluster and the same initial-cluster-token on every host",
    source="etcd.io, Clustering guide; Operations guide, runtime reconfiguration",
    bad={
        "etcd1/etc/default/etcd": _member("etcd1", 3),
        "etcd2/etc/default/etcd": _member("etcd2", 3),
        "etcd3/etc/default/etcd": _member("etcd3", 3).replace("10.0.0.12:", "10.0.0.22:"),
    },
    good={f"etcd{n}/etc/default/etcd": _member(f"etcd{n}", 3) for n in (1, 2, 3)},
    points_at="ETCD_INITIAL_CLUSTER=etcd1=http://10.0.0.11:2380,etcd2=http://10.0.0.22:2380,"
    "etcd3=http://10.0.0.13:2380",
)
def disagree(site: Evidence) -> Iterator[Hit | Unknown]:
    starting = [m for m in site.all(EtcdMember) if m.at.host and m.get("initial-cluster-state") != "existing"]
    mine = [m for m in starting if m.cluster and m.get("name") in m.names]
    for name in dict.fromkeys(m.get("initial-cluster-token") for m in mine):
        group = [m for m in mine if m.get("initial-cluster-token") == name]
        lists = [frozenset(m.cluster) for m in group]
        usual = max(lists, key=lists.count)
        for member, listed in zip(group, lists, strict=True):
            other = next(m for m, found in zip(group, lists, strict=True) if found == usual)
            if listed != usual and member.names & other.names:
                what = f"{member.at.host} starts with other members than {other.at.host}"
                yield Hit(member.place("initial-cluster"), what, (other.place("initial-cluster"),))


@rule(
    "ET005",
    Severity.ERROR,
    "An election of etcd that is shorter than five heartbeats",
    consequence=Consequence.DOWN,
    why="etcd does not start ('election-timeout should be at least as 5 times as heartbeat-interval'): a "
    "leader that is late once would be voted out",
    fix="election-timeout ten times the heartbeat-interval, which is about the time between two hosts",
    source="etcd.io, Tuning: time parameters; etcd server/embed/config.go",
    bad={
        "etcd1/etc/default/etcd": _member(
            "etcd1", 3, "ETCD_HEARTBEAT_INTERVAL=300", "ETCD_ELECTION_TIMEOUT=1000"
        )
    },
    good={
        "etcd1/etc/default/etcd": _member(
            "etcd1", 3, "ETCD_HEARTBEAT_INTERVAL=100", "ETCD_ELECTION_TIMEOUT=1000"
        )
    },
    points_at="ETCD_ELECTION_TIMEOUT=1000",
)
def hasty(site: Evidence) -> Iterator[Hit | Unknown]:
    for member in site.all(EtcdMember):
        beat = _number(member.get("heartbeat-interval"), 100)
        wait = _number(member.get("election-timeout"), 1000)
        if beat and wait and wait < _BEATS * beat:
            what = f"a heartbeat each {beat} ms, and an election after {wait} ms"
            yield Hit(member.place("election-timeout", "heartbeat-interval"), what)


def _number(text: str, default: int) -> int:
    return default if not text else int(text) if text.isdecimal() and len(text) < 8 else 0  # noqa: PLR2004
