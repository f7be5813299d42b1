"""Where resources may run at all: rules of location that leave them one host, or none."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from fournines.components.pacemaker.audit.facts.cluster import clusters
from fournines.components.pacemaker.audit.facts.model import false
from fournines.components.pacemaker.audit.rules.example import VIP, crm
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fournines.components.pacemaker.audit.facts import Cluster, Constraint
    from fournines.kit.audit.evidence import Evidence

_BANS = "location not-node{0} vip -inf: node{0}\n"
_TOOLS = ("cli-", "drbd-fence-by-handler")
"""Beginnings of ids that tools give to their own rules: PA016 speaks of those that are left."""
_PAIR = 2


@rule(
    "PA036",
    Severity.ERROR,
    "Resources that may run nowhere",
    consequence=Consequence.DOWN,
    why="with symmetric-cluster=false a resource runs only where a rule of location allows it, and nothing "
    "allows this one anywhere: it stays stopped",
    fix="a location with a positive score for each host, or leave symmetric-cluster out",
    source="Pacemaker Explained, Asymmetrical opt-in clusters",
    bad=crm(VIP, properties="stonith-enabled=true symmetric-cluster=false"),
    good=crm(VIP),
    points_at="primitive vip ocf:heartbeat:IPaddr2 \\",
)
def nowhere(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        said = cluster.setting("symmetric-cluster")
        if not said or not false(said.value) or not cluster.builds:
            continue
        allowed = {ref.id for c in _locations(cluster) if not c.forbids for ref in c.refs}
        lost = [p for p in cluster.primitives if not p.fencing and not cluster.names_of(p.id) & allowed]
        if lost:
            named = ", ".join(p.id for p in lost[:3])
            what = f"no location allows {named} on any host"
            yield Hit(lost[0].at, what, (said.at, *(p.at for p in lost[1:])))


@rule(
    "PA037",
    Severity.WARNING,
    "A service that may run on one host only",
    consequence=Consequence.NO_FAILOVER,
    why="a score of -INFINITY is for ever: when the one host that is left dies, the service stays down "
    "although others live",
    fix="a preference (location ... 100: HOST) instead of the bans",
    source="Pacemaker Explained, Location constraints: -INFINITY",
    bad=crm(VIP, _BANS.format(2), _BANS.format(3), nodes=3),
    good=crm(VIP, _BANS.format(3), nodes=3),
    points_at="location not-node2 vip -inf: node2",
)
def one_host(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        told: set[Constraint] = set()
        banning = _banning(cluster)
        for primitive in cluster.primitives if len(cluster.voters) >= _PAIR else ():
            found = {number: c for name in cluster.names_of(primitive.id) for number, c in banning[name]}
            bans = [found[number] for number in sorted(found)]
            left = _left(cluster.voters, bans) if bans and not primitive.fencing else []
            if len(left) == 1 and bans[0] not in told:
                told.add(bans[0])
                what = f"{bans[0].refs[0].id} may run on {left[0]} only"
                yield Hit(bans[0].at, what, tuple(c.at for c in bans[1:]))


def _locations(cluster: Cluster) -> list[Constraint]:
    return [c for c in cluster.constraints if c.kind == "location" and not c.id.startswith(_TOOLS)]


def _banning(cluster: Cluster) -> defaultdict[str, list[tuple[int, Constraint]]]:
    """The bans on each resource with their number among all: each resource would go through all of them."""
    table: defaultdict[str, list[tuple[int, Constraint]]] = defaultdict(list)
    for number, constraint in enumerate(_locations(cluster)):
        if any(_never(score) for _, score in constraint.nodes):
            for name in {ref.id for ref in constraint.refs}:
                table[name].append((number, constraint))
    return table


def _never(score: str) -> bool:
    return score.strip().lower() in ("-inf", "-infinity")


def _left(voters: Sequence[str], bans: Sequence[Constraint]) -> list[str]:
    """The voters that no ban keeps a resource from; ``!node`` stands for every node but one."""
    never = {name for ban in bans for name, score in ban.nodes if _never(score)}
    spared = {name[1:] for name in never if name.startswith("!")}
    return [node for node in voters if node not in never and spared <= {node}]
