"""Words that Pacemaker takes and nobody ever asks for, and words that its tools refuse."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from fournines.components.pacemaker.audit.facts.cluster import clusters
from fournines.components.pacemaker.audit.facts.model import Refused, Story
from fournines.components.pacemaker.audit.rules.example import VIP, crm
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_PROPERTIES = frozenset(
    """batch-limit cluster-delay cluster-infrastructure cluster-ipc-limit cluster-name
    cluster-recheck-interval
    concurrent-fencing crmd-finalization-timeout crmd-integration-timeout crmd-transition-delay dc-deadtime
    dc-version default-action-timeout default-resource-failure-stickiness default-resource-stickiness
    election-timeout enable-acl enable-startup-probes expected-quorum-votes fence-reaction fencing-action
    fencing-enabled fencing-max-attempts fencing-reaction fencing-timeout fencing-watchdog-timeout
    have-watchdog is-managed-default join-finalization-timeout join-integration-timeout last-lrm-refresh
    load-threshold maintenance-mode migration-limit no-quorum-policy node-action-limit node-health-base
    node-health-green node-health-red node-health-strategy node-health-yellow node-pending-timeout
    notification-agent notification-recipient pe-error-series-max pe-input-series-max pe-warn-series-max
    placement-strategy priority-fencing-delay remove-after-stop shutdown-escalation shutdown-lock
    shutdown-lock-limit start-failure-is-fatal startup-fencing stonith-action stonith-enabled
    stonith-max-attempts stonith-timeout stonith-watchdog-timeout stop-all-resources stop-orphan-actions
    stop-orphan-resources stop-removed-actions stop-removed-resources symmetric-cluster
    transition-delay""".split()  # noqa: SIM905 - a list would be a page long
)
"""The options of the cluster, of Pacemaker 1.1 to 3 (Pacemaker Explained, Cluster Options)."""
_CLOSE = 0.85
_LONGEST = 40


@rule(
    "PA045",
    Severity.WARNING,
    "A property of the cluster that nobody asks for",
    consequence=Consequence.FRAGILE,
    why="Pacemaker keeps whatever name it is given and looks for its own: the default holds, not what is "
    "written",
    fix="the name as the manual spells it",
    source="Pacemaker Explained, Cluster Options; pcs(8) property set: unknown names only with --force",
    bad=crm(VIP, properties="stonith-enabled=true no-quorum-pilocy=stop"),
    good=crm(VIP, properties="stonith-enabled=true no-quorum-policy=stop my-own-note=1"),
    points_at="stonith-enabled=true no-quorum-pilocy=stop",
)
def unknown_property(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        names = {said.name: said for said in cluster.properties if said.scope == "cluster"}
        for name, said in names.items():
            meant = (
                get_close_matches(name[:_LONGEST], _PROPERTIES, 1, _CLOSE) if name not in _PROPERTIES else []
            )
            if meant and meant[0].replace("-", "_") != name:
                yield Hit(said.at, f"there is no property {name}, but {meant[0]}")


_VIP = "#!/bin/sh\npcs resource create vip ocf:heartbeat:IPaddr2 ip=10.0.0.20\n"
_TIED = _VIP + "pcs constraint location vip {} node1\n"


@rule(
    "PA046",
    Severity.ERROR,
    "A constraint that pcs refuses",
    consequence=Consequence.NO_FAILOVER,
    why="pcs answers with its usage and makes nothing: what was to keep together, follow or prefer is not "
    "tied at all, and a script goes on",
    fix="the words as pcs constraint help shows them",
    source="pcs(8), constraint location, order, colocation",
    bad={"setup.sh": _TIED.format("prefer")},
    good={"setup.sh": _TIED.format("prefers")},
    points_at="pcs constraint location vip prefer node1",
)
def refused(site: Evidence) -> Iterator[Hit | Unknown]:
    nine = any(_OF_NINE.search(story.text) for story in site.all(Story))
    for one in site.all(Refused):
        since = f" (refused since pcs {one.since})" if one.since else ""
        taken = Severity.INFO if nine else Severity.WARNING
        lesser = taken if one.since and not one.lost else None
        why = _LOST if one.lost else ""
        yield Hit(one.at, f"{one.said}{since}", why=why, fix=one.fix, severity=lesser)


_OF_NINE = re.compile(
    r"\bpcs cluster (?:auth|setup --name)\b|\bpcs (?:-f \S{1,60} )?resource master\b|(?<!\S)--master\b"
)
"""Words that pcs has up to 0.9 only."""
_LOST = (
    "pcs 0.9 takes the role for 'with' and ties the resource to any instance, promoted or not; later ones "
    "answer with their usage and tie nothing"
)
