"""Whether a check with a weight would move the VIP."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts import SyncGroup, VrrpInstance, VrrpScript
from fournines.components.keepalived.audit.facts.groups import group_of, groups, synchronized
from fournines.components.keepalived.audit.facts.trackers import TRACKED, Owner, definition, owners, weight_of
from fournines.components.keepalived.audit.rules.example import keepalived, script
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.keepalived.audit.facts import Tracker
    from fournines.components.keepalived.audit.facts.groups import VrrpGroup
    from fournines.kit.audit.evidence import Evidence

_MAN = "keepalived.conf(5)"


def _effective(priority: int, change: int) -> int:
    """Keepalived keeps an effective priority between 1 and 254 (vrrp.c, vrrp_set_effective_priority)."""
    return max(1, min(254, priority + change))


def _bonus(site: Evidence, member: VrrpInstance) -> int:
    """What positive weights add while everything is well."""
    weights = (weight_of(site, t) or 0 for t in member.trackers if not t.reverse)
    return sum(weight for weight in weights if weight > 0)


@rule(
    "KA005",
    Severity.ERROR,
    "The weight of a check is too small to move the VIP",
    consequence=Consequence.NO_FAILOVER,
    why="after the failure the host still has the highest priority, or an equal one, and a BACKUP that hears "
    "an equal "
    "advert stays BACKUP: the VIP never moves",
    fix="leave the weight out (a failed check is then FAULT, whatever the priorities), or make it larger "
    "than the "
    "gap between the priorities",
    source="RFC 5798 6.4.2; acassen/keepalived #2599, #942",
    bad={
        "node1/keepalived.conf": keepalived(check=script(weight=-10), state="MASTER", priority=150),
        "node2/keepalived.conf": keepalived(check=script(weight=-10), priority=100),
    },
    good={
        "node1/keepalived.conf": keepalived(check=script(weight=-60), state="MASTER", priority=150),
        "node2/keepalived.conf": keepalived(check=script(weight=-60), priority=100),
    },
    points_at="weight -10",
)
def weight_too_small(site: Evidence) -> Iterator[Hit | Unknown]:
    grouped = {member.at for group in groups(site) for member in group.members}
    for instance in site.all(VrrpInstance):
        template = _template(site, instance) if instance.at not in grouped else None
        for tracker in instance.trackers if instance.at not in grouped else ():
            weight = weight_of(site, tracker)
            if template and weight and not tracker.reverse:
                yield from _template_holds(site, instance, tracker, template)
            elif weight and not tracker.reverse:
                yield Unknown(
                    tracker.at,
                    f"whether weight {weight_of(site, tracker)} moves the VIP: no other host of "
                    f"{instance.name} was given",
                )
    for group in groups(site):
        for member in group.by_priority:
            for tracker in member.trackers:
                yield from _holds_on(site, group, member, tracker)


_COMMENT = re.compile(
    r"(?i)\A[^#!]*+[#!].*?(?<!\d)(\d{1,9})\D{1,12}master\w*\W+(?:and\s+)?(\d{1,9})\D{1,12}(?:backup|slave|other)"
)


def _template(site: Evidence, instance: VrrpInstance) -> tuple[int, int] | None:
    """The priorities of master and backup where a comment names both: ``# 101 on master, 100 on backups``."""
    at = instance.place("priority")
    return site.derived(_templates).get((at.path, at.line))


def _templates(site: Evidence) -> dict[tuple[str, int], tuple[int, int]]:
    """The two priorities of every such comment, by file and line."""
    return {
        (source.path, number): (int(said.group(1)[:3]), int(said.group(2)[:3]))
        for source in site.kinds("keepalived.conf")
        if not source.lines and "master" in source.text.lower()
        for number, line in enumerate(source.text.split("\n"), start=1)
        if (said := _COMMENT.search(line[:_LONGEST_COMMENT]))
    }


_LONGEST_COMMENT = 500


def _template_holds(
    site: Evidence, instance: VrrpInstance, tracker: Tracker, template: tuple[int, int]
) -> Iterator[Hit]:
    """A weight against the two priorities a comment names."""
    master, backup = template
    weight = weight_of(site, tracker) or 0
    bonus = max(weight, 0)
    if master > backup and _effective(backup, bonus) <= _effective(master, min(weight, 0)):
        defined = definition(site, tracker)
        yield Hit(
            defined.place("weight") if defined and tracker.weight is None else tracker.at,
            f"when {tracker.name} fails the master has priority {_effective(master, min(weight, 0))}, and "
            f"the backup offers {_effective(backup, bonus)}",
            related=(instance.place("priority"),),
        )


def _holds_on(site: Evidence, group: VrrpGroup, member: VrrpInstance, tracker: Tracker) -> Iterator[Hit]:
    weight = weight_of(site, tracker)
    if not weight or tracker.reverse or member.priority is None:
        return
    below = [
        o for o in group.by_priority if (o.priority or 0) < member.priority and o.at.host != member.at.host
    ]
    if not below:
        return
    failed = _effective(member.priority, _bonus(site, member) - max(weight, 0) + min(weight, 0))
    rival = max(below, key=lambda other: _effective(other.priority or 0, _bonus(site, other)))
    reached = _effective(rival.priority or 0, _bonus(site, rival))
    if reached > failed:
        return
    defined = definition(site, tracker)
    at = tracker.at if tracker.weight is not None or defined is None else defined.place("weight")
    tie = " (a tie does not move it)" if reached == failed else ""
    yield Hit(
        at,
        f"when {tracker.name} fails on {member.at.host or member.name} its priority is {failed}, "
        f"and {rival.at.host or rival.name} offers {reached}{tie}",
        related=(member.place("priority"), rival.place("priority")),
    )


@rule(
    "KA006",
    Severity.ERROR,
    "nopreempt together with a weighted check",
    consequence=Consequence.NO_FAILOVER,
    why="a weight only lowers the priority of the living master, and with nopreempt nobody takes over from a "
    "living "
    "master: the VIP stays with the dead service",
    fix="leave the weight out: a failed check is then FAULT, which gives the VIP away also under nopreempt",
    source="acassen/keepalived #2599 (maintainer), #2379",
    bad={"keepalived.conf": keepalived("nopreempt", check=script(weight=-20))},
    good={"keepalived.conf": keepalived("nopreempt")},
    points_at="nopreempt",
)
def nopreempt_with_weight(site: Evidence) -> Iterator[Hit | Unknown]:
    for instance in site.all(VrrpInstance):
        if not instance.nopreempt or instance.state.upper() == "MASTER" or _is_preempted(site, instance):
            continue  # with state MASTER keepalived drops nopreempt: KA007 says so
        weighted = [t for t in instance.trackers if _elsewhere(instance, t) and weight_of(site, t)]
        if weighted and not any(weight_of(site, t) == 0 for t in instance.trackers if t.kind == "script"):
            names = ", ".join(f"{t.name} (weight {weight_of(site, t)})" for t in weighted)
            definitions = [d.place("weight") for t in weighted if (d := definition(site, t))]
            yield Hit(
                instance.place("nopreempt"),
                f"{instance.name} has nopreempt and tracks {names}",
                related=tuple(definitions),
            )


def _elsewhere(instance: VrrpInstance, tracker: Tracker) -> bool:
    """Whether adverts go on when this fails: they do not where it is the interface that sends them."""
    return tracker.kind != "interface" or tracker.name != instance.interface


def _is_preempted(site: Evidence, instance: VrrpInstance) -> bool:
    """Whether every other host takes over from one with a lower priority: nopreempt is the taker's."""
    group = group_of(site, instance)
    others = [member for member in group.members if member.at != instance.at] if group else []
    return bool(others) and not any(member.nopreempt for member in others)


@rule(
    "KA023",
    Severity.ERROR,
    "A check whose success is a failure",
    consequence=Consequence.DOWN,
    why="'weight 0 reverse' puts the instance into FAULT while the check succeeds: a healthy host never "
    "holds the VIP",
    fix="remove reverse, unless the script really reports health by failing",
    source=f"{_MAN}, vrrp_script weight",
    bad={"keepalived.conf": keepalived(check=script(weight="0 reverse"))},
    good={"keepalived.conf": keepalived()},
    points_at="weight 0 reverse",
)
def reversed_check(site: Evidence) -> Iterator[Hit | Unknown]:
    for script_ in site.all(VrrpScript):
        if script_.reverse and script_.weight == 0:
            yield Hit(script_.place("weight"), f"{script_.name} takes the VIP away while it succeeds")
    for owner in owners(site):
        for tracker in owner.trackers:
            if tracker.reverse and tracker.weight == 0 and tracker.kind == "script":
                yield Hit(tracker.at, f"{tracker.name} takes the VIP away while it succeeds")


@rule(
    "KA039",
    Severity.WARNING,
    "Weights inside a sync group are ignored",
    consequence=Consequence.NO_FAILOVER,
    why="the instances of a sync group move together, and trackers with a weight are not used for that: a "
    "failed check "
    "changes nothing",
    fix="use weight 0 (FAULT) in the group, or sync_group_tracking_weight with equal priorities",
    source=f"{_MAN}, VRRP synchronization group(s)",
    bad={
        "keepalived.conf": keepalived(
            check=script(weight=-20), head="vrrp_sync_group VG_1 {\n    group {\n        VI_1\n    }\n}"
        )
    },
    good={"keepalived.conf": keepalived(head="vrrp_sync_group VG_1 {\n    group {\n        VI_1\n    }\n}")},
    points_at="check_haproxy",
)
def weight_in_group(site: Evidence) -> Iterator[Hit | Unknown]:
    for group in site.all(SyncGroup):
        if group.has("sync_group_tracking_weight"):
            continue
        moved: tuple[Owner, ...] = (group, *synchronized(site, group.at.host, group))
        for owner in moved:
            for tracker in owner.trackers:
                if tracker.kind in TRACKED and weight_of(site, tracker):
                    yield Hit(
                        tracker.at,
                        f"{tracker.name} has weight {weight_of(site, tracker)} in sync group {group.name}",
                        related=(group.at,),
                    )
