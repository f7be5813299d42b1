"""What a health check takes for an answer of a healthy server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.haproxy.audit.facts.model import CHECKS
from fournines.components.haproxy.audit.facts.purpose import TOKEN_FIRST, api_name
from fournines.components.haproxy.audit.rules.checks import backs, first_of
from fournines.components.haproxy.audit.rules.example import api, haproxy
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fournines.components.haproxy.audit.facts import Proxy, Statement
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


_CHOICES = frozenset({"keystone", "keystone-admin", "glance", "cinder"})
"""APIs that answer 300 Multiple Choices, their versions, when they are asked for ``/``."""
_ROOT = "option httpchk GET /\nhttp-check expect status {}"


@rule(
    "HA053",
    Severity.ERROR,
    "A check that takes health for an error",
    consequence=Consequence.DOWN,
    why="Keystone, Glance and Cinder answer 300 Multiple Choices when asked for /: where another "
    "status is expected every server is DOWN, and HAProxy answers 503 to everybody",
    fix="option httpchk GET /healthcheck, or http-check expect status 200-399",
    source="OpenStack API reference, Identity v3: List versions, 300; HAProxy manual, http-check expect",
    bad={"haproxy.cfg": haproxy(api(extra=_ROOT.format("200")))},
    good={"haproxy.cfg": haproxy(api(extra=_ROOT.format("200-399")))},
    points_at="http-check expect status 200",
)
def refuses_choices(site: Evidence) -> Iterator[Hit | Unknown]:
    for service in first_of(site):
        proxy, name = service.back, api_name(service)
        option = proxy.option("httpchk")
        if name in TOKEN_FIRST and option and _refused(proxy, option):
            what = f"{name} answers 401 to the check of {proxy.name}: it wants a token for every path"
            yield Hit(option.at, what, why=_UNKNOWN_ASKS, fix=_PORT)
        if name not in _CHOICES or not _asks_root(proxy) or not any(s.checked for s in proxy.servers):
            continue
        for said in proxy.all("http-check", "expect"):
            if not _takes(said.words[2:], ("300",), unsure=True):
                what = f"{name} answers 300 to GET /, and {proxy.name} takes that for a failure"
                yield Hit(said.at, what, related=(option.at,) if option else ())
                break


_UNKNOWN_ASKS = (
    "ceilometer-api asks for a token before it looks at the path: a check without one is answered 401, every "
    "server is DOWN, and HAProxy answers 503 to everybody"
)
_PORT = "a check of the port alone for this API, or http-check expect status 200-401"


def _refused(proxy: Proxy, option: Statement) -> bool:
    """Whether a check over HTTP brings no token and takes 401 for a failure."""
    if not proxy.checks_http or not any(server.checked for server in proxy.servers):
        return False
    said = proxy.all("http-check", "expect")
    sends = [word.lower() for line in proxy.all("http-check", "send") for word in line.words]
    if "x-auth-token" in sends or "x-auth-token" in " ".join(option.words).lower():
        return False
    return not said or not all(_takes(line.words[2:], ("401",), unsure=True) for line in said)


def _asks_root(proxy: Proxy) -> bool:
    """Whether the one request of the health check is ``GET /``; connects and sends of its own are not."""
    option = proxy.option("httpchk")
    if not proxy.checks_http or not option or proxy.all("http-check", "send"):
        return False
    return option.words[2:4] == ("GET", "/") and not proxy.all("http-check", "connect")


def _takes(words: Sequence[str], answers: Sequence[str] = _FAILING, *, unsure: bool = False) -> bool:
    """Whether these answers meet an expectation; ``unsure`` where it is none of a status."""
    negated = "!" in words
    kind = next((word for word in words if word in ("status", "rstatus")), "")
    rest = words[words.index(kind) + 1 :] if kind else ()
    if not rest or len(rest[0]) > _LONGEST:
        return unsure
    try:
        return all(_meets(kind, rest[0], status) is not negated for status in answers)
    except (re.error, RecursionError, OverflowError):  # no expression: HAProxy refuses the file
        return unsure


def _meets(kind: str, wanted: str, status: str) -> bool:
    if kind == "rstatus":
        return re.search(wanted, status) is not None
    for part in wanted.split(","):
        low, _, high = part.partition("-")
        if low.isdecimal() and (high or low).isdecimal() and low <= status <= (high or low):
            return True
    return False


_SAYS_LITTLE = frozenset({"tcp-check", "ssl-hello-chk"})
"""Checks that by themselves ask no more than whether somebody answers."""


@rule(
    "HA070",
    Severity.WARNING,
    "A health check that another one replaces",
    consequence=Consequence.NO_FAILOVER,
    why="a section has one kind of health check, and the last that is said counts: the question that tells "
    "a healthy server from a broken one is never asked",
    fix="leave one of them: option httpchk, with check-ssl verify none on the servers where they speak TLS",
    source="HAProxy configuration manual, option httpchk, option ssl-hello-chk, option tcp-check",
    bad={"haproxy.cfg": haproxy(api(extra="option ssl-hello-chk"))},
    good={"haproxy.cfg": haproxy(api())},
    points_at="option httpchk GET /healthcheck",
)
def replaced_check(site: Evidence) -> Iterator[Hit | Unknown]:
    for proxy in backs(site):
        said = [one for one in proxy.own.all(("option",)) if one.value in CHECKS]
        if not said or said[-1].value not in _SAYS_LITTLE or proxy.own.has("tcp-check"):
            continue
        lost = next((one for one in said if one.value not in _SAYS_LITTLE), None)
        if lost:
            what = f"{proxy.name} has option {lost.value} and then option {said[-1].value}, which replaces it"
            yield Hit(lost.at, what, (said[-1].at,))
