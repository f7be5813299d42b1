"""Whether keepalived would notice that the service died, and act on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts import (
    SyncGroup,
    VrrpInstance,
    VrrpScript,
)
from fournines.components.keepalived.audit.facts.includes import before, incomplete
from fournines.components.keepalived.audit.facts.trackers import (
    TRACKED,
    defined,
    definition,
    owners,
    trackers_of_scripts,
)
from fournines.components.keepalived.audit.rules.example import CHECK, keepalived
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_MAN = "keepalived.conf(5)"
_MOST_NAMED = 20


@rule(
    "KA001",
    Severity.ERROR,
    "A tracked script, process or file is not defined",
    consequence=Consequence.NO_FAILOVER,
    why="keepalived logs 'not found, ignoring' and runs without the check: the VIP stays where the service "
    "is dead",
    fix="write the name as it is defined",
    source="keepalived 2.2.7: 'track script X not found, ignoring...'",
    bad={"keepalived.conf": keepalived(tracked="track_script {\n    chceck_haproxy\n}")},
    good={"keepalived.conf": keepalived()},
    points_at="chceck_haproxy",
)
def undefined_tracker(site: Evidence) -> Iterator[Hit | Unknown]:
    for owner in owners(site):
        for tracker in owner.trackers:
            if tracker.kind not in TRACKED or definition(site, tracker):
                continue
            said = f"{owner.name} tracks {tracker.kind} {tracker.name}, which is not defined"
            if incomplete(site, tracker.at.host):
                yield Unknown(tracker.at, f"{said} in the files given; it may be in an included file")
                continue
            known = ", ".join(d.name for d in defined(site, tracker)[:_MOST_NAMED])
            yield Hit(tracker.at, f"{said}{f' (defined: {known})' if known else ''}")


@rule(
    "KA002",
    Severity.ERROR,
    "A tracked script is defined after the instance that tracks it",
    consequence=Consequence.NO_FAILOVER,
    why="keepalived resolves the name while it reads the instance: a definition that comes later is 'not "
    "found, "
    "ignoring', and the instance runs without the check",
    fix="move the vrrp_script above the vrrp_instance",
    source="run on keepalived 2.2.7; vrrp_track.c alloc_track_script, also in 2.4",
    bad={"keepalived.conf": keepalived(check="") + "\n" + CHECK.strip("\n")},
    good={"keepalived.conf": keepalived()},
    points_at="check_haproxy",
)
def defined_too_late(site: Evidence) -> Iterator[Hit | Unknown]:
    for owner in site.all(VrrpInstance):
        for tracker in owner.trackers:
            known = definition(site, tracker)
            if known and before(site, tracker.at, known.at):
                where = f"line {known.at.line}" if known.at.path == tracker.at.path else f"{known.at}"
                yield Hit(
                    tracker.at,
                    f"{tracker.name} is defined in {where}, behind {owner.name} that tracks it",
                    related=(known.at,),
                )


@rule(
    "KA003",
    Severity.ERROR,
    "A vrrp_script is tracked by nobody",
    consequence=Consequence.NO_FAILOVER,
    why="a script runs only if an instance or sync group monitors it: this check never happens",
    fix="name it in the track_script of the instance",
    source=f"{_MAN}, VRRP script(s): 'the script will only be executed if at least one VRRP instance "
    f"monitors it'",
    bad={"keepalived.conf": keepalived(tracked="")},
    good={"keepalived.conf": keepalived()},
    points_at="vrrp_script check_haproxy {",
)
def untracked_script(site: Evidence) -> Iterator[Hit | Unknown]:
    for script_ in site.all(VrrpScript):
        host = script_.at.host
        nobody = not site.on(host, VrrpInstance) and not site.on(host, SyncGroup)
        if nobody or incomplete(site, host):
            continue
        if script_.name not in trackers_of_scripts(site, host):
            yield Hit(script_.at, f"no instance tracks {script_.name}: it is never run")
