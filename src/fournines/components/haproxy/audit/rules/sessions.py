"""Connections that live for hours: what a reload does to them, and what cuts them while they are idle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.haproxy.audit.facts import Service, configurations
from fournines.components.haproxy.audit.facts.protocols import PROTOCOLS, spoken
from fournines.components.haproxy.audit.facts.purpose import Purpose, purpose
from fournines.components.haproxy.audit.rules.checks import STATEFUL, first_of
from fournines.components.haproxy.audit.rules.example import GLOBAL, galera, haproxy, listen
from fournines.components.haproxy.audit.rules.timing import shortest
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.haproxy.audit.facts import Service
    from fournines.components.haproxy.audit.facts.protocols import Protocol
    from fournines.kit.audit.evidence import Evidence

_MANUAL = "HAProxy configuration manual"
LONG = 2 * 3600.0
"""Seconds a session may idle before an old worker is a matter of hours; 90 minutes are usual for pools."""


def _follows_a_role(service: Service) -> bool:
    """Whether a change of role is meant to end the sessions of the server that lost it."""
    return service.back.mode == "tcp" and any(
        server.checked and server.down_action == "shutdown-sessions" for server in service.servers
    )


@rule(
    "HA043",
    Severity.WARNING,
    "After a reload, old sessions follow no health check",
    consequence=Consequence.DATA,
    why="a reload leaves the old worker running until its last session ends, and it checks nothing any more: "
    "when the writer changes, on-marked-down never happens there, and pools go on writing to the demoted "
    "server",
    fix="hard-stop-after 10m in global, or the patience you have for a demoted server",
    source=f"{_MANUAL} 3.1 hard-stop-after; haproxy #3330, #228",
    bad={"haproxy.cfg": haproxy(galera(extra="timeout client 8h\ntimeout server 8h"))},
    good={
        "haproxy.cfg": haproxy(
            galera(extra="timeout client 8h\ntimeout server 8h"), head=f"{GLOBAL}hard-stop-after 10m"
        )
    },
    points_at="timeout client 8h",
)
def outlives_its_checks(site: Evidence) -> Iterator[Hit | Unknown]:
    limited = {
        c.at.host for c in configurations(site) if c.setting("hard-stop-after") or c.fragment or c.excerpt
    }
    seen = set()
    for service in first_of(site):
        found = shortest(service)
        if found is None or found[0] < LONG or service.at.host in limited or not _follows_a_role(service):
            continue
        if found[1].at not in seen:
            seen.add(found[1].at)
            yield Hit(
                found[1].at,
                f"sessions of {service.back.name} may last {found[0] / 3600:g} h after a reload, unchecked",
                related=(service.at,),
            )


def _patient(service: Service) -> Protocol | None:
    """The protocol of a service whose connections idle, by what is spoken, else by ports and names."""
    known = spoken(service)
    if known is not None:
        return known if known.silence else None
    name = f"{service.front.name} {service.back.name}".lower()
    ports = {bind.port for bind in service.binds} | {server.port for server in service.servers}
    idle = (protocol for protocol in PROTOCOLS if protocol.silence)
    return next((p for p in idle if not p.ports.isdisjoint(ports) or p.within(name)), None)


@rule(
    "HA044",
    Severity.WARNING,
    "Long-lived connections are cut while they are idle",
    consequence=Consequence.ERRORS,
    why="the protocol keeps connections open in silence for longer than the timeouts allow: every idle client"
    " is disconnected, again and again",
    fix="timeout client and timeout server above the protocol's own silence: 30m for IMAP",
    source="RFC 9051 5.4, RFC 2177; OASIS MQTT 3.1.1, 3.1.2.10; " + _MANUAL + " timeout client",
    bad={
        "haproxy.cfg": haproxy(
            listen(
                "mode tcp\nserver m1 10.0.0.11:993 check\nserver m2 10.0.0.12:993 check",
                name="imaps",
                bind="*:993",
            )
        )
    },
    good={
        "haproxy.cfg": haproxy(
            listen(
                "mode tcp\ntimeout client 31m\ntimeout server 31m\nserver m1 10.0.0.11:993 check\n"
                "server m2 10.0.0.12:993 check",
                name="imaps",
                bind="*:993",
            )
        )
    },
    points_at="timeout client 60s",
)
def cut_while_idle(site: Evidence) -> Iterator[Hit | Unknown]:
    for service in first_of(site):
        found = shortest(service)
        idle = _patient(service) if found and service.back.mode == "tcp" else None
        if found and idle and found[0] < idle.silence:
            yield Hit(
                found[1].at,
                f"{service.front.name} ({idle.name}) cuts connections idle for {found[0]:g} s; {idle.why}",
                related=(service.at,),
            )


@rule(
    "HA010",
    Severity.WARNING,
    "Sessions stay on a server that is down",
    consequence=Consequence.ERRORS,
    why="HAProxy sends new connections elsewhere, but those already open stay with the dead or "
    "desynchronised server until "
    "timeout server: pooled clients hang after the failover",
    fix="on-marked-down shutdown-sessions on every server line",
    source=f"{_MANUAL} 5.2 on-marked-down; redhat-openstack/astapor #450",
    bad={
        "haproxy.cfg": haproxy(
            galera(
                "server db1 10.0.0.11:3306 check port 9200\nserver db2 10.0.0.12:3306 check port 9200 backup"
            )
        )
    },
    good={"haproxy.cfg": haproxy(galera())},
    points_at="server db1 10.0.0.11:3306 check port 9200",
)
def sessions_stay(site: Evidence) -> Iterator[Hit | Unknown]:
    for service in first_of(site):
        what = purpose(service)
        lacking = [s for s in service.servers if s.checked and s.down_action != "shutdown-sessions"]
        primary = what is Purpose.REDIS and _asks_for_primary(service)
        if (what in STATEFUL or primary) and lacking and len(service.servers) > 1:
            yield Hit(
                lacking[0].at,
                f"{service.back.name} is a {what.value} and keeps sessions on servers that are down",
                related=tuple(s.at for s in lacking[1:]),
                severity=Severity.WARNING if what is Purpose.DATABASE or primary else Severity.INFO,
            )


def _asks_for_primary(service: Service) -> bool:
    """Whether the check of a Redis passes where it is the primary only: a demoted one is DOWN and alive."""
    return any("role:master" in " ".join(said.words) for said in service.back.all("tcp-check", "expect"))


@rule(
    "HA011",
    Severity.INFO,
    "Two writers for a while after the first one returns",
    consequence=Consequence.ERRORS,
    why="new connections go to the returned primary, old ones stay with the backup until they end",
    fix="decide: on-marked-up shutdown-backup-sessions cuts them (the manual warns to use it with care)",
    source=f"{_MANUAL} 5.2 on-marked-up",
    bad={"haproxy.cfg": haproxy(galera())},
    good={
        "haproxy.cfg": haproxy(
            galera(
                "default-server check port 9200 on-marked-down shutdown-sessions on-marked-up "
                "shutdown-backup-sessions\n"
                "server db1 10.0.0.11:3306\nserver db2 10.0.0.12:3306 backup"
            )
        )
    },
    points_at="server db1 10.0.0.11:3306 check port 9200 inter 1s fall 2 on-marked-down shutdown-sessions",
)
def backup_sessions_stay(site: Evidence) -> Iterator[Hit | Unknown]:
    for service in first_of(site):
        primaries = [s for s in service.servers if not s.backup]
        if purpose(service) is Purpose.DATABASE and len(primaries) == 1 and len(service.servers) > 1:
            up = primaries[0].settings.get("on-marked-up", "")
            if up != "shutdown-backup-sessions" and not service.back.find("stick-table"):
                yield Hit(primaries[0].at, f"{service.back.name} has no on-marked-up for its primary")
