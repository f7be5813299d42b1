"""Whether a failure is noticed, and what Pacemaker does with it then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.pacemaker.audit.facts.cluster import clusters
from fournines.components.pacemaker.audit.facts.model import PROMOTED, Primitive
from fournines.components.pacemaker.audit.rules.example import DRBD, FS, TIED, VIP, crm
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fournines.components.pacemaker.audit.facts import Cluster, Op
    from fournines.kit.audit.evidence import Evidence

_EXPLAINED = "Pacemaker Explained"
_DEFAULT_TIMEOUT = 20.0
"""Seconds; Pacemaker's default of every operation."""


_GONE = {
    "crmd-integration-timeout": "join-integration-timeout",
    "crmd-finalization-timeout": "join-finalization-timeout",
    "crmd-transition-delay": "transition-delay",
    "remove-after-stop": "nothing: it does harm",
    "default-resource-stickiness": "rsc_defaults resource-stickiness",
    "is-managed-default": "rsc_defaults is-managed",
}
"""Properties that went, and what stands in their place (Pacemaker 2.0 and 3.0 change logs)."""
_THREE = 3


@rule(
    "PA019",
    Severity.WARNING,
    "What this Pacemaker no longer knows",
    consequence=Consequence.DOWN,
    why="Pacemaker 3 drops master resources and the old properties: after the upgrade they are refused or do "
    "nothing",
    fix="clone with promotable=true, Promoted and Unpromoted for the roles, the present names of properties",
    source="Pacemaker 3.0.0 change log: removed features",
    bad=crm(VIP, properties="dc-version=3.0.0 crmd-transition-delay=5s"),
    good=crm(VIP, properties="dc-version=3.0.0 transition-delay=5s"),
    points_at="dc-version=3.0.0 crmd-transition-delay=5s",
)
def gone(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        severity = None if (cluster.release or 0) >= _THREE else Severity.INFO
        for said in cluster.properties:
            if said.name in _GONE and said.scope == "cluster":
                yield Hit(said.at, f"{said.name} is now {_GONE[said.name]}", severity=severity)
        old = [c for c in cluster.collections if c.old]
        if old:
            related = tuple(c.at for c in old[1:])
            yield Hit(old[0].at, f"{old[0].id} is a master resource", related=related, severity=severity)
        for primitive in cluster.primitives:
            if primitive.agent[0] in ("upstart", "nagios"):
                yield Hit(primitive.at, f"{primitive.id} is of class {primitive.agent[0]}", severity=severity)


_NEVER = 1000
"""Failures that nobody lives to see: SUSE's SAP guides set 5000 to mean never."""


def _reached(threshold: str) -> bool:
    return threshold.isdecimal() and 0 < int(threshold) < _NEVER


@rule(
    "PA009",
    Severity.WARNING,
    "Failures are counted for ever",
    consequence=Consequence.NO_RETURN,
    why="after migration-threshold failures the host is banned for the resource until somebody cleans up; "
    "when every host has had its share, nobody runs it",
    fix="failure-timeout beside migration-threshold, for example 10min",
    source=f"{_EXPLAINED}, migration-threshold and failure-timeout",
    bad=crm(VIP.replace("op monitor", "meta migration-threshold=3 \\\n    op monitor")),
    good=crm(
        VIP.replace("op monitor", "meta migration-threshold=3 failure-timeout=10min \\\n    op monitor")
    ),
    points_at="meta migration-threshold=3 \\",
)
def counted_for_ever(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        if cluster.mentions("failure-timeout"):
            continue
        wanted = cluster.setting("migration-threshold", "rsc_defaults")
        places = [wanted.at] if wanted and _reached(wanted.value) else []
        places += [
            p.place("migration-threshold")
            for p in cluster.primitives
            if _reached(p.meta.get("migration-threshold", ""))
        ]
        if places:
            what = "migration-threshold without failure-timeout"
            meant = _looked_at(cluster)
            severity = Severity.INFO if meant else None
            why = _LOOKED_AT if meant else ""
            yield Hit(places[0], what, related=tuple(places[1:]), severity=severity, why=why)


_LOOKED_AT = (
    "one failure bans the host until somebody cleans up: for a database that is promoted a choice, so that "
    "nobody writes to a copy that was not looked at; meanwhile nobody takes over from the other host"
)


def _looked_at(cluster: Cluster) -> bool:
    """Whether a database is promoted here, and every threshold is a single failure."""
    every = [p.meta["migration-threshold"] for p in cluster.primitives if "migration-threshold" in p.meta]
    wanted = cluster.setting("migration-threshold", "rsc_defaults")
    promoted = [p for held in cluster.collections if held.promotable for p in cluster.inside(held.id)]
    data = any(p.type != "drbd" for p in promoted)
    return data and {*every, *([wanted.value] if wanted else [])} == {"1"}


@rule(
    "PA010",
    Severity.INFO,
    "Nothing keeps a service where it is",
    consequence=Consequence.SLOW,
    why="when the lost host comes back, services move back to it: a second outage for nothing",
    fix="rsc_defaults resource-stickiness=100",
    source=f"{_EXPLAINED}, resource-stickiness (default 0); Trento stickiness checks",
    bad={"cluster.crm": crm(VIP)["cluster.crm"].split("rsc_defaults")[0]},
    good=crm(VIP),
    points_at="stonith-enabled=true no-quorum-policy=stop",
)
def no_stickiness(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        settings = [p for p in cluster.properties if p.scope == "cluster"]
        sticky = cluster.mentions("resource-stickiness", "default-resource-stickiness")
        if cluster.builds and settings and not sticky and any(p.address for p in cluster.primitives):
            yield Hit(settings[0].at, "resource-stickiness is not set, so it is 0")
        said = cluster.setting("resource-stickiness", "rsc_defaults")
        if said and said.value.strip() == "0":
            yield Hit(said.at, "resource-stickiness is 0")


def _monitors(primitive: Primitive) -> list[Op]:
    return [op for op in primitive.ops if op.recurring]


@rule(
    "PA011",
    Severity.WARNING,
    "A resource that nobody looks at",
    consequence=Consequence.NO_FAILOVER,
    why="without a monitor operation Pacemaker never asks again after the start: a dead service counts as "
    "running",
    fix="op monitor interval=10s timeout=20s",
    source=f"{_EXPLAINED}, Monitoring resources for failure; crmsh 4.4.1 parse.py: no interval is 0",
    bad=crm(VIP.replace("op monitor interval=10s", "op start interval=0 timeout=20s")),
    good=crm(VIP),
    points_at="primitive vip ocf:heartbeat:IPaddr2 \\",
)
def unmonitored(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        for primitive in cluster.primitives:
            never = [op for op in primitive.ops if op.name == "monitor" and op.interval == 0]
            if never and not _monitors(primitive) and not primitive.templated and not primitive.fencing:
                what = (
                    f"the monitor of {primitive.id} has no interval, or 0: it is run once, before the start"
                )
                yield Hit(never[0].at, what)
                continue
            given = primitive.filled or primitive.templated or primitive.fencing
            if not given and not _monitors(primitive) and primitive.type.lower() not in ("remote", "dummy"):
                yield Hit(primitive.at, f"{primitive.id} has no monitor operation")


def _promotables(cluster: Cluster) -> list[Primitive]:
    clones = [c for c in cluster.collections if c.promotable]
    return [p for clone in clones for p in cluster.inside(clone.id)]


@rule(
    "PA012",
    Severity.WARNING,
    "A promotable resource without a monitor for each role",
    consequence=Consequence.NO_FAILOVER,
    why="a monitor is for one role only: failures of the other are not seen; of two monitors with one "
    "interval only one runs",
    fix="op monitor interval=29s role=Promoted and op monitor interval=31s role=Unpromoted",
    source=f"{_EXPLAINED}, Monitoring multi-state resources: different intervals for each role",
    bad=crm(DRBD.replace("interval=29s role=Promoted", "interval=31s role=Promoted"), FS, TIED),
    good=crm(DRBD, FS, TIED),
    points_at="op monitor interval=31s role=Promoted",
)
def one_role(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        for primitive in _promotables(cluster):
            monitors = _monitors(primitive)
            if not monitors:
                continue  # PA011 has it, or the tool takes those of the agent
            first: dict[float | None, Op] = {}
            twice = [op for op in monitors if op.interval and first.setdefault(op.interval, op) is not op]
            if not any(op.role == PROMOTED for op in monitors):
                what = f"{primitive.id} is not monitored as Promoted"
                yield Hit(monitors[0].at, what)
            elif len(monitors) == 1:
                yield Hit(monitors[0].at, f"{primitive.id} is monitored as Promoted only")
            elif twice:
                what = f"two monitors of {primitive.id} have the interval {twice[0].interval:g} s"
                yield Hit(twice[0].at, what, related=(first[twice[0].interval].at,))


_ADVICE: dict[str, dict[str, float]] = {
    "galera": {"start": 120, "stop": 120, "promote": 300, "monitor": 30},
    "mysql": {"start": 120, "stop": 120, "monitor": 30},
    "mariadb": {"start": 120, "stop": 120, "monitor": 30},
    "pgsql": {"start": 120, "stop": 120, "demote": 120, "monitor": 30},
    "oracle": {"start": 120, "stop": 120},
    "rabbitmq-cluster": {"start": 100, "stop": 90},
    "rabbitmq-server": {"start": 600, "stop": 120},
    "drbd": {"start": 240, "stop": 100, "promote": 90},
    "filesystem": {"start": 60, "stop": 60},
}
"""Seconds each agent asks for in its meta-data (resource-agents 4.12, drbd-utils 9.22, RabbitMQ 3)."""


@rule(
    "PA013",
    Severity.WARNING,
    "A timeout shorter than the agent asks for",
    consequence=Consequence.SLOW,
    why="a recovery that takes its time counts as a failure and starts again elsewhere; a stop that does "
    "gets the host fenced",
    fix="the timeouts of the agent's meta-data, or longer",
    source="meta-data of the agents (resource-agents 4.12): crm ra info AGENT",
    bad=crm(DRBD, FS.replace("op stop interval=0 timeout=60s", "op stop interval=0 timeout=20s"), TIED),
    good=crm(DRBD, FS, TIED),
    points_at="op stop interval=0 timeout=20s \\",
)
def hasty(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        general = cluster.setting("timeout", "op_defaults")
        two_roles = {p.id for p in _promotables(cluster)}
        for primitive in cluster.primitives:
            advice = _ADVICE.get(primitive.type.lower(), {})
            always = ("start", "stop", "demote") if primitive.id in two_roles else ("start", "stop")
            short = _short(primitive, advice, usual=None if general else _DEFAULT_TIMEOUT, always=always)
            if short:
                name, seconds, asked, op = short[0]
                related = tuple(o.at for _, _, _, o in short[1:] if o)
                what = f"{name} of {primitive.id} may take {seconds:g} s, its agent asks for {asked:g} s"
                lesser = primitive.type.lower() in ("drbd", "filesystem") and (op is None or name != "stop")
                severity = Severity.INFO if lesser else None
                yield Hit(op.at if op else primitive.at, what, related=related, severity=severity)


def _short(
    primitive: Primitive, advice: dict[str, float], *, usual: float | None, always: Sequence[str]
) -> list[tuple[str, float, float, Op | None]]:
    """The operations that get less time than advised: name, seconds, advice, and where it is said.

    Monitors are many sites' own choice: only half the advice is too little for them.
    """
    if primitive.agent[0] != "ocf":
        return []
    tool_knows = primitive.filled or primitive.templated
    found: list[tuple[str, float, float, Op | None]] = []
    for name, asked in advice.items():
        op = next((op for op in primitive.ops if op.name == name), None)
        if op and op.timeout is not None and op.timeout < (asked / 2 if name == "monitor" else asked):
            found.append((name, op.timeout, asked, op))
        elif not op and usual is not None and not tool_knows and name in always:
            found.append((name, usual, asked, None))
    return sorted(found, key=lambda item: item[3] is None)
