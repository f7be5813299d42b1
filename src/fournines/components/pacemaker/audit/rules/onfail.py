"""What Pacemaker is told to do when a start or a stop fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.pacemaker.audit.facts.cluster import clusters
from fournines.components.pacemaker.audit.rules.example import VIP, crm
from fournines.components.pacemaker.audit.rules.fencing import HARMLESS
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.pacemaker.audit.facts.model import Op, Primitive
    from fournines.kit.audit.evidence import Evidence

_EXPLAINED = "Pacemaker Explained, operation properties: on-fail"
_DB = """\
primitive db ocf:heartbeat:mysql \\
    op start timeout=120s interval=0 {start}\\
    op stop timeout=120s interval=0 {stop}\\
    op monitor interval=10s timeout=30s
"""


@rule(
    "PA060",
    Severity.ERROR,
    "A failed stop counts as a stop",
    consequence=Consequence.DATA,
    why="with on-fail=ignore Pacemaker takes what it could not stop for stopped, and starts it on another "
    "host: the service runs twice, on the same data or address",
    fix="leave on-fail out: a host on which a stop fails is fenced",
    source=f"{_EXPLAINED}: ignore, pretend the resource did not fail",
    bad=crm(VIP, _DB.format(start="", stop="on-fail=ignore ")),
    good=crm(VIP, _DB.format(start="", stop="on-fail=fence ")),
    points_at="op stop timeout=120s interval=0 on-fail=ignore \\",
)
def pretended(site: Evidence) -> Iterator[Hit | Unknown]:
    for primitive, op in _operations(site):
        if op.name in ("stop", "demote") and op.on_fail == "ignore":
            harmless = primitive.type.lower() in HARMLESS
            what = f"a failed {op.name} of {primitive.id} is ignored"
            yield Hit(op.at, what, severity=Severity.WARNING if harmless else None)


_KEPT = {
    "stop": "is stopped and started nowhere else",
    "block": "is left as it is, and nothing more is done about it",
    "ignore": "counts as running, and is not",
}


@rule(
    "PA061",
    Severity.WARNING,
    "What cannot start on one host is not tried on the other",
    consequence=Consequence.NO_FAILOVER,
    why="a start that fails on one host (a missing file, a full disk) often succeeds on the next, and with "
    "this on-fail nobody tries: the takeover that meets it ends there",
    fix="leave on-fail out of the start: the failed host is banned, and the next is tried",
    source=f"{_EXPLAINED}: stop, block, ignore; start-failure-is-fatal",
    bad=crm(VIP, _DB.format(start="on-fail=stop ", stop="")),
    good=crm(VIP, _DB.format(start="on-fail=restart ", stop="")),
    points_at="op start timeout=120s interval=0 on-fail=stop \\",
)
def kept(site: Evidence) -> Iterator[Hit | Unknown]:
    for primitive, op in _operations(site):
        if op.name == "start" and op.on_fail in _KEPT:
            yield Hit(op.at, f"after a failed start {primitive.id} {_KEPT[op.on_fail]}")


def _operations(site: Evidence) -> Iterator[tuple[Primitive, Op]]:
    """What is done with each resource of every cluster, the devices that fence left out."""
    for cluster in clusters(site):
        for primitive in cluster.primitives:
            if not primitive.fencing:
                yield from ((primitive, op) for op in primitive.ops)
