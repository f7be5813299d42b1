"""Whether the hosts of a VIP say who of them is first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts import VrrpInstance
from fournines.components.keepalived.audit.facts.groups import groups
from fournines.components.keepalived.audit.facts.trackers import weight_of
from fournines.components.keepalived.audit.rules.cross import pair
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.source import ALL_HOSTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place


@rule(
    "KA018",
    Severity.WARNING,
    "More than one host starts as MASTER",
    consequence=Consequence.SPLIT,
    why="each of them announces the VIP at its start: a duplicate address and stale ARP entries until the "
    "election",
    fix="one MASTER, or BACKUP everywhere with nopreempt",
    source="keepalived.conf(5) state",
    bad=pair(keepalived(state="MASTER"), keepalived(state="MASTER", priority=100)),
    good=pair(keepalived(state="MASTER"), keepalived(state="BACKUP", priority=100)),
    points_at="state MASTER",
)
def two_masters(site: Evidence) -> Iterator[Hit | Unknown]:
    for group in groups(site):
        masters = [m for m in group.by_priority if m.state.upper() == "MASTER"]
        for member in masters[1:]:
            first = masters[0]
            yield Hit(
                member.place("state"),
                f"{member.at.host} starts as MASTER (priority {member.priority}), and so does "
                f"{first.at.host} "
                f"(priority {first.priority})",
                related=(first.place("state"),),
            )


@rule(
    "KA019",
    Severity.WARNING,
    "Equal priorities",
    consequence=Consequence.SLOW,
    why="the election then goes by the highest address, weights can only tie, and the intended MASTER does "
    "not get the "
    "VIP back",
    fix="a different priority on every host",
    source="RFC 5798 6.4.3; keepalived.conf(5) priority",
    bad=pair(keepalived(state="MASTER", priority=100), keepalived(priority=100)),
    good=pair(keepalived(state="MASTER", priority=101), keepalived(priority=100)),
    points_at="priority 100",
)
def equal_priorities(site: Evidence) -> Iterator[Hit | Unknown]:
    for instance, at in _at_every_host(site):
        number = instance.priority
        if number is not None and not (instance.backup and instance.nopreempt):
            role = " and MASTER" * (instance.state.upper() == "MASTER")
            yield Hit(at, f"this file is written at every host: priority {number}{role} on all of them")
    for group in groups(site):
        settled = all(member.nopreempt and member.backup for member in group.members)
        weighted = any(weight_of(site, t) for member in group.members for t in member.trackers)
        if settled and not weighted:
            continue  # BACKUP + nopreempt everywhere: whoever has it keeps it, by design
        alike = len({member.priority for member in group.members}) == 1
        meant = alike and all(member.state.upper() == "BACKUP" for member in group.members)
        first: dict[int, VrrpInstance] = {}
        for member in group.by_priority:
            other = first.setdefault(member.priority or 0, member)
            if other is not member:
                late = max(member, other, key=lambda m: (m.backup, m.at))
                early = other if late is member else member
                yield Hit(
                    late.place("priority"),
                    f"priority {member.priority} on {early.at.host} and {late.at.host}",
                    related=(early.place("priority"),),
                    severity=Severity.INFO if meant else None,
                )


def _at_every_host(site: Evidence) -> Iterator[tuple[VrrpInstance, Place]]:
    """The instances of a file that a page has written at every host alike, and where they say their part."""
    for source in site.kinds("keepalived.conf"):
        if ALL_HOSTS in source.typed.values():
            lines = set(source.lines)
            for instance in site.all(VrrpInstance):
                if instance.at.path == source.path and instance.at.line in lines and instance.vips:
                    yield instance, instance.place("priority", "state")
