"""SBD's watchdog and corosync's quorum device: who waits longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.corosync.audit.facts import CorosyncConf
from fournines.components.corosync.audit.rules.example import corosync
from fournines.components.sbd.audit.facts import SbdConf
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

SYNC = 30_000
"""Milliseconds that corosync waits for the device while members come or go; corosync.conf(5) sync_timeout."""
_DEVICE = "device {\nmodel: net\nnet {\nhost: 10.9.0.1\nalgorithm: ffsplit\n}\n}"
_CONF = "SBD_PACEMAKER=yes\nSBD_WATCHDOG_DEV=/dev/watchdog\nSBD_WATCHDOG_TIMEOUT={}\n"


@rule(
    "PA042",
    Severity.ERROR,
    "The watchdog fires while corosync waits for its quorum device",
    consequence=Consequence.NO_FAILOVER,
    why="when a host is lost corosync stands still until the quorum device has answered, up to "
    "sync_timeout: SBD takes that for a hang, and the host that should take over is reset too",
    fix="SBD_WATCHDOG_TIMEOUT above sync_timeout (35 for the usual 30 s), and stonith-watchdog-timeout of "
    "twice that; or a shorter sync_timeout",
    source="SUSE SLE HA guide, diskless SBD with QDevice; ClusterLabs/sbd #114",
    bad={
        "node1/corosync.conf": corosync(_DEVICE, nodes=2),
        "node1/etc/sysconfig/sbd": _CONF.format(5),
    },
    good={
        "node1/corosync.conf": corosync(_DEVICE, nodes=2),
        "node1/etc/sysconfig/sbd": _CONF.format(35),
    },
    points_at="SBD_WATCHDOG_TIMEOUT=5",
)
def fires_meanwhile(site: Evidence) -> Iterator[Hit | Unknown]:
    for sbd in site.all(SbdConf):
        devices = [conf.device for conf in site.on(sbd.at.host, CorosyncConf) if conf.device]
        if sbd.devices or not devices:
            continue  # with a disk the others answer for a corosync that stands still
        waits = (devices[0].number("sync_timeout") or SYNC) / 1000
        if sbd.watchdog <= waits:
            what = f"the watchdog fires after {sbd.watchdog:g} s, corosync waits {waits:g} s for its device"
            yield Hit(sbd.watchdog_at, what, (devices[0].place("sync_timeout"),))
