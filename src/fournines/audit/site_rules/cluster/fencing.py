"""Whether every host can be fenced, as Pacemaker, corosync and SBD together decide it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.audit.site_rules.names import is_address
from fournines.components.corosync.audit.facts import CorosyncConf
from fournines.components.pacemaker.audit.facts import clusters
from fournines.components.pacemaker.audit.facts.model import false, placeholder, seconds
from fournines.components.pacemaker.audit.rules.example import FENCED, VIP, crm
from fournines.components.sbd.audit.facts import SbdConf, SbdDisk
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.pacemaker.audit.facts import Cluster, Primitive
    from fournines.kit.audit.evidence import Evidence

_EXPLAINED = "Pacemaker Explained"


@rule(
    "PA024",
    Severity.ERROR,
    "A host that no fence device can switch off",
    consequence=Consequence.NO_FAILOVER,
    why="when that host is lost nobody can fence it, and Pacemaker waits for it for ever: none of its "
    "services starts anywhere else",
    fix="a fence device with that host in pcmk_host_list (or pcmk_host_map), by the name corosync gives it",
    source=f"{_EXPLAINED}, Fencing: pcmk_host_list, pcmk_host_map, pcmk_host_check",
    bad=crm(VIP, fenced=FENCED.replace("pcmk_host_list=node2", "pcmk_host_list=server2")),
    good=crm(VIP),
    points_at="primitive fence-node2 stonith:fence_ipmilan \\",
)
def out_of_reach(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        targets = [_targets(device) for device in cluster.fence_devices]
        stonith = cluster.setting("stonith-enabled")
        if not targets or not all(targets) or (stonith and false(stonith.value)):
            continue  # a device that names nobody may know its hosts itself
        known = {name for found in targets for name in found}
        missing = [name for name in _nodes(site, cluster) if not _names(name) & known]
        if missing:
            first, *others = _meant(cluster.fence_devices, targets, missing)
            what = f"no fence device is for {', '.join(missing)}: they are for {', '.join(sorted(known))}"
            yield Hit(first.at, what, related=tuple(device.at for device in others))


def _meant(
    devices: tuple[Primitive, ...], targets: list[frozenset[str]], missing: list[str]
) -> list[Primitive]:
    """The devices, first the one that was probably meant for a host that has none.

    It carries the host's name and is for another one, or it is the second for the same hosts.
    """

    def doubt(number: int) -> int:
        named = any(name in devices[number].id.lower() for host in missing for name in _names(host))
        return 0 if named else 1 if targets[number] in targets[:number] else 2

    return [devices[number] for number in sorted(range(len(devices)), key=doubt)]


def _nodes(site: Evidence, cluster: Cluster) -> list[str]:
    """The hosts of a cluster by the names Pacemaker knows them by."""
    if cluster.voters:
        return list(cluster.voters)
    confs = [conf for conf in site.all(CorosyncConf) if conf.nodes and not conf.excerpt]
    named = [node.get("name") or node.get("ring0_addr") for node in confs[0].nodes] if confs else []
    return [] if any(not name or is_address(name) for name in named) else named


def _names(host: str) -> frozenset[str]:
    return frozenset({host.lower(), host.lower().partition(".")[0]})


def _targets(device: Primitive) -> frozenset[str]:
    """The hosts a device says it is for, each by its short name too; empty where it does not say."""
    return frozenset(name for word in _said(device) for name in _names(word))


def _said(device: Primitive) -> frozenset[str]:
    params = device.params
    said = [params.get("pcmk_host_list", "")]
    said += [  # external/libvirt and external/vcenter: host:domain or host=machine
        re.split("[:=]", word, maxsplit=1)[0] for word in re.split(r"[\s,;]+", params.get("hostlist", ""))
    ]
    said += [pair.rpartition(":")[0] for pair in re.split(r"[;\s,]+", params.get("pcmk_host_map", ""))]
    if device.type.startswith("external/"):
        said.append(params.get("hostname", ""))
    words = [word for text in said for word in re.split(r"[\s,;]+", text) if word]
    if any(placeholder(word) for word in words) or params.get("pcmk_host_check") in ("none", "dynamic-list"):
        return frozenset()
    return frozenset(word.lower() for word in words)


_SBD = "SBD_PACEMAKER=yes\nSBD_WATCHDOG_DEV=/dev/watchdog\nSBD_WATCHDOG_TIMEOUT={}\n"
_DISKLESS = "stonith-enabled=true have-watchdog=true stonith-watchdog-timeout=10s"


@rule(
    "PA025",
    Severity.ERROR,
    "A host counts as fenced before its watchdog has fired",
    consequence=Consequence.DATA,
    why="without a disk SBD lets a host that lost quorum reset itself: when the others wait less than its "
    "watchdog takes, they start its services while it still writes; without any wait nothing fences",
    fix="stonith-watchdog-timeout of twice SBD_WATCHDOG_TIMEOUT without a disk, none with one",
    source=f"{_EXPLAINED}, stonith-watchdog-timeout; sbd(8); SUSE SLE HA guide, diskless SBD",
    bad={**crm(VIP, fenced="", properties=_DISKLESS), "node1/etc/sysconfig/sbd": _SBD.format(15)},
    good={**crm(VIP, fenced="", properties=_DISKLESS), "node1/etc/sysconfig/sbd": _SBD.format(5)},
    points_at=_DISKLESS,
)
def counted_too_soon(site: Evidence) -> Iterator[Hit | Unknown]:
    for sbd in site.all(SbdConf)[:1]:
        for cluster in clusters(site):
            yield from _against_watchdog(cluster, sbd)


def _against_watchdog(cluster: Cluster, sbd: SbdConf) -> Iterator[Hit]:
    said = cluster.setting("stonith-watchdog-timeout")
    waits = seconds(said.value) if said else 0.0
    if waits is None:
        return  # a negative value: Pacemaker takes twice the watchdog's time itself
    if said and waits and sbd.devices:
        what = f"stonith-watchdog-timeout is {said.value}, and SBD has a disk"
        why = "a host counts as fenced when the time is over, whether or not the message on the disk was read"
        yield Hit(said.at, what, related=(sbd.at,), why=why, severity=Severity.WARNING)
    elif said and waits and waits < 2 * sbd.watchdog:
        what = f"the others wait {waits:g} s, the watchdog fires after {sbd.watchdog:g} s"
        severity = None if waits <= sbd.watchdog else Severity.WARNING
        yield Hit(said.at, what, related=(sbd.watchdog_at,), severity=severity)
    elif not waits and not sbd.devices and cluster.builds and not cluster.fence_devices:
        stonith = cluster.setting("stonith-enabled")
        if not stonith or not false(stonith.value):
            place = said.at if said else sbd.watchdog_at
            yield Hit(place, "SBD without a disk, and stonith-watchdog-timeout is 0: nothing fences")


_STONITH = 60.0
"""Seconds of stonith-timeout where nothing is said."""


def _disk(times: str, timeout: str = "stonith-timeout=40s") -> dict[str, str]:
    return {"sbd.sh": f"#!/bin/sh\nsbd -d /dev/sdb1 {times} create\n", **crm(VIP, properties=timeout)}


@rule(
    "PA038",
    Severity.ERROR,
    "The times of SBD's disk do not fit together",
    consequence=Consequence.NO_FAILOVER,
    why="a host counts as fenced when msgwait is over: it must have seen its message, or have been reset by "
    "its watchdog, before that; and Pacemaker must wait longer than msgwait, or takes each fencing for a "
    "failed one",
    fix="msgwait (-4) of twice the watchdog's time (-1), and stonith-timeout of 1.2 times msgwait or more",
    source="sbd(8), Timeouts; SUSE SLE HA guide, Storage protection: calculation of timeouts",
    bad=_disk("-1 15 -4 40"),
    good=_disk("-1 15 -4 30"),
    points_at="sbd -d /dev/sdb1 -1 15 -4 40 create",
)
def disk_times(site: Evidence) -> Iterator[Hit | Unknown]:
    for disk in site.all(SbdDisk):
        if disk.msgwait < 2 * disk.watchdog:
            what = f"msgwait is {disk.msgwait:g} s, and the watchdog fires after {disk.watchdog:g} s"
            lesser = None if disk.msgwait <= disk.watchdog else Severity.WARNING
            yield Hit(disk.at, what, severity=lesser)
        for cluster in clusters(site):
            said = cluster.setting("stonith-timeout")
            waits = seconds(said.value) if said else _STONITH
            if waits is not None and waits <= disk.msgwait and (said or cluster.builds):
                related = (said.at,) if said else ()
                what = f"msgwait is {disk.msgwait:g} s, and Pacemaker gives a fencing {waits:g} s"
                yield Hit(disk.at, what, related)
