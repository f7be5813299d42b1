"""Notify scripts that make a database the primary one where keepalived becomes MASTER."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts import SyncGroup, VrrpInstance
from fournines.components.keepalived.audit.facts.states import branches, inlined
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.components.keepalived.audit.rules.scripts import given
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_STORE = re.compile(
    r"(?<![a-z])(?:pg|postgres\w*|psql|mysql\w*|maria\w*|redis\w*|mongo\w*|ldap|slapd|oracle)(?![a-z])",
    re.IGNORECASE,
)
_PROMOTE = re.compile(
    r"promot|fail_?over|become_?master|to_?master|to_?primary|switch|takeover", re.IGNORECASE
)
_PROMOTES = re.compile(
    r"pg_ctl\b(?:(?!pg_ctl).)*\bpromote|pg_promote|pg_autoctl|slaveof\s+no\s+one|replicaof\s+no\s+one|(?:stop|reset)\s+(?:slave|replica)|"
    r"read_only\s*=\s*(?:0|off)|drbdadm\s+primary|trigger_file|repmgr\s+standby\s+promote|rs\.stepDown",
    re.IGNORECASE,
)


@rule(
    "KA038",
    Severity.ERROR,
    "Becoming MASTER promotes a database, and nothing fences the old one",
    consequence=Consequence.DATA,
    why="VRRP has no quorum: when the hosts do not see each other both become MASTER, both promote, and two "
    "databases "
    "take writes",
    fix="leave promotion to something with quorum or fencing: Galera, Patroni, Pacemaker with STONITH",
    source="RFC 5798 6.4: a BACKUP becomes MASTER when adverts stop, whatever the reason",
    bad={"keepalived.conf": keepalived('notify_master "/usr/local/bin/pg_promote.sh"')},
    good={"keepalived.conf": keepalived('notify_master "/usr/local/bin/tell-monitoring.sh"')},
    points_at='notify_master "/usr/local/bin/pg_promote.sh"',
)
def promotes_without_fencing(site: Evidence) -> Iterator[Hit | Unknown]:
    owners: tuple[VrrpInstance | SyncGroup, ...] = (*site.all(VrrpInstance), *site.all(SyncGroup))
    for owner in owners:
        for notify in owner.notifies:
            if notify.event not in ("master", "notify"):
                continue
            found = given(site, notify.at.host, notify.command)
            run = inlined(found.commands) if found else ()
            if notify.event == "notify":
                run = tuple(node for states, node in branches(run) if "master" in states)
                if not run:
                    continue
            text = " ".join(" ".join(n.words) for n in run)
            if _PROMOTES.search(text or notify.command):
                yield Hit(notify.at, f"{owner.name} promotes a data store when it becomes MASTER")
            elif not found and _STORE.search(notify.command) and _PROMOTE.search(notify.command):
                yield Hit(notify.at, f"{owner.name} runs {notify.command.split()[0]} when it becomes MASTER")
