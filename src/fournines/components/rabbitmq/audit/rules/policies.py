"""Whether queues have copies, as far as policies decide it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.rabbitmq.audit.facts import Policy, major
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
        if "`" in policy.pattern:
            yield Hit(policy.at, f"the pattern of {policy.name} is in backquotes: the shell runs it")
            continue
        try:
            pattern = re.compile(policy.pattern)
        except re.error as error:
            yield Hit(policy.at, f"the pattern of {policy.name} is no regular expression: {error}")
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
