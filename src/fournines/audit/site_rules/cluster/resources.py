"""DRBD resources against one another, and against the hosts that are to have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.drbd.audit.facts import DrbdResource
from fournines.components.network.audit.facts import OwnName
from fournines.components.pacemaker.audit.facts import clusters
from fournines.components.pacemaker.audit.rules.example import DRBD, FS, TIED, crm
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place


def _res(name: str, port: int, *hosts: str) -> str:
    on = "".join(
        f"    on {host} {{\n        address 10.0.2.1{n}:{port};\n    }}\n" for n, host in enumerate(hosts, 1)
    )
    return f"resource {name} {{\n    device minor {port - 7788};\n    disk /dev/vg/{name};\n{on}}}\n"


@rule(
    "DR012",
    Severity.ERROR,
    "The resource knows this host by another name",
    consequence=Consequence.DOWN,
    why="drbdadm looks for the name that uname -n gives, letter by letter: it finds no section for this host "
    "('not defined in your config (for this host)'), and the device does not come up here",
    fix="on NAME with what uname -n says on each host",
    source="drbd.conf(5), on host-name: the Unix host name (uname -n)",
    bad={
        "node1/etc/drbd.d/data.res": _res("data", 7788, "n1-repl", "n2-repl"),
        "node1/etc/hostname": "node1\n",
    },
    good={"node1/etc/drbd.d/data.res": _res("data", 7788, "node1", "node2"), "node1/etc/hostname": "node1\n"},
    points_at="on n1-repl {",
)
def unknown_name(site: Evidence) -> Iterator[Hit | Unknown]:
    told: dict[tuple[str, frozenset[str]], list[tuple[OwnName, Place]]] = {}
    for host, own in site.by_host(OwnName).items():
        for resource in site.on(host, DrbdResource) if host else ():
            named = [one for one in resource.hosts if one.name]
            plain = all(set(one.name).isdisjoint("$<>{}%") for one in named)
            if resource.name and not resource.excerpt and plain and len(named) > 1:
                names = frozenset(one.name.lower() for one in named)
                if own[0].name not in names and len(named) == len(resource.hosts):
                    short = own[0].name.partition(".")[0]
                    mine = next(
                        (one for one in named if one.name.lower().partition(".")[0] == short), named[0]
                    )
                    told.setdefault((resource.name, names), []).append((own[0], mine.at))
    for (name, names), cases in told.items():
        (own_name, at), *others = cases
        which = ", ".join(own.name for own, _ in cases)
        are = f"the hosts are called {which}" if others else f"{own_name.at.host} is {which}"
        related = (own_name.at, *(place for own, there in others for place in (there, own.at)))
        yield Hit(at, f"{name} is for {', '.join(sorted(names))}, and {are}", related)


@rule(
    "DR013",
    Severity.ERROR,
    "Two resources with one port or one device",
    consequence=Consequence.DOWN,
    why="drbdadm refuses the whole configuration ('conflicting use'): no resource of this host comes up at "
    "its next start",
    fix="a port and a device of its own for each resource",
    source="drbdadm: conflicting use of IP, conflicting use of device-minor; drbd.conf(5) address, device",
    bad={
        "drbd.d/a.res": _res("a", 7788, "node1", "node2"),
        "drbd.d/b.res": _res("b", 7788, "node1", "node2"),
    },
    good={
        "drbd.d/a.res": _res("a", 7788, "node1", "node2"),
        "drbd.d/b.res": _res("b", 7789, "node1", "node2"),
    },
    points_at="on node1 {",
)
def one_port(site: Evidence) -> Iterator[Hit | Unknown]:
    pages = {source.path for source in site.sources if source.lines}
    first: dict[object, tuple[DrbdResource, Place]] = {}
    told: set[tuple[str, str]] = set()
    for resource in site.all(DrbdResource):
        if not resource.name or resource.excerpt or resource.at.path in pages:
            continue
        folder = resource.at.path.rpartition("/")[0]
        used = [(f"{one.address}:{one.port}", one.at) for one in resource.hosts if one.address and one.port]
        used += [(device, resource.at) for device in resource.devices if device]
        for what, at in used:
            other, there = first.setdefault((resource.at.host, folder, what), (resource, at))
            pair = (resource.name, other.name)
            if other.name != resource.name and pair not in told:
                told.add(pair)
                yield Hit(at, f"{resource.name} has {what}, and so has {other.name}", (there,))


_KNOWS = ("linbit", "ocf:heartbeat:drbd", "drbd_resource", "drbddisk", "linstor")
"""Words of a text that knows how DRBD is promoted, even where it is written in a way that is not read."""


@rule(
    "PA070",
    Severity.ERROR,
    "A file system on a DRBD device that nobody promotes",
    consequence=Consequence.NO_FAILOVER,
    why="the cluster mounts the device and has no resource for DRBD itself: on the other host it is "
    "secondary, the mount is refused (read-only, wrong medium type), and nothing is taken over",
    fix="a promotable clone of ocf:linbit:drbd, the file system placed with the promoted instance and "
    "ordered behind it",
    source="DRBD user's guide, adding a DRBD-backed service to the cluster",
    bad=crm(FS),
    good=crm(DRBD, FS, TIED),
    points_at="primitive fs-db ocf:heartbeat:Filesystem \\",
)
def nobody_promotes(site: Evidence) -> Iterator[Hit | Unknown]:
    nine = any(resource.nine for resource in site.all(DrbdResource))
    for cluster in clusters(site) if not nine else ():  # DRBD 9 promotes what is opened (auto-promote)
        if not cluster.builds or any(p.drbd for p in cluster.primitives) or cluster.mentions(*_KNOWS):
            continue
        for mounted in cluster.primitives:
            device = mounted.params.get("device", "")
            if mounted.type.lower() == "filesystem" and device.startswith("/dev/drbd"):
                yield Hit(mounted.at, f"{mounted.id} is {device}, and no resource promotes it")
