"""DRBD and the cluster around it: what lies on a resource, and what fencing it can rely on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.corosync.audit.facts import CorosyncConf
from fournines.components.corosync.audit.rules.example import TWO, corosync
from fournines.components.drbd.audit.facts import DrbdResource, setting
from fournines.components.mounts.audit.facts import Mount
from fournines.components.pacemaker.audit.facts import Primitive, clusters
from fournines.components.pacemaker.audit.rules.example import DRBD, FS, TIED, crm
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.script import Script

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_CLUSTERED = frozenset({"gfs2", "ocfs2", "gfs"})


@rule(
    "DR002",
    Severity.ERROR,
    "Two primaries under a file system for one",
    consequence=Consequence.DATA,
    why="ext4 or XFS mounted on two hosts destroys itself: each writes over the other's metadata",
    fix="remove allow-two-primaries",
    source="DRBD user's guide, dual-primary mode: needs a cluster file system",
    bad={
        "db.res": "resource db {\n    net {\n        protocol C;\n        allow-two-primaries yes;\n    }\n"
        "    device /dev/drbd0;\n    on node1 {\n        address 10.0.2.11:7789;\n    }\n"
        "    on node2 {\n        address 10.0.2.12:7789;\n    }\n}\n",
        **crm(DRBD, FS, TIED),
    },
    good={
        "db.res": "resource db {\n    net {\n        protocol C;\n    }\n"
        "    device /dev/drbd0;\n    on node1 {\n        address 10.0.2.11:7789;\n    }\n"
        "    on node2 {\n        address 10.0.2.12:7789;\n    }\n}\n",
        **crm(DRBD, FS, TIED),
    },
    points_at="allow-two-primaries yes;",
)
def two_primaries(site: Evidence) -> Iterator[Hit | Unknown]:
    for resource in site.all(DrbdResource):
        value, place = setting(site, resource, "allow-two-primaries")
        shared = resource.name and place != resource.at
        if not shared or value in ("no", "off", "false"):
            continue
        systems = _file_systems(site, resource)
        single = {fs: where for fs, where in systems.items() if fs not in _CLUSTERED}
        if single:
            fs, where = next(iter(single.items()))
            yield Hit(place, f"{resource.name} may be primary twice and carries {fs}", related=(where,))
        elif not systems:
            yield Unknown(place, f"{resource.name} may be primary twice: no file says what is on it")


def _devices(resource: DrbdResource) -> frozenset[str]:
    """The names under which a host knows the device of a resource."""
    named = f"/dev/drbd/by-res/{resource.name}"
    return frozenset({*resource.devices, named, f"{named}/0"} if resource.name else resource.devices)


def _file_systems(site: Evidence, resource: DrbdResource) -> dict[str, Place]:
    """What is on a resource, by the cluster's mounts and by the scripts that made it."""
    devices = _devices(resource)
    groups = _groups(site, devices)

    def on_it(device: str) -> bool:
        group = _VOLUME.match(device)
        return device in devices or bool(group and (group[1] or group[2]) in groups)

    found: dict[str, Place] = {}
    for mount in site.all(Primitive):
        fs = mount.params.get("fstype", "").lower()
        if mount.type == "Filesystem" and on_it(mount.params.get("device", "")) and fs:
            found.setdefault(fs, mount.place("fstype"))
    for line in site.on(resource.at.host, Mount):
        if on_it(line.device) and line.fs not in ("auto", "none", "swap"):
            found.setdefault(line.fs, line.at)
    found.update(_above(site, resource))
    for script in site.all(Script):
        for command, at in zip(script.commands, script.places, strict=False):
            made = re.fullmatch(r"(?:.*/)?mkfs\.(\w+)", command.key)
            if made and any(map(on_it, command.args)):
                found.setdefault(made.group(1), at)
    return found


_VOLUME = re.compile(r"/dev/(?:mapper/([\w.+]+)-|(?!mapper/|drbd)([\w.+\-]+)/)")
"""The volume group of a logical volume's device."""


def _groups(site: Evidence, devices: frozenset[str]) -> set[str]:
    """The volume groups that scripts make on these devices."""
    made: set[str] = set()
    for command in (command for script in site.all(Script) for command in script.commands):
        if command.key.rpartition("/")[2] == "vgcreate" and devices & set(command.args):
            first = next(at for at, word in enumerate(command.args) if word.startswith("/"))
            made.update(command.args[max(0, first - 1) : first])
    return made


def _above(site: Evidence, resource: DrbdResource) -> dict[str, Place]:
    """File systems on a volume group that follows this resource, and no other, around the cluster."""
    found: dict[str, Place] = {}
    for cluster in clusters(site):
        names = [
            (p.params.get("drbd_resource", ""), cluster.names_of(p.id)) for p in cluster.primitives if p.drbd
        ]
        for mount in cluster.primitives:
            device, fs = mount.params.get("device", ""), mount.params.get("fstype", "").lower()
            if mount.type != "Filesystem" or not fs or "/drbd" in device:
                continue
            own = cluster.names_of(mount.id)
            tied = {
                name
                for name, drbd in names
                for c in cluster.constraints
                if c.kind == "colocation" and not c.forbids
                if own & {ref.id for ref in c.refs} and drbd & {ref.id for ref in c.refs}
            }
            if tied == {resource.name}:
                found.setdefault(fs, mount.place("fstype"))
    return found


_RES = (
    "resource db {\n    net {\n        protocol C;\n        fencing resource-and-stonith;\n    }\n"
    '    handlers {\n        fence-peer "/usr/lib/drbd/crm-fence-peer.9.sh";\n    }\n    device /dev/drbd0;\n'
    "    on node1 {\n        address 10.0.2.11:7789;\n    }\n    on node2 {\n"
    "        address 10.0.2.12:7789;\n    }\n}\n"
)
_BOOT = "/dev/drbd0 /var/lib/mysql xfs {} 0 0\n"


@rule(
    "DR009",
    Severity.ERROR,
    "A boot mounts what only the primary may mount",
    consequence=Consequence.NO_RETURN,
    why="after a boot the host is Secondary and the mount fails: without nofail systemd ends in emergency "
    "mode and the host does not come back; where it succeeds, it is mounted behind the cluster's back",
    fix="noauto in /etc/fstab, or no line at all: the cluster mounts it (Filesystem)",
    source="systemd.mount(5) nofail, local-fs.target; DRBD user's guide: a Secondary cannot be mounted",
    bad={"node1/db.res": _RES, "node1/etc/fstab": _BOOT.format("defaults")},
    good={"node1/db.res": _RES, "node1/etc/fstab": _BOOT.format("noauto")},
    points_at="/dev/drbd0 /var/lib/mysql xfs defaults 0 0",
)
def mounted_at_boot(site: Evidence) -> Iterator[Hit | Unknown]:
    for line in site.all(Mount):
        own = [r for r in site.on(line.at.host, DrbdResource) if line.device in _devices(r)]
        if not (own or line.device.startswith("/dev/drbd")) or not line.at_boot or line.fs in _CLUSTERED:
            continue
        yield Hit(
            line.at,
            f"{line.device} is mounted on {line.folder} at boot",
            related=tuple(r.at for r in own[:1]),
            severity=None if line.waited_for else Severity.WARNING,
        )


_POLICY = (
    "resource db {{\n    net {{\n        protocol C;\n        fencing {};\n    }}\n    handlers {{\n"
    '        fence-peer "/usr/lib/drbd/crm-fence-peer.9.sh";\n    }}\n    device /dev/drbd0;\n'
    "    on node1 {{\n        address 10.0.2.11:7789;\n    }}\n    on node2 {{\n"
    "        address 10.0.2.12:7789;\n    }}\n}}\n"
)


@rule(
    "DR006",
    Severity.WARNING,
    "resource-only fencing that the peer may never hear of",
    consequence=Consequence.DATA,
    why="resource-only marks the peer as outdated through the cluster's own network and fences nobody: with "
    "one corosync link, or without stonith, a host that is cut off keeps its data and goes on",
    fix="fencing resource-and-stonith with working fence devices, and two corosync links",
    source="DRBD user's guide, crm-fence-peer: at least two independent communication channels are vital",
    bad={"db.res": _POLICY.format("resource-only"), "corosync.conf": corosync(TWO, nodes=2, links=1)},
    good={"db.res": _POLICY.format("resource-and-stonith"), "corosync.conf": corosync(TWO, nodes=2)},
    points_at="fencing resource-only;",
)
def unheard(site: Evidence) -> Iterator[Hit | Unknown]:
    links = [conf for conf in site.all(CorosyncConf) if conf.links and not conf.excerpt]
    single = next((conf for conf in links if conf.links == 1), None)
    off = next((c for c in clusters(site) if c.unfenced), None)
    stonith = off.setting("stonith-enabled") if off else None
    places = [
        place
        for resource in site.all(DrbdResource)
        for policy, place in [setting(site, resource, "fencing")]
        if policy == "resource-only"
    ]
    first, *others = dict.fromkeys(places) or (None,)
    if first is None:
        return
    if single or off:
        reason = "corosync has one link" if single else "nothing in the cluster fences"
        related = stonith.at if stonith else single.first("nodelist").at if single else None
        seen = (*others, related) if related else tuple(others)
        yield Hit(first, f"fencing is resource-only, and {reason}", related=tuple(p for p in seen if p))
    elif not links or not any(c.fence_devices for c in clusters(site)):
        what = "fencing is resource-only: no file shows two corosync links and a fence device behind it"
        given = site.all(CorosyncConf) or clusters(site)
        severity = None if given else Severity.INFO  # a cluster may be there, its files are not
        yield Hit(first, what, related=tuple(p for p in others if p), severity=severity)


_THIRD = "    on node{0} {{\n        node-id {0};\n        address 10.0.2.1{0}:7789;\n    }}\n"
_THREE = "resource db {\n    device /dev/drbd0;\n" + "".join(map(_THIRD.format, (1, 2, 3))) + "%s}\n"
_MESH = "    connection-mesh {\n        hosts node1 node2 node3;\n    }\n"
_PAIR = 2


@rule(
    "DR016",
    Severity.ERROR,
    "A third host that is connected to nobody",
    consequence=Consequence.DOWN,
    why="DRBD connects the hosts of a resource by itself only where they are two: drbdadm refuses the file; "
    "DRBD 8.4 knows no third host at all",
    fix="DRBD 9 with a node-id for each host and connection-mesh { hosts node1 node2 node3; }; or two hosts",
    source="drbd-utils 9: \"Use explicit 'connection' sections (or a 'connection-mesh' section) with more "
    "than two 'on' sections\"",
    bad={"db.res": _THREE % ""},
    good={"db.res": _THREE % _MESH},
    points_at="on node3 {",
)
def unconnected(site: Evidence) -> Iterator[Hit | Unknown]:
    for resource in site.all(DrbdResource):
        if resource.excerpt or len(resource.hosts) <= _PAIR:
            continue
        words = {line.split(" ", 1)[0] for _, line in resource.tree}
        if words.isdisjoint(("connection", "connection-mesh", "stacked-on-top-of", "include")):
            third = resource.hosts[_PAIR]
            what = (
                f"{resource.name} has {len(resource.hosts)} hosts, and nothing says who is connected to whom"
            )
            yield Hit(third.at, what, (resource.at,))
