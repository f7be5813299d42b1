"""SBD without a disk, with a disk by a name that changes, and with a watchdog of software."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.corosync.audit.facts import CorosyncConf
from fournines.components.corosync.audit.rules.example import TWO, corosync
from fournines.components.pacemaker.audit.facts import clusters
from fournines.components.pacemaker.audit.facts.model import false
from fournines.components.pacemaker.audit.rules.example import VIP, crm
from fournines.components.sbd.audit.facts import SbdConf, SbdDisk
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.pacemaker.audit.facts import Primitive
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_PAIR = 2
_SYSCONFIG = "SBD_PACEMAKER=yes\nSBD_WATCHDOG_DEV=/dev/watchdog\nSBD_WATCHDOG_TIMEOUT=5\n"
_DISKLESS = "stonith-enabled=true have-watchdog=true stonith-watchdog-timeout=10s"


def _pair(quorum: str) -> dict[str, str]:
    return {
        "node1/etc/corosync/corosync.conf": corosync(quorum, nodes=2),
        "node1/etc/sysconfig/sbd": _SYSCONFIG,
        **crm(VIP, fenced="", properties=_DISKLESS),
    }


@rule(
    "PA064",
    Severity.ERROR,
    "SBD without a disk in a cluster of two",
    consequence=Consequence.SPLIT,
    why="without a disk a host is only reset when it loses quorum, and of two hosts with two_node neither "
    "ever does: when the link breaks each waits, takes the other for fenced, and both run everything",
    fix="SBD on a shared disk, another fence device, or a quorum device in place of two_node",
    source="SUSE SLE HA guide, diskless SBD: not for clusters of two nodes (use a quorum device); sbd(8)",
    bad=_pair(TWO),
    good=_pair("device {\nmodel: net\nsync_timeout: 1000\nnet {\nhost: 10.9.0.1\nalgorithm: ffsplit\n}\n}"),
    points_at="two_node: 1",
)
def diskless(site: Evidence) -> Iterator[Hit | Unknown]:
    sbd = next(iter(site.all(SbdConf)), None)
    if sbd is None or any(one.devices for one in site.all(SbdConf)) or site.all(SbdDisk):
        return
    for cluster in clusters(site):
        stonith = cluster.setting("stonith-enabled")
        if cluster.fence_devices or (stonith and false(stonith.value)):
            return
    for conf in site.all(CorosyncConf):
        expected = len(conf.nodes) or conf.quorum.number("expected_votes") or 0
        if conf.quorum.on("two_node") and not conf.device and expected == _PAIR:
            what = "two_node, and SBD has no disk: when the link breaks neither host loses quorum"
            yield Hit(conf.quorum.place("two_node"), what, (sbd.at,))
            return


_CHANGING = re.compile(
    r"/dev/(?:x?v|s)d[a-z]{1,2}\d{0,2}|/dev/nvme\d{1,3}n\d{1,3}(?:p\d{1,2})?|/dev/dm-\d{1,4}"
)
_LAID_OUT = "#!/bin/sh\nsbd -d {} -1 15 -4 30 create\n"


@rule(
    "PA066",
    Severity.WARNING,
    "SBD's disk by a name that changes",
    consequence=Consequence.DATA,
    why="/dev/sdX is whichever disk was found in that order: after a boot or a rescan it is another one, and "
    "SBD does not start, or writes its messages where nobody reads them or over somebody's data",
    fix="/dev/disk/by-id/..., the same on every host",
    source="SUSE SLE HA guide, Storage protection and SBD: use names such as /dev/disk/by-id",
    bad={"sbd.sh": _LAID_OUT.format("/dev/sdb")},
    good={"sbd.sh": _LAID_OUT.format("/dev/disk/by-id/scsi-3600a")},
    points_at="sbd -d /dev/sdb -1 15 -4 30 create",
)
def changing(site: Evidence) -> Iterator[Hit | Unknown]:
    named = [(device, one.devices_at or one.at) for one in site.all(SbdConf) for device in one.devices]
    named += [(device, disk.at) for disk in site.all(SbdDisk) for device in disk.devices]
    named += [
        (device, primitive.place("devices", "sbd_device"))
        for cluster in clusters(site)
        for primitive in cluster.fence_devices
        if "sbd" in primitive.type.lower()
        for device in re.split(r"[,;\s]+", _disks(primitive))
    ]
    found: dict[str, list[Place]] = {}
    for device, at in named:
        if _CHANGING.fullmatch(device):
            found.setdefault(device, []).append(at)
    if found:
        (first, *more), *others = found.values()
        related = (*more, *(at for places in others for at in places))
        yield Hit(first, f"SBD's disk is {' and '.join(found)}", related)


_STABLE = "/dev/disk/by-"
_READS = 'SBD_DEVICE="/dev/disk/by-id/scsi-{}"\nSBD_PACEMAKER=yes\nSBD_WATCHDOG_TIMEOUT=5\n'


@rule(
    "PA072",
    Severity.ERROR,
    "The hosts leave SBD's messages on different disks",
    consequence=Consequence.SPLIT,
    why="a host reads its own disks only: the message that ends it is written where it never looks, the "
    "others take it for fenced after msgwait, and both run the services",
    fix="SBD_DEVICE: the same shared disk on every host, by the same name",
    source="sbd(8): the devices are shared by all nodes; SUSE SLE HA guide, Storage protection and SBD",
    bad={f"node{n}/etc/sysconfig/sbd": _READS.format(f"3600a0{n}") for n in (1, 2)},
    good={f"node{n}/etc/sysconfig/sbd": _READS.format("3600a01") for n in (1, 2)},
    points_at='SBD_DEVICE="/dev/disk/by-id/scsi-3600a02"',
)
def apart(site: Evidence) -> Iterator[Hit | Unknown]:
    told = [c for c in site.all(SbdConf) if c.at.host and c.devices and all(map(_is_stable, c.devices))]
    for conf in told[1:]:
        first = told[0]
        if set(conf.devices).isdisjoint(first.devices) and conf.at.host != first.at.host:
            what = f"{conf.at.host} reads {conf.devices[0]}, and {first.at.host} reads {first.devices[0]}"
            yield Hit(conf.devices_at or conf.at, what, (first.devices_at or first.at,))


def _is_stable(device: str) -> bool:
    """Whether a name means the same disk on every host."""
    return device.startswith(_STABLE)


def _disks(primitive: Primitive) -> str:
    return primitive.params.get("devices") or primitive.params.get("sbd_device", "")


_SOFT = re.compile(r"(?:^|[\s\"'/=])softdog(?:\.ko|\.conf)?(?:[\s\"';]|$)")


@rule(
    "PA065",
    Severity.INFO,
    "SBD trusts a watchdog of software",
    consequence=Consequence.DATA,
    why="softdog is a timer of the kernel it is to watch: when the kernel itself hangs it does not fire, and "
    "the host goes on writing after the others count it as fenced",
    fix="a watchdog of the hardware or of the hypervisor (iTCO_wdt, ipmi_watchdog, i6300esb)",
    source="SUSE SLE HA guide, setting up the watchdog: softdog only where there is no other; sbd(8)",
    bad={"node1/etc/sysconfig/sbd": _SYSCONFIG, "setup.sh": "#!/bin/sh\nmodprobe softdog\n"},
    good={"node1/etc/sysconfig/sbd": _SYSCONFIG, "setup.sh": "#!/bin/sh\nmodprobe iTCO_wdt\n"},
    points_at="modprobe softdog",
)
def soft(site: Evidence) -> Iterator[Hit | Unknown]:
    devices = (p for cluster in clusters(site) for p in cluster.fence_devices)
    laid_out = bool(site.all(SbdDisk))
    if not (laid_out or site.all(SbdConf) or any("sbd" in p.type.lower() for p in devices)):
        return
    for source in site.kinds("script", "commands", "cluster commands"):
        lines = source.text.split("\n") if "softdog" in source.text else ()
        for number, line in enumerate(lines, start=1):
            if _SOFT.search(line.partition("#")[0]):
                yield Hit(source.at(number), "the watchdog is softdog")
                return
