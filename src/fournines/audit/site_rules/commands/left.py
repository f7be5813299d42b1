"""Commands that leave something behind, or throw something away, where a page has them typed in passing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.audit.site_rules.commands.everywhere import sent
from fournines.audit.site_rules.commands.only_one import made_primary
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.wrapped import program_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.audit.site_rules.commands.everywhere import Sent
    from fournines.kit.audit.evidence import Evidence

_CLEARED = re.compile(
    r"\bpcs\s+resource\s+clear\b|\bcrm\s+resource\s+(?:clear|unmove|unmigrate|unban)\b|\bpcs\s+constraint\s+(?:delete|remove|"
    r"location\s+(?:delete|remove))\b|\bcrm\s+configure\s+delete\s+cli-|\bcrm_resource\b[^\n]{0,200}\s(?:-U|--clear|--un-?m\w+)\b"
)
_LIMITED = re.compile(r"\blifetime=|--lifetime\b|--autodelete\b|\sP[\dT]{1,20}[DHMS]\b")
_MOVES = frozenset({"move", "migrate", "ban", "move-with-constraint"})
_OPTIONS = frozenset({"-M", "--move", "--migrate", "-B", "--ban"})
_STEP = "#!/bin/sh\ncrm resource move vip node2\n"


@rule(
    "PA047",
    Severity.WARNING,
    "A move by hand that nobody takes back",
    consequence=Consequence.SLOW,
    why="a move is a constraint that stays: the resource goes back to that host whenever it returns, however "
    "unwell it is, and a banned host never takes over",
    fix="crm resource clear RESOURCE (pcs resource clear RESOURCE) as the next step, or a lifetime with the "
    "move",
    source="crm_resource(8) --move, --ban, --clear, --lifetime; pcs(8): resource move removes its constraint "
    "since 0.11, ban never",
    bad={"failover.sh": _STEP},
    good={"failover.sh": _STEP + "crm resource clear vip\n"},
    points_at="crm resource move vip node2",
)
def not_taken_back(site: Evidence) -> Iterator[Hit | Unknown]:
    kinds = ("script", "commands", "cluster commands")
    cleared = {source.path for source in site.kinds(*kinds) if _CLEARED.search(source.text)}
    first: dict[str, list[Sent]] = {}
    for one in sent(site):
        if one.at.path not in cleared and _moves(one) and not _LIMITED.search(one.text):
            first.setdefault(one.at.path, []).append(one)
    for moves in first.values():
        lasting = [one for one in moves if not _by_new_pcs(one)]
        one = (lasting or moves)[0]
        old = "" if lasting else " (pcs before 0.11)"
        yield Hit(
            one.at,
            f"{one.text[:80]} leaves a constraint{old}, and nothing here clears it",
            tuple(other.at for other in moves if other is not one),
            severity=None if lasting and not _BLANK.search(one.text) else Severity.INFO,
        )


_BLANK = re.compile(r"<\s?[\w\-]+\s?>|\bRESOURCE\b")
"""A command that a page explains, and nobody gives as it stands."""


def _moves(one: Sent) -> bool:
    """Whether a command moves or bans a resource by a constraint."""
    name, words = program_of(one.words), one.words[1:]
    if name == "crm_resource":
        return not _OPTIONS.isdisjoint(words)
    bare = [word for word in words if not word.startswith("-")]
    return name in ("pcs", "crm") and bare[:1] == ["resource"] and len(bare) > 2 and bare[1] in _MOVES  # noqa: PLR2004 - resource move NAME


def _by_new_pcs(one: Sent) -> bool:
    """Whether newer releases of pcs take this move back by themselves."""
    return program_of(one.words) == "pcs" and "move" in one.words


_LATER = re.compile(r"fail|recover|takeover|take_over|promote|switch|restore|split|repair", re.IGNORECASE)
"""What a script is called that is run when there is data already."""
_FORCED = "#!/bin/sh\n{}drbdadm primary --force data\n"


@rule(
    "DR014",
    Severity.WARNING,
    "A primary by force where data is already there",
    consequence=Consequence.DATA,
    why="--force takes this side's data for the good one and asks nobody: what the peer wrote meanwhile is "
    "overwritten when they meet, or both sides are primary and their data part",
    fix="drbdadm primary RESOURCE, which refuses where this side is not up to date; --force when the peer "
    "is lost for good",
    source="drbdadm(8) primary --force; DRBD user's guide: to be used for the initial synchronisation",
    bad={"failback.sh": _FORCED.format("")},
    good={"setup.sh": _FORCED.format("drbdadm create-md data\n")},
    points_at="drbdadm primary --force data",
)
def forced(site: Evidence) -> Iterator[Hit | Unknown]:
    new = {source.path for source in site.sources if "create-md" in source.text}
    scripts = {source.path for source in site.kinds("script") if not source.lines}
    beside = {path.rpartition("/")[0] for path in new & scripts}  # a set-up in several scripts
    first: dict[str, list[Sent]] = {}
    for one in sent(site):
        if one.at.path not in new and made_primary(one) is not None:
            first.setdefault(one.at.path, []).append(one)
    for path, commands in first.items():
        of_setup = path in scripts and path.rpartition("/")[0] in beside and not _LATER.search(path)
        what = "this side is made primary by force, and nothing here makes a new resource"
        related = tuple(one.at for one in commands[1:])
        if of_setup:
            yield Hit(commands[0].at, f"{what}: another script does", related, severity=Severity.INFO)
        else:
            yield Hit(commands[0].at, what, related)
