"""A Galera cluster that is founded: by a host without the newest data, or by one that is stopped at once."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from fournines.audit.site_rules.commands.everywhere import sent
from fournines.audit.site_rules.commands.only_one import BOOTSTRAP
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_AGAIN = re.compile(
    r"\bsystemctl\s+(?:try-)?restart\s+(?:mysqld?|mariadb)(?:\.service)?\b"
    r"|(?:\bservice\s+|/etc/init\.d/)mysqld?\s+restart\b"
    r"|\bservice\s+mariadb\s+restart\b"
)
_NEAR = 2
"""Lines between two steps of one block."""
_START = "#!/bin/sh\ngalera_new_cluster\n{}\n"


@rule(
    "GA035",
    Severity.WARNING,
    "The first member is restarted before it has company",
    consequence=Consequence.DOWN,
    why="a plain start joins the members of its list, and none of them runs: it waits for a primary "
    "component and fails, so the cluster that was just founded is gone",
    fix="no restart: start the others, which join the one that runs",
    source="Galera documentation, Starting the Cluster; galera_new_cluster(1): for one start only",
    bad={"start.sh": _START.format("systemctl restart mariadb")},
    good={"start.sh": _START.format("systemctl status mariadb")},
    points_at="systemctl restart mariadb",
)
def stopped_at_once(site: Evidence) -> Iterator[Hit | Unknown]:
    for first, then in pairwise(sent(site)):
        near = first.at.path == then.at.path and 0 <= then.at.line - first.at.line <= _NEAR
        if near and first.hosts == then.hosts and _AGAIN.search(then.text) and _founds(first.text):
            yield Hit(then.at, "the cluster is founded one step before this restart", (first.at,))


def _founds(text: str) -> bool:
    """Whether a command starts a new cluster; one that only says that it may, starts none."""
    return bool(BOOTSTRAP.search(text)) and "safe_to_bootstrap" not in text


_SAFE = re.compile(r"safe_to_bootstrap[^\n]{0,60}\b1\b|\bsed\b[^\n]{0,60}\bseqno\b[^\n]{0,60}grastate")
_COMPARED = re.compile(
    r"wsrep[-_]recover|galera_recovery|wsrep_last_committed|recovered position"
    r"|^(?![^\n]{0,200}\bsed\b)[^\n]{0,200}\bseqno\b(?!:\s{0,9}-1\b)",
    re.IGNORECASE | re.MULTILINE,
)
"""How positions are looked at; ``seqno: -1`` is a state file that is written or shown, and tells none."""
_STATE = "sed -i 's/safe_to_bootstrap: 0/safe_to_bootstrap: 1/' /var/lib/mysql/grastate.dat\n"


@rule(
    "GA036",
    Severity.WARNING,
    "A host is said to be safe to begin with, and nothing compares what it has",
    consequence=Consequence.DATA,
    why="safe_to_bootstrap is 0 because others went down after this host or with it: what they committed "
    "since is thrown away when they join it",
    fix="mysqld --wsrep-recover on every host, and the change on the one with the highest position",
    source="Galera documentation, Restarting the Cluster: identify the most advanced node, safe to bootstrap",
    bad={"start.sh": "#!/bin/sh\n" + _STATE},
    good={"start.sh": "#!/bin/sh\nmysqld --wsrep-recover\n" + _STATE},
    points_at="sed -i 's/safe_to_bootstrap: 0/safe_to_bootstrap: 1/' /var/lib/mysql/grastate.dat",
)
def not_compared(site: Evidence) -> Iterator[Hit | Unknown]:
    compared = {source.path for source in site.sources if _COMPARED.search(source.text)}
    seen: set[str] = set()
    for one in sent(site):
        if one.at.path not in compared | seen and _SAFE.search(one.text):
            seen.add(one.at.path)
            yield Hit(
                one.at, "the state file is changed by hand, and nothing here looks for the newest position"
            )
