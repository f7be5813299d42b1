"""Settings that switch off, or never reach, what Pacemaker would do about a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.pacemaker.audit.facts.cluster import clusters
from fournines.components.pacemaker.audit.facts.model import false, true
from fournines.components.pacemaker.audit.rules.example import DRBD, FS, TIED, VIP, crm
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.pacemaker.audit.facts import Cluster, Collection, Primitive
    from fournines.kit.audit.evidence import Evidence

_EXPLAINED = "Pacemaker Explained"


@rule(
    "PA021",
    Severity.ERROR,
    "Hosts that were never seen are taken for dead",
    consequence=Consequence.SPLIT,
    why="with startup-fencing=false a host that starts fences nobody it has not seen: when the link is down "
    "it starts services that run on the other side",
    fix="leave startup-fencing out",
    source=f"{_EXPLAINED}, startup-fencing: setting this to false is unsafe",
    bad=crm(VIP, properties="stonith-enabled=true startup-fencing=false"),
    good=crm(VIP),
    points_at="stonith-enabled=true startup-fencing=false",
)
def unseen(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        said, stonith = cluster.setting("startup-fencing"), cluster.setting("stonith-enabled")
        if said and false(said.value):
            off = stonith is not None and false(stonith.value)
            severity = Severity.INFO if off else None  # without fencing it changes nothing
            yield Hit(said.at, f"startup-fencing is {said.value}", severity=severity)


@rule(
    "PA022",
    Severity.ERROR,
    "A service that stays where it fails",
    consequence=Consequence.NO_FAILOVER,
    why="migration-threshold=0 means never: however often the service fails on its host, even when it cannot "
    "start there at all, it is not moved to another",
    fix="migration-threshold=3 failure-timeout=10min, or leave both out",
    source=f"{_EXPLAINED}, migration-threshold: 0 disables the feature, the node is never ineligible",
    bad=crm(VIP.replace("op monitor", "meta migration-threshold=0 \\\n    op monitor")),
    good=crm(
        VIP.replace("op monitor", "meta migration-threshold=3 failure-timeout=10min \\\n    op monitor")
    ),
    points_at="meta migration-threshold=0 \\",
)
def stays(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        general = cluster.setting("migration-threshold", "rsc_defaults")
        if general and general.value.strip() == "0":
            yield Hit(general.at, "migration-threshold is 0 for every resource")
        yield from _ignored(cluster)
        resources: tuple[Primitive | Collection, ...] = (*cluster.primitives, *cluster.collections)
        for one in resources:
            if one.meta.get("migration-threshold", "").strip() == "0":
                yield Hit(one.place("migration-threshold"), f"migration-threshold of {one.id} is 0")
        for change in cluster.changes:
            if (
                change.values.get("migration-threshold", "").strip() == "0"
                and change.resource not in cluster.ids
            ):
                yield Hit(change.at, f"migration-threshold of {change.resource} is 0")


_PRETENDED = (
    "with on-fail=ignore Pacemaker goes on as if nothing had happened, with block it does nothing more about "
    "the resource, with stop it stops it: it is neither started again nor moved"
)


_LEFT = ("ignore", "block", "stop")


def _ignored(cluster: Cluster) -> Iterator[Hit]:
    """Monitors whose failures are nobody's business."""
    for primitive in cluster.primitives:
        for op in primitive.ops:
            if op.recurring and op.on_fail in _LEFT and not primitive.fencing:
                what = f"a failed monitor of {primitive.id} is answered by {op.on_fail}"
                yield Hit(op.at, what, why=_PRETENDED, fix="leave on-fail out")


@rule(
    "PA023",
    Severity.ERROR,
    "Options of a clone that lack the word meta",
    consequence=Consequence.NO_FAILOVER,
    why="crmsh takes pairs without meta for parameters, which a clone has not: notify, clone-max and "
    "master-max stay at their defaults, and agents such as drbd or pgsql do not work without notify",
    fix="meta before them: ms NAME RESOURCE meta master-max=1 notify=true",
    source="crm(8), ms and clone: [meta META_ATTRIBUTES] [params PARAMS]",
    bad=crm(DRBD.replace("meta promotable=true", "promotable=true"), FS, TIED),
    good=crm(DRBD, FS, TIED),
    points_at="clone ms-drbd-db drbd-db \\",
)
def without_meta(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        for clone in cluster.collections:
            lost = [name for name in clone.loose if name in _CLONE_OPTIONS]
            if clone.kind in ("clone", "promotable") and lost:
                xml = any(story.form == "cib" for story in cluster.stories)
                how = "as instance_attributes, which its resource gets" if xml else "without meta"
                yield Hit(clone.at, f"{clone.id} says {', '.join(lost)} {how}", fix=_XML if xml else "")


_XML = "meta_attributes instead of instance_attributes"


_CLONE_OPTIONS = frozenset(
    """clone-max clone-node-max clone-min notify globally-unique ordered interleave promotable promoted-max
    promoted-node-max master-max master-node-max target-role is-managed""".split()  # noqa: SIM905 - words in a row
)


@rule(
    "PA040",
    Severity.ERROR,
    "DRBD without notifications",
    consequence=Consequence.DOWN,
    why="the agent wants to be told of what the other host's copy does, and refuses to start without: 'you "
    "really should enable notify when using this RA', not configured",
    fix="meta notify=true on the clone",
    source="ocf:linbit:drbd (drbd-utils 9.22), drbd_validate_all; DRBD user's guide, Pacemaker integration",
    bad=crm(DRBD.replace(" notify=true", ""), FS, TIED),
    good=crm(DRBD, FS, TIED),
    points_at="clone ms-drbd-db drbd-db \\",
)
def not_notified(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        for clone in cluster.collections:
            volumes = [p for p in cluster.inside(clone.id) if p.drbd] if clone.promotable else []
            told = "true" if "notify" in clone.loose else clone.meta.get("notify", "")  # PA023 has the former
            silent = [p for p in volumes if not true(p.params.get("ignore_missing_notifications", ""))]
            if silent and not true(told) and not cluster.setting("notify", "rsc_defaults"):
                yield Hit(clone.at, f"{clone.id} does not say notify=true", (silent[0].at,))


_ONE_EACH = ("clone-node-max", "promoted-node-max", "master-node-max")


@rule(
    "PA050",
    Severity.ERROR,
    "More than one instance of a DRBD device on a host",
    consequence=Consequence.DOWN,
    why="a host has one copy of the device: the agent refuses to start ('meta parameter misconfigured')",
    fix="clone-node-max=1 and promoted-node-max=1, or neither: 1 is what counts unless it is said",
    source="ocf:linbit:drbd, drbd_validate_all: meta_expect clone-node-max, master-node-max",
    bad=crm(DRBD.replace("notify=true", "notify=true clone-node-max=2"), FS, TIED),
    good=crm(DRBD.replace("notify=true", "notify=true clone-node-max=1"), FS, TIED),
    points_at="meta promotable=true notify=true clone-node-max=2",
)
def several_on_a_host(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        for clone in cluster.collections:
            said = [name for name in _ONE_EACH if clone.meta.get(name, "1").strip() not in ("1", "")]
            said = [name for name in said if clone.meta[name].strip().isdecimal()]
            if (
                said
                and clone.kind in ("clone", "promotable")
                and any(p.drbd for p in cluster.inside(clone.id))
            ):
                what = f"{clone.id} asks for {clone.meta[said[0]]} instances on one host ({said[0]})"
                yield Hit(clone.place(said[0]), what)
