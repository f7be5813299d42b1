"""What has to be where something else is: a file system, what lives on it, an address and its proxy."""

from __future__ import annotations

import re
from operator import itemgetter
from typing import TYPE_CHECKING

from fournines.components.pacemaker.audit.facts.cluster import clusters
from fournines.components.pacemaker.audit.rules.example import DRBD, FS, TIED, VIP, crm
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.pacemaker.audit.facts import Cluster, Primitive
    from fournines.kit.audit.evidence import Evidence

_FOR_ONE = frozenset({"xfs", "ext2", "ext3", "ext4", "btrfs", "reiserfs", "jfs", "f2fs"})
"""File systems that one host mounts at a time."""
_SHARED = re.compile(r"^/dev/(?:drbd|mapper/mpath|disk/by-id/(?:wwn|scsi|dm-uuid-mpath))")
"""Devices that are the same disk on every host."""
_BOTH = "clone fs-clone fs-db\n"


@rule(
    "PA032",
    Severity.ERROR,
    "A file system for one host is mounted on several",
    consequence=Consequence.DATA,
    why="each host changes the disk behind the other's back, and what the two caches write does not fit "
    "together: the file system is destroyed",
    fix="no clone: the file system follows what uses it; or GFS2 or OCFS2 with DLM",
    source="Clusters from Scratch, Convert Storage to Active/Active: XFS and ext4 know of one host only",
    bad=crm(DRBD, FS, _BOTH, TIED.replace("fs-db", "fs-clone")),
    good=crm(DRBD, FS, TIED),
    points_at="clone fs-clone fs-db",
)
def mounted_twice(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        for clone in cluster.collections:
            if clone.kind not in ("clone", "promotable") or clone.meta.get("clone-max") == "1":
                continue
            for primitive in cluster.inside(clone.id):
                kind = primitive.params.get("fstype", "").lower()
                options = re.split(r"[,\s]+", primitive.params.get("options", ""))
                if (
                    primitive.type.lower() != "filesystem"
                    or kind not in _FOR_ONE
                    or {"ro", "bind"} & set(options)
                ):
                    continue
                device = primitive.params.get("device", "")
                same = bool(_SHARED.match(device))
                what = f"{clone.id} mounts {device or primitive.id} with {kind} on every host at once"
                why = "" if same else "right only where each host has a disk of its own under this name"
                yield Hit(clone.at, what, (primitive.at,), why, severity=None if same else Severity.WARNING)


_HOMES = {
    "mysql": "/var/lib/mysql", "mariadb": "/var/lib/mysql", "pgsql": "/var/lib/pgsql",
    "rabbitmq-server": "/var/lib/rabbitmq", "redis": "/var/lib/redis",
}  # fmt: skip
"""Where the data of an agent's service is when nobody says it; resource-agents 4.12, RabbitMQ."""
_DATA = ("datadir", "pgdata", "mnesia_base", "rundir", "exportfs", "directory")
"""Parameters that say where it is."""
_SERVER = """\
primitive db ocf:heartbeat:mysql \\
    params config=/etc/mysql/my.cnf \\
    op start timeout=120s interval=0 \\
    op stop timeout=120s interval=0 \\
    op monitor interval=20s timeout=30s
order fs-then-db Mandatory: fs-db db
"""


@rule(
    "PA033",
    Severity.ERROR,
    "A service may run where its file system is not",
    consequence=Consequence.NO_FAILOVER,
    why="an order says when, not where: nothing keeps the two on one host, and the service starts on an "
    "empty directory, or not at all",
    fix="a group of file system and service, or colocation service-with-fs inf: SERVICE FS",
    source="Pacemaker Explained, Colocation: ordering and colocation constraints are independent",
    bad=crm(DRBD, FS, TIED, _SERVER),
    good=crm(DRBD, FS, TIED, _SERVER, "colocation db-with-fs inf: db fs-db\n"),
    points_at="primitive db ocf:heartbeat:mysql \\",
)
def parted(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        mounts = [
            p for p in cluster.primitives if p.type.lower() == "filesystem" and p.params.get("directory")
        ]
        for service in cluster.primitives if mounts and cluster.builds else ():
            home = next((service.params[name] for name in _DATA if name in service.params), "")
            home = home or _HOMES.get(service.type.lower(), "")
            held = [m for m in mounts if home and m is not service and _inside(home, m.params["directory"])]
            if held and service.type.lower() != "filesystem" and not _together(cluster, service, held[0]):
                what = f"nothing keeps {service.id} on the host of {held[0].id}, which is {home}"
                yield Hit(service.at, what, related=(held[0].at,))


def _inside(path: str, directory: str) -> bool:
    return f"{path.rstrip('/')}/".startswith(f"{directory.rstrip('/')}/") and directory.strip("/") != ""


def _together(cluster: Cluster, one: Primitive, other: Primitive) -> bool:
    """Whether groups and colocations, directly or in a chain, keep two resources on one host."""
    reached: set[str] = set()
    pending = set(cluster.names_of(one.id))
    while pending:
        name = pending.pop()
        reached.add(name)
        beside = set(cluster.colocated(name))
        for primitive in cluster.inside(name):
            beside |= cluster.names_of(primitive.id)
        pending |= {more for near in beside for more in (near, *cluster.names_of(near))} - reached
    return other.id in reached


_PROXY = (
    "primitive proxy systemd:haproxy \\\n    op monitor interval=10s\n"
    "clone proxies proxy meta interleave=true\n"
)


@rule(
    "PA035",
    Severity.ERROR,
    "The address stays where its service is dead",
    consequence=Consequence.NO_FAILOVER,
    why="nothing ties the virtual address to HAProxy: where it fails or is not started Pacemaker leaves the "
    "address, as it knows of no reason to move it, and clients find a closed port",
    fix="colocation vip-with-proxy inf: VIP PROXY-CLONE (and order PROXY-CLONE before VIP, kind Optional)",
    source="Pacemaker Explained, Colocation constraints; OpenStack HA guide, HAProxy and Pacemaker",
    bad=crm(VIP, _PROXY),
    good=crm(VIP, _PROXY, "colocation vip-with-proxy inf: vip proxies\n"),
    points_at="primitive vip ocf:heartbeat:IPaddr2 \\",
)
def apart_from_its_proxy(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        proxies = [p for p in cluster.primitives if p.type.lower().removesuffix(".service") == "haproxy"]
        free = [p for p in cluster.primitives if p.address and not _beside(cluster, p)]
        if cluster.builds and proxies and free:
            named = ", ".join(p.id for p in free[:3])
            what = f"{named} may be where {proxies[0].id} is not"
            yield Hit(free[0].at, what, (proxies[0].at, *(p.at for p in free[1:])))
        elif cluster.builds and free:
            yield from _ordered_only(cluster, free)
            yield from _left_alone(cluster, free)


def _ordered_only(cluster: Cluster, free: list[Primitive]) -> Iterator[Hit]:
    """Addresses that have to start before or after a service, and that nothing keeps beside it."""
    cloned = {p.id for c in cluster.collections if c.kind != "group" for p in cluster.inside(c.id)}
    addresses = {p.id: (rank, p) for rank, p in enumerate(free)}
    services = {p.id: (rank, p) for rank, p in enumerate(cluster.primitives) if not p.address}
    for order in (c for c in cluster.constraints if c.kind == "order" and c.score.lower() != "optional"):
        held = {p.id for ref in order.refs for p in cluster.inside(ref.id)}
        address = _first(addresses, held)
        service = _first(services, held - cloned)
        if address and service:
            what = f"{address.id} and {service.id} are started in order, on hosts of their own"
            why = "an order says when, not where: the address may be on one host and its service on another"
            yield Hit(order.at, what, (address.at, service.at), why=why, fix="a colocation of the two")


def _left_alone(cluster: Cluster, free: list[Primitive]) -> Iterator[Hit]:
    """Addresses that no order and no colocation names, beside others that follow a service."""
    named = {
        p.id for c in cluster.constraints if c.kind == "order" for r in c.refs for p in cluster.inside(r.id)
    }
    tied = [p for p in cluster.primitives if p.address and p not in free]
    for address in free if tied else ():
        if address.id not in named:
            what = f"nothing ties {address.id} to a service, as {tied[0].id} is tied"
            yield Hit(address.at, what, (tied[0].at,), why=_ALONE, severity=Severity.WARNING)


_ALONE = "where the service behind it dies, the address stays, and its clients reach nobody"


def _first(ranked: dict[str, tuple[int, Primitive]], ids: set[str]) -> Primitive | None:
    """The first of the resources that have one of these ids; thousands of orders ask."""
    found = [ranked[name] for name in ids if name in ranked]
    return min(found, key=itemgetter(0))[1] if found else None


def _beside(cluster: Cluster, address: Primitive) -> bool:
    """Whether a group or a colocation keeps the address beside anything else."""
    own = cluster.names_of(address.id)
    groups = (c for c in cluster.holders(address.id) if c.kind == "group")
    if any(ref.id not in own for group in groups for ref in group.members):
        return True
    return any(beside not in own for name in own for beside in cluster.colocated(name))


_WEB = (
    "primitive web ocf:heartbeat:apache \\\n    params configfile=/etc/apache2/apache2.conf \\\n"
    "    op start interval=0 timeout=60s \\\n    op monitor interval=20s timeout=30s\nclone webs web\n"
)


@rule(
    "PA044",
    Severity.WARNING,
    "A clone that may run only where the address is",
    consequence=Consequence.SLOW,
    why="of a colocation the first follows the second: the service is stopped on every host without the "
    "address, and after a failover it has to start before anybody is served",
    fix="the address first: colocation vip-with-web inf: VIP WEB-CLONE",
    source="Pacemaker Explained, Colocation constraints: rsc and with-rsc; voxpupuli/puppet-corosync #100",
    bad=crm(VIP, _WEB, "colocation web-with-vip inf: webs vip\n"),
    good=crm(VIP, _WEB, "colocation vip-with-web inf: vip webs\n"),
    points_at="colocation web-with-vip inf: webs vip",
)
def follows_the_address(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        clones = {
            name: one
            for one in cluster.collections
            if one.kind == "clone" and one.meta.get("clone-max") != "1"
            for name in (one.id, *one.aliases)
        }
        for constraint in cluster.constraints:
            if constraint.kind != "colocation" or constraint.forbids or len(constraint.refs) != 2:  # noqa: PLR2004
                continue
            first, second = constraint.refs
            held = [p for p in cluster.inside(second.id) if p.address]
            firm = constraint.score.strip().lstrip("+").lower() in ("inf", "infinity", "1000000")
            if first.id in clones and held and firm and second.id not in clones:
                what = f"{first.id} follows {second.id}: it runs on one host at a time"
                yield Hit(constraint.at, what, (clones[first.id].at, held[0].at))
