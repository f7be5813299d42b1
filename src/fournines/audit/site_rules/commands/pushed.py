"""Changes that ``pcs -f FILE`` makes to a copy of the configuration, and that nobody takes to the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.audit.site_rules.commands.everywhere import sent
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.wrapped import program_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.audit.site_rules.commands.everywhere import Sent
    from fournines.kit.audit.evidence import Evidence

_SCRIPT = """\
#!/bin/sh
pcs cluster cib vip.xml
pcs -f vip.xml resource create vip ocf:heartbeat:IPaddr2 ip=10.0.0.20 op monitor interval=10s
pcs cluster cib-push {}
"""
_ASKED = frozenset({"show", "status", "config", "list", "describe"})


@rule(
    "PA062",
    Severity.ERROR,
    "Changes to a copy that nobody takes to the cluster",
    consequence=Consequence.NO_FAILOVER,
    why="pcs -f changes the file and nothing else: until it is pushed the cluster has none of these "
    "resources and constraints, and no command says so",
    fix="pcs cluster cib-push FILE behind the changes",
    source="pcs(8): -f FILE, cluster cib, cluster cib-push",
    bad={"setup.sh": _SCRIPT.format("other.xml")},
    good={"setup.sh": _SCRIPT.format("vip.xml")},
    points_at="pcs -f vip.xml resource create vip ocf:heartbeat:IPaddr2 ip=10.0.0.20 op monitor interval=10s",
)
def kept_in_the_copy(site: Evidence) -> Iterator[Hit | Unknown]:
    changed: dict[str, dict[str, list[Sent]]] = {}
    pushed: dict[str, set[str]] = {}
    for one in sent(site):
        words = list(one.words)
        if program_of(one.words) == "cibadmin":
            pushed.setdefault(one.at.path, set()).update(words)
        if "pcs" not in words:
            continue
        rest = words[words.index("pcs") + 1 :]
        if "cib-push" in rest:
            pushed.setdefault(one.at.path, set()).update(rest)
        elif rest[:1] == ["-f"] and len(rest) > 2 and _ASKED.isdisjoint(rest[2:4]):  # noqa: PLR2004 - -f FILE ...
            changed.setdefault(one.at.path, {}).setdefault(rest[1], []).append(one)
    for path, files in changed.items():
        taken = pushed.get(path, set())
        lost = {name: made for name, made in files.items() if not _taken(name, taken)}
        for name, (first, *more) in lost.items() if taken else ():
            what = f"{name} is changed here, and only {', '.join(sorted(_files(taken)))} is pushed"
            yield Hit(first.at, what, tuple(one.at for one in more))


def _taken(name: str, words: set[str]) -> bool:
    """Whether a file is among the words of the commands that push, by its path or behind an option too."""
    return any(word == name or word.endswith((f"={name}", f"/{name}")) for word in words)


def _files(words: set[str]) -> set[str]:
    """The file names among the words of the commands that push."""
    return {word for word in words if not word.startswith("-")} - {"cluster", "cib-push", "pcs", "cibadmin"}
