"""What somebody switched off, moved or banned by hand, and left so."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from fournines.components.pacemaker.audit.facts.cluster import clusters
from fournines.components.pacemaker.audit.facts.model import Primitive, false, true
from fournines.components.pacemaker.audit.rules.example import VIP, crm
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.listed import first_few

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fournines.components.pacemaker.audit.facts import Cluster, Collection
    from fournines.components.pacemaker.audit.facts.model import Constraint
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place


@rule(
    "PA016",
    Severity.WARNING,
    "Left switched off",
    consequence=Consequence.NO_FAILOVER,
    why="what somebody stopped, unmanaged or banned by hand stays so: at the next failure nothing happens, "
    "or not on every host",
    fix="maintenance-mode=false, pcs resource manage, pcs resource enable, pcs node unstandby, crm resource "
    "clear, as the case may be",
    source="Pacemaker Explained, maintenance-mode, is-managed, target-role; crm_resource(8) --ban, --clear",
    bad=crm(VIP, "location cli-ban-vip-on-node1 vip -inf: node1\n"),
    good=crm(VIP, "location vip-likes-node1 vip 50: node1\n"),
    points_at="location cli-ban-vip-on-node1 vip -inf: node1",
)
def switched_off(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        for name in ("maintenance-mode", "stop-all-resources"):
            said = cluster.setting(name)
            if said and true(said.value) and not _replaced(site, said.at):
                yield Hit(said.at, f"{name} is {said.value}", fix=f"pcs property set {name}=false")
        managed = cluster.setting("is-managed", "rsc_defaults") or cluster.setting("is-managed-default")
        if managed and false(managed.value):
            fix = f"take {managed.name} out of the defaults, or set it to true"
            yield Hit(managed.at, f"{managed.name} is {managed.value}: Pacemaker only looks on", fix=fix)
        yield from _left(cluster)


def _replaced(site: Evidence, at: Place) -> bool:
    """Whether commands of the same text put another configuration in the place of what is set here."""
    return any(
        at.line < source.at(node).line and _REPLACES.search(" ".join(node.words))
        for source in site.sources
        if source.path == at.path
        for node in source.commands
    )


_REPLACES = re.compile(
    r"^crm configure load(?: xml)? replace |^pcs cluster cib-push |^cibadmin (?:-R|--replace)"
)


_UNFENCE = (
    "see that both sides are UpToDate, then delete it; an unfence-peer (DRBD 8: after-resync-target) handler "
    "does it after each resynchronisation"
)


_OFF: dict[str, Callable[[str], bool]] = {
    "is-managed": false,
    "maintenance": true,
    "target-role": lambda value: value.lower() == "stopped",
}
"""Meta attributes that switch a resource off, and by which values."""


_ON = {
    "is-managed": "pcs resource manage {0} (crm resource manage {0})",
    "maintenance": "pcs resource meta {0} maintenance=false (crm resource maintenance {0} off)",
    "target-role": "pcs resource enable {0} (crm resource start {0})",
}


_CLEAR = (
    "pcs resource clear {0} (crm resource clear {0}; crm_resource --clear --resource {0}); next time with a "
    "lifetime, after which it is gone by itself"
)


def _whose(constraint: Constraint) -> str:
    return constraint.refs[0].id if constraint.refs else "RESOURCE"


def _left(cluster: Cluster) -> Iterator[Hit]:
    yield from _held(cluster)
    for constraint in cluster.constraints:
        if constraint.id.startswith(("cli-ban-", "cli-standby-")):
            whose = _whose(constraint)
            host = next((name for name, _ in constraint.nodes if not name.startswith("!")), "a host")
            what = f"{constraint.id} was left by a move or ban by hand: it keeps {whose} off {host}"
            yield Hit(constraint.at, what, fix=_CLEAR.format(whose))
        elif constraint.id.startswith("drbd-fence-by-handler-"):
            what = f"{constraint.id} was left by DRBD's fence-peer handler: one host only may be promoted"
            yield Hit(constraint.at, what, fix=_UNFENCE)
    for member in cluster.members:
        if member.standby:
            fix = f"pcs node unstandby {member.name} (crm node online {member.name})"
            yield Hit(member.at, f"{member.name} is in standby: it runs nothing", fix=fix)


def _held(cluster: Cluster) -> Iterator[Hit]:
    """What is off by its own meta attributes; what one text has off in one way is said once."""
    found: dict[tuple[str, str, str, str], list[tuple[Place, str]]] = defaultdict(list)
    resources: list[Primitive | Collection] = [*cluster.primitives, *cluster.collections]
    for held in resources:
        for name, off in _OFF.items():
            value = held.meta.get(name, "")
            if value and off(value):
                place = held.place(name) if isinstance(held, Primitive) else held.at
                found[name, value, place.path, place.host].append((place, held.id))
    for (name, value, *_), places in found.items():
        (first, resource), *others = sorted(places, key=lambda pair: pair[0].line)
        if not others:
            yield Hit(first, f"{name} of {resource} is {value}", fix=_ON[name].format(resource))
            continue
        ids = [resource, *(other for _, other in others)]
        what = f"{name} of {first_few(ids, _NAMED)} is {value}"
        fix = f"each that is to run: {_ON[name].format('RESOURCE')}"
        yield Hit(first, what, related=tuple(place for place, _ in others), fix=fix)


_NAMED = 6
"""Resources that are named in one sentence."""


_WEIGHED = (
    "a score is weighed against resource-stickiness: where it is the greater, the resource goes back when "
    "its host returns, a second outage"
)


@rule(
    "PA041",
    Severity.WARNING,
    "A move by hand is still in force",
    consequence=Consequence.SLOW,
    why="INFINITY is more than any stickiness: the resource leaves a lost host like any other, and goes back "
    "the moment that host returns, a second outage, however unwell the host is",
    fix="pcs resource clear RESOURCE (crm resource clear RESOURCE)",
    source="crm_resource(8) --move, --clear; Pacemaker Explained, resource-stickiness",
    bad=crm(VIP, "location cli-prefer-vip vip inf: node1\n"),
    good=crm(VIP, "location vip-likes-node1 vip 50: node1\n"),
    points_at="location cli-prefer-vip vip inf: node1",
)
def moved_by_hand(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        for constraint in cluster.constraints:
            if not constraint.id.startswith("cli-prefer-"):
                continue
            whose = _whose(constraint)
            host, score = constraint.nodes[0] if constraint.nodes else ("one host", constraint.score)
            finite = score.lstrip("+").isdigit() and int(score) < _INFINITY
            yield Hit(
                constraint.at,
                f"{constraint.id} was left by a move by hand: {whose} prefers {host}"
                + (f" by {score}" if finite else ", whatever else is said"),
                why=_WEIGHED if finite else "",
                fix=_CLEAR.format(whose),
                severity=Severity.INFO if finite else None,
            )


_INFINITY = 1_000_000
"""Scores from here on are infinite; Pacemaker Explained, Scores."""
