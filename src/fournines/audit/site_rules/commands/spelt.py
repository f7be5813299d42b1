"""A script that a page has made under another name than the one that is run."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts import VrrpScript
from fournines.components.keepalived.audit.rules.example import keepalived, script
from fournines.kit.audit.prose import Named
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.script import Script
from fournines.kit.audit.wrapped import program_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_CLOSE = 0.9
"""Likeness of two names of which one is a slip: a letter more, less or in another place."""
_CHECK = keepalived(check=script(script='"/etc/keepalived/check_haproxy.sh"'))
_PAGE = "/etc/keepalived/keepalived.conf:\n\n```\n" + _CHECK + "```\n\nThe other host needs its "


@rule(
    "SY037",
    Severity.WARNING,
    "A script that the page has made under another name",
    consequence=Consequence.NO_FAILOVER,
    why="who follows the page makes a file that nobody runs, and what keepalived runs is not there: it "
    "disables the check, and the VIP stays where the service is dead",
    fix="the name as the configuration has it",
    source="keepalived 2.2.7: 'Unable to access script - disabling', 'Disabling track script ... since not "
    "found/accessible'",
    bad={"howto.md": _PAGE + "chceck_haproxy.sh\n"},
    good={"howto.md": _PAGE + "check_haproxy.sh\n"},
    points_at="chceck_haproxy.sh",
)
def other_spelling(site: Evidence) -> Iterator[Hit | Unknown]:
    run = {program_of(c.command.split()): c for c in site.all(VrrpScript) if c.command.strip()}
    shown = {program_of((one.path,)) for one in site.all(Script)}
    for said in site.all(Named):
        close = get_close_matches(said.name, run, 1, _CLOSE) if said.name not in {*run, *shown} else []
        if close and _bare(close[0]) != _bare(said.name):
            check = run[close[0]]
            what = f"{said.name} is named here, and {check.name} runs {close[0]}"
            yield Hit(said.at, what, related=(check.place("script"),))


def _bare(name: str) -> str:
    """A name without what tells two scripts apart on purpose: numbers, a plural, http and https."""
    return "".join(letter for letter in name.lower() if not letter.isdigit() and letter not in "s_-")
