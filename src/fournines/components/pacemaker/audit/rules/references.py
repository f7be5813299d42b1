"""Whether what is named exists, and whether what belongs together is tied together."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from fournines.components.pacemaker.audit.facts.carried import carried_on
from fournines.components.pacemaker.audit.facts.cluster import clusters
from fournines.components.pacemaker.audit.facts.model import Collection, placeholder
from fournines.components.pacemaker.audit.rules.example import DRBD, FS, TIED, VIP, crm
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.pacemaker.audit.facts import Cluster, Constraint, Primitive, Ref
    from fournines.kit.audit.evidence import Evidence

_WEB = """\
primitive web systemd:nginx \\
    op monitor interval=10s
group g-web vip {}
"""


@rule(
    "PA007",
    Severity.ERROR,
    "A resource is named that nobody defines",
    consequence=Consequence.DOWN,
    why="the tools refuse the whole statement ('refers to missing object'): the group or constraint does "
    "not exist",
    fix="the id as it is defined, or define it",
    source="crm configure; crm_verify; pcs: 'resource does not exist'",
    bad=crm(VIP, _WEB.format("wbe")),
    good=crm(VIP, _WEB.format("web")),
    points_at="group g-web vip wbe",
)
def undefined(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        statements: list[Collection | Constraint] = [*cluster.collections, *cluster.constraints]
        for statement in statements:
            refs = _refs(statement)
            missing = [ref for ref in refs if not _known(cluster, ref)]
            for ref in missing:
                said = _carried_on(site, ref) or _missing(
                    cluster, statement, ref, alone=len(missing) == len(refs)
                )
                if isinstance(said, Unknown) or not _swallowed(site, ref):
                    yield said


def _carried_on(site: Evidence, ref: Ref) -> Hit | None:
    """The backslash that makes the definition of a resource part of the statement before it."""
    at = site.derived(carried_on).get((ref.at.path, ref.id))
    what = f"the backslash carries the statement on: the definition of {ref.id} below is part of it"
    return Hit(at, what, (ref.at,), fix="no backslash on that line") if at else None


def _swallowed(site: Evidence, ref: Ref) -> bool:
    """Whether another command took the resource's creation for its own words: SY034 has it, at its cause."""
    name = ref.id.removesuffix("-clone").removesuffix("-master")
    return any(
        node.key == "pcs" and "pcs" in node.args and name in node.args[node.args.index("pcs") :]
        for source in site.sources
        for node in (source.nodes if source.kind in _SHELL else ())
    )


_SHELL = frozenset({"script", "commands", "cluster commands"})


def _refs(statement: Collection | Constraint) -> tuple[Ref, ...]:
    return statement.members if isinstance(statement, Collection) else statement.refs


def _known(cluster: Cluster, ref: Ref) -> bool:
    return not ref.id or ref.id in cluster.ids or placeholder(ref.id)


_MOST_COMPARED = 300
"""Ids among which a misspelt one is looked for: more than any cluster has, and rubbish stays cheap."""


def _missing(cluster: Cluster, statement: Collection | Constraint, ref: Ref, *, alone: bool) -> Hit | Unknown:
    near = cluster.ids if len(cluster.ids) < _MOST_COMPARED else ()
    close = get_close_matches(ref.id, near, 1, 0.8)
    where = f"{statement.kind} {statement.id}".strip()
    if ref.id.startswith(_AGENTS) and cluster.stories:
        what = f"{where} names the agent {ref.id} where the id of a resource belongs"
        return Hit(ref.at, what, fix=f"primitive NAME {ref.id}, and that name here")
    known = cluster.builds or all(s.form == "crm" for s in cluster.stories)
    if cluster.whole or (known and not alone) or (close and not _pcs_only(cluster, ref.at.path)):
        hint = f", but {close[0]} is" if close else ""
        return Hit(ref.at, f"{where} names {ref.id}, which is not defined{hint}")
    return Unknown(ref.at, f"{where} names {ref.id}, which is defined in no file given")


_AGENTS = ("ocf:", "systemd:", "lsb:", "service:", "stonith:")


def _pcs_only(cluster: Cluster, path: str) -> bool:
    """Whether a file has commands of pcs alone, and of a cluster that is there already."""
    told = [story for story in cluster.stories if story.at.path == path]
    return all(story.form == "pcs" for story in told) and not any(story.builds for story in told)


def _promotable_drbd(cluster: Cluster) -> list[tuple[Collection, Primitive]]:
    clones = [c for c in cluster.collections if c.kind in ("promotable", "clone")]
    return [(clone, p) for clone in clones for p in cluster.inside(clone.id) if p.drbd]


def _on_drbd(primitive: Primitive) -> bool:
    device = primitive.params.get("device", "") + primitive.params.get("path", "")
    return "/drbd" in device


def _of(drbd: Primitive, primitive: Primitive) -> bool:
    """Whether a device path is that of this DRBD resource; a bare number may be anybody's."""
    device = primitive.params.get("device", "")
    name = drbd.params.get("drbd_resource", "")
    if "/by-res/" in device and name:
        return f"/by-res/{name}" in device
    return True


class Ties:
    """What follows the promotion of a DRBD device, by order and by colocation, directly or in a chain."""

    def __init__(self, cluster: Cluster, clone: Collection) -> None:
        self.cluster = cluster
        start = {clone.id, *clone.aliases}
        self.ordered = self._chain(start, "order")
        self.placed = self._chain(start, "colocation")

    def _chain(self, start: set[str], kind: str) -> set[str]:
        reached: set[str] = set()
        constraints = [c for c in self.cluster.constraints if c.kind == kind and not c.forbids]
        grown = True
        while grown:
            before = len(reached)
            for constraint in constraints:
                reached |= self._follow(constraint, start, reached)
            grown = len(reached) > before
        return reached

    def _follow(self, constraint: Constraint, start: set[str], reached: set[str]) -> set[str]:
        refs = constraint.refs if constraint.kind == "order" else tuple(reversed(constraint.refs))
        found: set[str] = set()
        tied = False
        for ref in refs:
            if tied:
                found |= {p.id for p in self.cluster.inside(ref.id)} | {ref.id}
            tied = tied or (ref.id in start and ref.promoted) or ref.id in reached
        if constraint.kind == "colocation" and not found:  # in sets the first named may be the leader
            found = self._set(constraint, start)
        return found

    def _set(self, constraint: Constraint, start: set[str]) -> set[str]:
        if len(constraint.refs) < 3 or not any(r.id in start and r.promoted for r in constraint.refs):  # noqa: PLR2004
            return set()
        return {p.id for ref in constraint.refs for p in self.cluster.inside(ref.id)}


@rule(
    "PA008",
    Severity.ERROR,
    "Nothing ties the service to the promoted DRBD device",
    consequence=Consequence.NO_FAILOVER,
    why="the file system is mounted where DRBD is secondary, or before it is promoted: the start fails and "
    "the service is banned from the host",
    fix="colocation with the Promoted role and order promote before start",
    source="DRBD user's guide, adding a DRBD-backed service to the cluster",
    bad=crm(DRBD, FS, "order drbd-then-fs Mandatory: ms-drbd-db:promote fs-db:start\n"),
    good=crm(DRBD, FS, TIED),
    points_at="primitive fs-db ocf:heartbeat:Filesystem \\",
)
def untied(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        pairs = _promotable_drbd(cluster)
        users = [p for p in cluster.primitives if _on_drbd(p)]
        ties = {clone.id: Ties(cluster, clone) for clone, _ in pairs}
        for user in users:
            mine = [(clone, drbd) for clone, drbd in pairs if _of(drbd, user)]
            ordered = any(user.id in ties[clone.id].ordered for clone, _ in mine)
            placed = any(user.id in ties[clone.id].placed for clone, _ in mine)
            if mine and not (ordered and placed) and (cluster.builds or cluster.constraints):
                lacks = " nor ".join(
                    text
                    for there, text in (
                        (ordered, "ordered behind the promotion"),
                        (placed, "placed with the promoted instance"),
                    )
                    if not there
                )
                what = f"{user.id} is not {lacks} of {mine[0][0].id}"
                loose = _loose(cluster, user, mine[0][0], placed=placed, ordered=ordered)
                if loose:
                    name = f"{loose.kind} {loose.id}" if loose.id else f"the {loose.kind}"
                    what += f": {name} does not ask for the promoted instance"
                yield Hit(loose.at if loose else user.at, what, related=(user.at, mine[0][0].at))
        for clone, _ in pairs:
            yield from _beside_any(cluster, clone, ties[clone.id])
        if pairs and not users and cluster.whole and not cluster.constraints:
            place = next((s.constraints for s in cluster.stories if s.constraints), pairs[0][0].at)
            names = ", ".join(clone.id for clone, _ in pairs)
            related = tuple(clone.at for clone, _ in pairs)
            yield Hit(
                place, f"no order and no colocation with {names}: nothing follows DRBD", related=related
            )


def _beside_any(cluster: Cluster, clone: Collection, ties: Ties) -> Iterator[Hit]:
    """What starts behind the promotion, and is placed beside any instance of the device."""
    users = {p.id for p in cluster.primitives if _on_drbd(p)}
    for constraint in cluster.constraints:
        if constraint.kind != "colocation" or constraint.forbids or len(constraint.refs) != 2:  # noqa: PLR2004
            continue
        follower, leader = constraint.refs
        inside = {follower.id, *(p.id for p in cluster.inside(follower.id))}
        loose = leader.id in {clone.id, *clone.aliases} and not leader.role and not users & inside
        if loose and inside & ties.ordered and not inside & ties.placed:
            what = f"{follower.id} is started behind the promotion of {clone.id}, but not placed with it"
            yield Hit(constraint.at, what, (clone.at,))


def _loose(
    cluster: Cluster, user: Primitive, clone: Collection, *, placed: bool, ordered: bool
) -> Constraint | None:
    """The constraint that was meant to tie them and leaves out the role: the line to mend."""
    lacking = [kind for kind, there in (("colocation", placed), ("order", ordered)) if not there]
    mine, its = cluster.names_of(user.id), {clone.id, *clone.aliases}
    between = [
        c
        for c in cluster.constraints
        if c.kind in lacking and not c.forbids and mine & (ids := {ref.id for ref in c.refs}) and its & ids
    ]
    return min(between, key=lambda c: lacking.index(c.kind), default=None)


@rule(
    "PA015",
    Severity.ERROR,
    "Lines that lack the backslash before them",
    consequence=Consequence.DOWN,
    why="crmsh takes each line for a statement of its own: 'params' and 'op' are syntax errors, and the "
    "resource is made without them or not at all",
    fix="a backslash at the end of every line that goes on",
    source="run with crmsh 4.4.1; crm(8), configure",
    bad={"vip.crm": VIP.replace(" \\", "")},
    good={"vip.crm": VIP},
    points_at="params ip=10.0.0.20 cidr_netmask=24",
)
def no_backslash(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        paths = dict.fromkeys(story.at.path for story in cluster.stories)
        for path in paths:
            texts = [story.broken for story in cluster.stories if story.at.path == path and story.broken]
            broken = [place for places in texts for place in places]
            if broken:
                count = f"{len(broken)} lines go" if len(broken) > 1 else "this line goes"
                first = tuple(places[0] for places in texts)  # of each text, before the rest: a list is cut
                what = f"{count} on with a statement that has ended"
                yield Hit(broken[0], what, related=(*first[1:], *broken[1:]))


_SERVICE = """\
primitive app systemd:app \\
    op monitor interval=10s
group g-app {}
"""


@rule(
    "PA018",
    Severity.INFO,
    "The address is up before the service behind it",
    consequence=Consequence.ERRORS,
    why="clients connect as soon as the VIP answers, and are refused until the service has started",
    fix="the VIP last in the group, unless the service binds to it",
    source="Pacemaker Explained, Groups: started in order",
    bad=crm(VIP, _SERVICE.format("vip app")),
    good=crm(VIP, _SERVICE.format("app vip")),
    points_at="group g-app vip app",
)
def vip_first(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        for group in cluster.collections:
            members = cluster.inside(group.id) if group.kind == "group" else ()
            if len(members) < 2 or not members[0].address:  # noqa: PLR2004 - alone it is before nobody
                continue
            address = members[0].address
            binds = any(address in value for m in members[1:] for value in m.params.values())
            if not binds and any(not m.address for m in members[1:]):
                yield Hit(group.at, f"{group.id} starts {members[0].id} ({address}) before {members[-1].id}")
