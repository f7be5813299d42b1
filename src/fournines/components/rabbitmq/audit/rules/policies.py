"""Whether queues have copies, as far as policies decide it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.rabbitmq.audit.facts import Joined, Policy, Wiped, major
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_QUEUES = ("nova", "notifications.info", "cinder-volume", "q-plugin", "reply_0f3c", "conductor.controller1")
"""Names OpenStack services give their queues; oslo.messaging."""
_OWN = "amq.gen-JzTY20BRgKO"
NO_MIRRORS = 4
"""Major release without classic mirroring."""
_SET = "#!/bin/sh\nrabbitmqctl set_policy {} '{}' '{{\"ha-mode\":\"all\"}}'\n"


@rule(
    "RM004",
    Severity.ERROR,
    "A mirroring policy that fits no queue",
    consequence=Consequence.DATA,
    why="rabbitmqctl takes any pattern without a word; queues it does not match live on one broker and are "
    "gone "
    "with it",
    fix="the pattern ^(?!amq\\.).* in single quotes",
    source="RabbitMQ documentation, Classic Queue Mirroring; OpenStack HA guide, Configure RabbitMQ",
    bad={"setup.sh": _SET.format("ha-all", "^(!amq\\.).*")},
    good={"setup.sh": _SET.format("ha-all", "^(?!amq\\.).*")},
    points_at="rabbitmqctl set_policy ha-all '^(!amq\\.).*' '{\"ha-mode\":\"all\"}'",
)
def fits_nothing(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for policy in evidence.all(Policy):
        if "$" in policy.pattern.rstrip("$") or not policy.mirrors:
            continue
        if policy.definition.get("ha-mode") == "exactly" and str(policy.definition.get("ha-params")) == "1":
            what = f"{policy.name} keeps exactly one copy of each queue: none is mirrored"
            yield Hit(policy.at, what, why=_ONE_COPY, fix=_TWO_COPIES)
            continue
        if "`" in policy.pattern:
            yield Hit(policy.at, f"the pattern of {policy.name} is in backquotes: the shell runs it")
            continue
        try:
            pattern = re.compile(policy.pattern)
        except re.error as error:
            yield Hit(policy.at, f"the pattern of {policy.name} is no regular expression: {error}")
            continue
        if _endless(policy.pattern):
            yield Unknown(policy.at, f"what the pattern of {policy.name} matches: it repeats what repeats")
            continue
        if not any(pattern.search(queue) for queue in _QUEUES) and "amq" in policy.pattern:
            yield Hit(policy.at, f"the pattern of {policy.name} matches no queue of any service")
        elif pattern.search(_OWN):
            yield Hit(
                policy.at,
                f"{policy.name} mirrors RabbitMQ's own amq.* queues too",
                why="queues of one connection are copied to every broker for nothing",
                severity=Severity.INFO,
            )


_ONE_COPY = (
    "ha-params counts all copies, the queue itself included: with 1 each queue lives on one broker and is "
    "gone with it"
)
_TWO_COPIES = "ha-params 2 (a queue and one mirror), or ha-mode all; better quorum queues (RabbitMQ 3.8)"


def works(policy: Policy) -> bool:
    """Whether a policy mirrors queues of services at all; what cannot be tried is believed."""
    if not policy.mirrors or "`" in policy.pattern:
        return False
    if "$" in policy.pattern.rstrip("$") or _endless(policy.pattern):
        return True
    try:
        pattern = re.compile(policy.pattern)
    except re.error:
        return False
    return any(pattern.search(queue) for queue in _QUEUES) or "amq" not in policy.pattern


_MORE = (
    *(
        "neutron-vo-Port-1.1_fanout_0f3c",
        "q-agent-notifier-port-update",
        "dhcp_agent.net1",
        "l3_agent",
        "engine",
    ),
    *(
        "heat-engine-listener",
        "scheduler_fanout_0f3c",
        "compute.cmp1",
        "cinder-scheduler",
        "notifications.error",
    ),
    *(
        "glance",
        "keystone",
        "magnum-conductor",
        "octavia_provisioning_v2",
        "alarming.sample",
        "central",
        "worker",
    ),
)
"""Further names of theirs: a policy may be for one service only."""


def fits_other(policy: Policy) -> bool:
    """Whether a policy surely is for queues that no service of OpenStack has, and its pattern is whole."""
    if "`" in policy.pattern or "$" in policy.pattern.rstrip("$") or "amq" in policy.pattern:
        return False
    if _endless(policy.pattern):
        return False
    try:
        pattern = re.compile(policy.pattern)
    except re.error:
        return False
    return not any(pattern.search(queue) for queue in (*_QUEUES, *_MORE))


def _endless(pattern: str) -> bool:
    """Whether trying an expression could take for ever: it is a stranger's, and has groups that repeat."""
    return len(re.findall(r"[*+{]", pattern)) > _MOST_REPEATS or bool(re.search(r"\)[*+{]", pattern))


_MOST_REPEATS = 5
"""Repeats of a policy's expression that is tried: on names of 30 letters that is a moment."""


@rule(
    "RM005",
    Severity.ERROR,
    "Mirrored queues on a RabbitMQ that has none",
    consequence=Consequence.DATA,
    why="classic mirroring was removed in RabbitMQ 4: the policy is accepted and nothing is copied",
    fix="quorum queues: default_queue_type = quorum, and rabbit_quorum_queue = true in the services",
    source="RabbitMQ blog, 2024-08-28: 4.0 release, classic queue mirroring removed",
    bad={"setup.sh": "#!/bin/sh\napt-get install rabbitmq-server=4.0.5-1\n" + _SET[10:].format("ha", ".*")},
    good={"setup.sh": "#!/bin/sh\napt-get install rabbitmq-server=3.12.1-1\n"},
    points_at="rabbitmqctl set_policy ha '.*' '{\"ha-mode\":\"all\"}'",
)
def mirrors_removed(evidence: Evidence) -> Iterator[Hit | Unknown]:
    release = major(evidence)
    for policy in evidence.all(Policy):
        if policy.mirrors and release is not None and release >= NO_MIRRORS:
            yield Hit(policy.at, f"{policy.name} asks for mirrors, the brokers are RabbitMQ {release}")


_SYNCED = "#!/bin/sh\nrabbitmqctl set_policy ha-all '^(?!amq\\.).*' '{}'\n"
_ALL = '{"ha-mode":"all"}'
_ALL_SYNCED = '{"ha-mode":"all","ha-sync-mode":"automatic"}'


@rule(
    "RM020",
    Severity.WARNING,
    "Mirrors that do not get what is in the queue",
    consequence=Consequence.DATA,
    why="without ha-sync-mode a broker that comes back mirrors new messages only: when the one with the old "
    "ones is lost next, they are gone, or the queue waits for it",
    fix='"ha-sync-mode": "automatic" beside ha-mode; quorum queues on RabbitMQ 3.8 and later',
    source="RabbitMQ documentation, Classic Queue Mirroring: unsynchronised mirrors (manual is the default)",
    bad={"setup.sh": _SYNCED.format(_ALL)},
    good={"setup.sh": _SYNCED.format(_ALL_SYNCED)},
    points_at="rabbitmqctl set_policy ha-all '^(?!amq\\.).*' '{\"ha-mode\":\"all\"}'",
)
def unsynchronised(evidence: Evidence) -> Iterator[Hit | Unknown]:
    if (major(evidence) or 0) >= NO_MIRRORS:
        return
    for policy in evidence.all(Policy):
        if policy.mirrors and not policy.synchronises:
            yield Hit(policy.at, f"{policy.name or 'the policy'} has no ha-sync-mode")


_DEFINED = '{{"vhosts": [{{"name": "/"}}],\n "policies": [\n  '
_DEFINED += '{{"name": "ha-all", "vhost": "/", "pattern": "{}",\n   '
_DEFINED += '"definition": {{"ha-mode": "all", "ha-sync-mode": "automatic"}}}}\n ]}}\n'


@rule(
    "RM021",
    Severity.WARNING,
    "Definitions that undo at boot what was set by hand",
    consequence=Consequence.FRAGILE,
    why="a broker that imports its definitions when it boots puts their policy back in the place of the one "
    "of the same name that was set since: queues change how they are copied at a restart",
    fix="one of the two, or the same in both",
    source="RabbitMQ documentation, Schema Definition Export and Import: existing objects are overwritten",
    bad={"mq1/definitions.json": _DEFINED.format("^nova"), "mq1/setup.sh": _SYNCED.format(_ALL_SYNCED)},
    good={
        "mq1/definitions.json": _DEFINED.format("^(?!amq\\\\.).*"),
        "mq1/setup.sh": _SYNCED.format(_ALL_SYNCED),
    },
    points_at='{"name": "ha-all", "vhost": "/", "pattern": "^nova",',
)
def undone_at_boot(evidence: Evidence) -> Iterator[Hit | Unknown]:
    by_hand = {policy.name: policy for policy in evidence.all(Policy) if not policy.boot}
    seen = set()
    for policy in evidence.all(Policy):
        other = by_hand.get(policy.name)
        if not policy.boot or not other or not other.definition or (policy.name, policy.text) in seen:
            continue
        same = dict(policy.definition) == dict(other.definition) and policy.pattern == other.pattern
        if not same:
            seen.add((policy.name, policy.text))
            what = f"{policy.name} is another policy here than the one that is set by command"
            yield Hit(policy.at, what, related=(other.at,))


_JOIN = "#!/bin/sh\nrabbitmqctl stop_app\nrabbitmqctl reset\n{}rabbitmqctl start_app\n"


@rule(
    "RM022",
    Severity.WARNING,
    "A step that empties a broker",
    consequence=Consequence.DATA,
    why="reset takes the broker out of its cluster and deletes its users, queues and messages: what "
    "comes back is an empty broker on its own",
    fix="leave reset out; before join_cluster only, on a broker that holds nothing",
    source="rabbitmqctl(8) reset, force_reset",
    bad={"setup.sh": _JOIN.format("")},
    good={"setup.sh": _JOIN.format("rabbitmqctl join_cluster rabbit@mq1\n")},
    points_at="rabbitmqctl reset",
)
def emptied(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for wiped in evidence.all(Wiped):
        joins = [joined.at for joined in evidence.all(Joined) if joined.at.path == wiped.at.path]
        if joins and all(wiped.at.line < at.line for at in joins):
            what = f"{wiped.verb} of the broker that the others join after it: right once, and never again"
            yield Hit(wiped.at, what, related=(joins[0],), severity=Severity.INFO)
        else:
            yield Hit(wiped.at, f"{wiped.verb}, and the broker does not join a cluster after it")
