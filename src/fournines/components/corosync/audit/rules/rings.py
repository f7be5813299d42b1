"""The links of the nodes: whether each has all of them, and how corosync uses two."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.corosync.audit.facts import CorosyncConf
from fournines.components.corosync.audit.rules.example import corosync, node
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place


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
            severity = Severity.INFO if conf.first_release else None  # its own manual leaves the choice
            yield Hit(conf.totem.place("rrp_mode"), "rrp_mode is active", severity=severity)


@rule(
    "CO021",
    Severity.ERROR,
    "Nodes whose links do not match",
    consequence=Consequence.DOWN,
    why="corosync refuses a node list in which one node has more links than another; and of two nodes with "
    "one address only one can ever be heard",
    fix="ring0_addr (and ring1_addr) of its own for each node, the same number for all",
    source="run with corosync 3.1.7: 'Not all nodes have the same number of links'",
    bad={"corosync.conf": corosync(nodelist=f"{node(1)}\n{node(2)}\n{node(3, links=1)}")},
    good={"corosync.conf": corosync(nodelist=f"{node(1)}\n{node(2)}\n{node(3)}")},
    points_at="ring0_addr: 10.0.0.13",
)
def unlike(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in site.all(CorosyncConf):
        links = [{key for key in n.values if _LINK.fullmatch(key)} for n in conf.nodes]
        most = max(links, key=len, default=set())
        for listed, mine in zip(conf.nodes, links, strict=True):
            if mine and len(mine) < len(most) and not conf.excerpt:
                name = listed.get("name") or listed.get("ring0_addr")
                what = f"{name} has {len(mine)} of the {len(most)} links that another node has"
                yield Hit(listed.place(max(mine)), what)
        first: dict[str, Place] = {}
        for listed, mine in zip(conf.nodes, links, strict=True):
            for key in sorted(mine):
                address, at = listed.get(key), listed.place(key)
                other = first.setdefault(address, at)
                if other != at and address and not set(address) & set("$<>{}%_"):
                    yield Hit(at, f"{address} is the address of two nodes", (other,))


_LINK = re.compile(r"ring\d+_addr")
