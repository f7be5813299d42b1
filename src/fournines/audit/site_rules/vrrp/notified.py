"""Notify scripts that order about the very service whose check decides where the VIP is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.audit.site_rules.vrrp.asked import asked
from fournines.audit.site_rules.vrrp.holders import uses
from fournines.components.keepalived.audit.facts import SyncGroup
from fournines.components.keepalived.audit.facts.groups import sync_groups
from fournines.components.keepalived.audit.facts.states import branches, inlined
from fournines.components.keepalived.audit.rules.example import keepalived, script
from fournines.components.keepalived.audit.rules.scripts import given, orders
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.wrapped import program_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.audit.site_rules.vrrp.holders import Use
    from fournines.components.keepalived.audit.facts import Notify, VrrpInstance
    from fournines.kit.audit.evidence import Evidence

_WRONG = {"backup": "stop", "fault": "stop", "master": "start"}
"""The order that makes a check of the service fail where the VIP is not."""
_WEIGHTED = (
    "where the VIP is not, the service is stopped and its check costs that host as much as a failure costs "
    "the holder: when the service dies under the VIP, nobody is better, and the VIP stays"
)
_ONLY_STARTED = (
    "where the service runs only once keepalived has started it, its check fails on every host that waits: "
    "none of them may take over"
)


@rule(
    "KA025",
    Severity.ERROR,
    "A notify script starts or stops the service that the check asks for",
    consequence=Consequence.NO_FAILOVER,
    why="on the backup the service is stopped, so its check always fails there: the backup is in FAULT and "
    "can never take over",
    fix="run the service on all hosts all the time, and let keepalived move the address only",
    source="acassen/keepalived #2485 (maintainer); keepalived.conf(5) track_script: weight 0 is FAULT",
    bad={
        "keepalived.conf": keepalived(
            'notify_backup "/usr/bin/systemctl stop haproxy"',
            check=script(script='"/usr/bin/killall -0 haproxy"'),
        )
    },
    good={"keepalived.conf": keepalived(check=script(script='"/usr/bin/killall -0 haproxy"'))},
    points_at='notify_backup "/usr/bin/systemctl stop haproxy"',
)
def notify_orders_the_service(site: Evidence) -> Iterator[Hit | Unknown]:
    for use in uses(site):
        ordered = [
            (notify, event, verb, service, how)
            for notify in _notifies(site, use)
            for event, verb, service in _ordered(site, notify)
            if verb == _WRONG.get(event) and (how := asked(site, use, service))
        ]
        stopped = {service for _, _, verb, service, _ in ordered if verb == "stop"}
        said = set()
        for notify, event, verb, service, how in sorted(ordered, key=lambda one: one[2] == "start"):
            lone = verb == "start" and service not in stopped
            if notify.at in said:
                continue
            said.add(notify.at)
            yield Hit(
                notify.at,
                f"{service} is {'started' if verb == 'start' else 'stopped'} as {event.upper()}, and "
                f"{use.check.name} {how}",
                related=(use.check.place("script"),),
                why=_ONLY_STARTED if lone else "" if use.faults else _WEIGHTED,
                severity=Severity.WARNING if lone else None,
            )
        yield from _by_name(site, use)


def _notifies(site: Evidence, use: Use) -> list[Notify]:
    """What keepalived runs when a state changes that hangs on the check."""
    host = use.check.at.host
    groups = [group for i in use.instances for group in sync_groups(site, host, i.name)]
    owners: tuple[VrrpInstance | SyncGroup, ...] = (*use.instances, *groups)
    found = [notify for owner in owners for notify in owner.notifies]
    return list({notify.at: notify for notify in found}.values())


def _ordered(site: Evidence, notify: Notify) -> Iterator[tuple[str, str, str]]:
    """The state, the verb and the service of each order that a notify gives."""
    found = given(site, notify.at.host, notify.command)
    event = notify.event if notify.event in _WRONG else ""
    for states, node in branches(inlined(found.commands)) if found else ():
        order = orders(node)
        for state in (event,) if event else states:
            if order and not notify.event.startswith("stop"):
                yield state, *order
    match = re.search(r"systemctl\s+(?:--\S+\s+){0,3}(start|stop)\s+(\S+)", notify.command)
    if match and event:
        yield event, match.group(1), match.group(2).removesuffix(".service")
    match = re.search(r"(?:service\s+|/etc/init\.d/)(\S+)\s+(start|stop)", notify.command)
    if match and event:
        yield event, match.group(2), match.group(1)


_ORDER = re.compile(r"(?:^|[_\-.])(start|stop)(?:$|[_\-.])")
_NO_SERVICE = frozenset({"sh", "py", "start", "stop", "service", "notify", "keepalived"})
_SHORTEST = 3
"""Letters of a service's name in the name of a script; what is shorter is an abbreviation of something."""


def _by_name(site: Evidence, use: Use) -> Iterator[Hit]:
    """``stop_haproxy.sh`` that was not given: its name says what it does."""
    for notify in _notifies(site, use):
        name = program_of(notify.command.split()).lower()
        order = _ORDER.search(re.sub(r"\.\w+$", "", name))
        if order is None or order.group(1) != _WRONG.get(notify.event):
            continue
        if given(site, notify.at.host, notify.command):
            continue
        words = {word for word in re.split(r"[_\-.]", name) if len(word) >= _SHORTEST} - _NO_SERVICE
        service, how = next(((w, how) for w in sorted(words) if (how := asked(site, use, w))), ("", ""))
        if service:
            yield Hit(
                notify.at,
                f"by its name {name} {order.group(1)}s {service}, and {use.check.name} {how}",
                related=(use.check.place("script"),),
                why="" if use.faults else _WEIGHTED,
                severity=Severity.WARNING,
            )
