"""What a health check takes for an answer of a healthy server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.haproxy.audit.rules.checks import backs
from fournines.components.haproxy.audit.rules.example import api, haproxy
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fournines.kit.audit.evidence import Evidence

_FAILING = ("500", "503")
"""What a server answers that is broken, or asks to be left alone."""
_LONGEST = 60


@rule(
    "HA052",
    Severity.ERROR,
    "A check that takes an error for health",
    consequence=Consequence.NO_FAILOVER,
    why="a server that answers 500 or 503 to its health check stays UP and gets its share of the requests: "
    "only one that does not answer at all is taken out",
    fix="http-check expect status 200-399",
    source="HAProxy configuration manual, http-check expect: status, rstatus",
    bad={"haproxy.cfg": haproxy(api(extra="http-check expect rstatus [2-5][0-9][0-9]"))},
    good={"haproxy.cfg": haproxy(api(extra="http-check expect rstatus [23][0-9][0-9]"))},
    points_at="http-check expect rstatus [2-5][0-9][0-9]",
)
def takes_errors(site: Evidence) -> Iterator[Hit | Unknown]:
    seen = set()
    for proxy in backs(site):
        said = proxy.all("http-check", "expect") if proxy.checks_http else ()
        if said and said[0].at not in seen and all(_takes(one.words[2:]) for one in said):
            seen.add(said[0].at)
            what = f"{proxy.name} takes {' and '.join(_FAILING)} for the answer of a healthy server"
            yield Hit(said[0].at, what)


def _takes(words: Sequence[str]) -> bool:
    """Whether a server that fails meets this expectation."""
    negated = "!" in words
    kind = next((word for word in words if word in ("status", "rstatus")), "")
    rest = words[words.index(kind) + 1 :] if kind else ()
    if not rest or len(rest[0]) > _LONGEST:
        return False
    try:
        return all(_meets(kind, rest[0], status) is not negated for status in _FAILING)
    except (re.error, RecursionError, OverflowError):  # no expression: HAProxy refuses the file
        return False


def _meets(kind: str, wanted: str, status: str) -> bool:
    if kind == "rstatus":
        return re.search(wanted, status) is not None
    for part in wanted.split(","):
        low, _, high = part.partition("-")
        if low.isdecimal() and (high or low).isdecimal() and low <= status <= (high or low):
            return True
    return False
