"""Who tracks what: the names that instances and sync groups track, and what those names are defined as."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts import (
    SyncGroup,
    TrackedFile,
    TrackedProcess,
    Tracker,
    VrrpInstance,
    VrrpScript,
)

if TYPE_CHECKING:
    from fournines.kit.audit.evidence import Evidence

Owner = VrrpInstance | SyncGroup
Defined = VrrpScript | TrackedProcess | TrackedFile
TRACKED: dict[str, type[Defined]] = {"script": VrrpScript, "process": TrackedProcess, "file": TrackedFile}
"""What a service is tracked by, by the word of its block: ``track_script`` and its kin."""


def owners(site: Evidence) -> tuple[Owner, ...]:
    """Everything that may track."""
    return (*site.all(VrrpInstance), *site.all(SyncGroup))


def defined(site: Evidence, tracker: Tracker) -> tuple[Defined, ...]:
    """What a tracker of this kind may name on its host."""
    kind = TRACKED.get(tracker.kind)
    return site.on(tracker.at.host, kind) if kind else ()


def definition(site: Evidence, tracker: Tracker) -> Defined | None:
    """What a tracker's name is defined as on its host; None when it is not."""
    kind = TRACKED.get(tracker.kind)
    found = site.named(tracker.at.host, kind, tracker.name) if kind else ()
    return found[0] if found else None


def trackers_of_scripts(site: Evidence, host: str) -> dict[str, list[tuple[Owner, Tracker]]]:
    """The groups and instances of a host that track each script by its name, groups first."""
    return site.derived_on(host, _by_script)


def _by_script(site: Evidence, host: str) -> dict[str, list[tuple[Owner, Tracker]]]:
    found: dict[str, list[tuple[Owner, Tracker]]] = defaultdict(list)
    every: tuple[Owner, ...] = (*site.on(host, SyncGroup), *site.on(host, VrrpInstance))
    for owner in every:
        for tracker in owner.trackers:
            if tracker.kind == "script":
                found[tracker.name].append((owner, tracker))
    return found


def weight_of(site: Evidence, tracker: Tracker) -> int | None:
    """The weight a tracker adds or takes; None when it cannot be known."""
    if tracker.weight is not None:
        return tracker.weight
    known = definition(site, tracker)
    return known.weight if known else None
