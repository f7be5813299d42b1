"""How soon a check notices, how easily it is deceived."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts import DOWN_TIMER_ADVERTS, VrrpInstance, VrrpScript
from fournines.components.keepalived.audit.rules.example import keepalived, script
from fournines.components.keepalived.audit.rules.scripts import given
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_MAN = "keepalived.conf(5)"
_SLOW_DETECTION = 5.0
_SLOW_TAKEOVER = 15.0
"""Seconds; four times what the defaults (interval 1, fall 1, advert_int 1) need."""


@rule(
    "KA029",
    Severity.WARNING,
    "The failure is noticed late",
    consequence=Consequence.SLOW,
    why="a takeover lasts fall x interval, then 3 x advert_int and the skew: clients wait that long",
    fix="interval 1 and fall 2 or 3, advert_int 1 or less; track_process notices a death at once",
    source=f"{_MAN}: 3 x advert_int + skew_time; acassen/keepalived #2599",
    bad={"keepalived.conf": keepalived(check=script(interval=10))},
    good={"keepalived.conf": keepalived(check=script(interval=1))},
    points_at="interval 10",
)
def slow(site: Evidence) -> Iterator[Hit | Unknown]:
    for check in site.all(VrrpScript):
        detection = check.detection
        adverts = [i.advert_int for i in site.on(check.at.host, VrrpInstance) if i.advert_int is not None]
        if detection is None or detection <= _SLOW_DETECTION:
            continue
        takeover = detection + DOWN_TIMER_ADVERTS * max(adverts, default=1.0)
        yield Hit(
            check.place("interval", "fall"),
            f"{check.name} needs {detection:g} s to notice (interval {check.interval:g} x fall "
            f"{check.fall}); "
            f"a takeover lasts about {takeover:g} s",
            severity=Severity.WARNING if takeover > _SLOW_TAKEOVER else Severity.INFO,
        )
    for instance in site.all(VrrpInstance):
        if instance.advert_int is not None and instance.advert_int > 1:
            down = DOWN_TIMER_ADVERTS * instance.advert_int
            yield Hit(
                instance.place("advert_int"),
                f"a dead host is noticed after {down:g} s (3 x advert_int {instance.advert_int:g})",
                severity=Severity.WARNING if down > _SLOW_DETECTION else Severity.INFO,
            )


@rule(
    "KA030",
    Severity.INFO,
    "One slow answer moves the VIP",
    consequence=Consequence.SLOW,
    why="fall is 1 unless it is said: a single timeout under load moves the VIP, and every connection with "
    "it",
    fix="fall 2 or 3, rise 2",
    source=f"{_MAN}, vrrp_script fall and rise (default 1)",
    bad={"keepalived.conf": keepalived(check=script(fall="", rise=""))},
    good={"keepalived.conf": keepalived()},
    points_at="vrrp_script check_haproxy {",
)
def no_hysteresis(site: Evidence) -> Iterator[Hit | Unknown]:
    for check in site.all(VrrpScript):
        if not check.has("fall") and check.command:
            yield Hit(check.at, f"{check.name} has no fall: one failed run is enough")


_PRESENCE = re.compile(r"^(?:/\S*/)?(?:killall5?|pidof|pgrep|ps|pkill)\b")


def _presence_only(site: Evidence, check: VrrpScript) -> bool:
    if _PRESENCE.match(check.command):
        return True
    found = given(site, check.at.host, check.command)
    if found is None:
        return False
    text = " ".join(word for node in found.commands for word in node.words)
    asks = re.search(
        r"\b(?:curl|wget|nc|socat|mysql\w*|clustercheck|rabbitmq\w*|redis-cli|psql|telnet|ping|ncat)\b", text
    )
    return (
        bool(re.search(r"\b(?:ps|pidof|pgrep|killall)\b|is-active", text))
        and not asks
        and "/dev/tcp" not in text
    )


@rule(
    "KA037",
    Severity.INFO,
    "The check only looks for a process",
    consequence=Consequence.NO_FAILOVER,
    why="a process that hangs is still there: the check passes and nothing answers",
    fix="ask the proxy itself (its monitor-uri on 127.0.0.1), beside track_process for the quick death",
    source="openshift/machine-config-operator #3339; acassen/keepalived #2599",
    bad={"keepalived.conf": keepalived(check=script(script='"/usr/bin/killall -0 haproxy"'))},
    good={
        "keepalived.conf": keepalived(check=script(script='"/usr/bin/curl -fs http://127.0.0.1:8404/health"'))
    },
    points_at='script "/usr/bin/killall -0 haproxy"',
)
def looks_for_a_process(site: Evidence) -> Iterator[Hit | Unknown]:
    for check in site.all(VrrpScript):
        if site.derived_on(check.at.host, _nobody_asks):
            yield Hit(check.place("script"), f"{check.name} passes as long as the process exists")


def _nobody_asks(site: Evidence, host: str) -> bool:
    """Whether every check of a host only looks for a process."""
    return all(_presence_only(site, check) for check in site.on(host, VrrpScript))
