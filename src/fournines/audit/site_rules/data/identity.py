"""Files that a page has copied to other hosts, and what must not be copied with them."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from fournines.components.galera.audit.facts import members
from fournines.components.galera.audit.rules.example import galera
from fournines.kit.audit.prose import Copied
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.galera.audit.facts import GaleraHost
    from fournines.kit.audit.evidence import Evidence

_OWN = ("wsrep_node_name", "wsrep_node_address")
"""What each member must say differently."""
_PAGE = f"/etc/my.cnf.d/galera.cnf:\n\n```\n{galera()}```\n\nCopy this file to the other hosts and change "


@rule(
    "GA024",
    Severity.WARNING,
    "A copied file that keeps another member's identity",
    consequence=Consequence.NO_RETURN,
    why="the copy says that its host is the first one: the others send what is meant for it, the state "
    "transfer above all, to the host that it was copied from",
    fix="change wsrep_node_name and wsrep_node_address in every copy, and nothing else",
    source="Galera documentation, wsrep_node_address, wsrep_node_name",
    bad={"howto.md": _PAGE + "wsrep_node_name in it.\n"},
    good={"howto.md": _PAGE + "wsrep_node_name and wsrep_node_address in it.\n"},
    points_at="wsrep_node_address = 10.0.0.11",
)
def kept(site: Evidence) -> Iterator[Hit | Unknown]:
    table = site.derived(_by_page)
    told = set()
    for copied in site.all(Copied):
        changed = set(copied.settings)
        shown = table.get(copied.at.path, [])
        index = bisect_right(shown, copied.at.line, key=lambda member: member.at.line)
        if not index or not changed & {*_OWN, "wsrep_cluster_address"}:
            continue  # the sentence speaks of the file right before it, if of any
        member = shown[index - 1]
        left = [said for name in _OWN if name not in changed and (said := member.conf.get(name))]
        if left and left[0].at not in told:
            told.add(left[0].at)
            what = f"the page has this file copied, and {left[0].name} is not among what is changed"
            yield Hit(left[0].at, what, related=(copied.at,))


def _by_page(site: Evidence) -> dict[str, list[GaleraHost]]:
    """The members that pages show, in the order of their lines."""
    found: dict[str, list[GaleraHost]] = {}
    for member in sorted(members(site), key=lambda one: one.at.line):
        if member.conf.excerpt:
            found.setdefault(member.at.path, []).append(member)
    return found
