"""Two rings of corosync 2: how it uses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.corosync.audit.facts import CorosyncConf
from fournines.components.corosync.audit.rules.example import corosync
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence


@rule(
    "CO020",
    Severity.WARNING,
    "Rings in active mode",
    consequence=Consequence.SLOW,
    why="every message waits for both rings, so the slower or the lossy one slows down or breaks the healthy "
    "one; nobody tests it, and corosync 3 has no such rings",
    fix="rrp_mode: passive with corosync 2; transport: knet with corosync 3",
    source="pcs: 'using a RRP mode of active is not supported or tested'; corosync.conf(5) 2.4 rrp_mode; "
    "corosync 3.0 release notes: RRP is gone",
    bad={"corosync.conf": corosync(transport="udpu", crypto="secauth: on", totem="rrp_mode: active")},
    good={"corosync.conf": corosync(transport="udpu", crypto="secauth: on", totem="rrp_mode: passive")},
    points_at="rrp_mode: active",
)
def active(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in site.all(CorosyncConf):
        if conf.totem.get("rrp_mode").lower() == "active" and conf.transport != "knet":
            yield Hit(conf.totem.place("rrp_mode"), "rrp_mode is active")
