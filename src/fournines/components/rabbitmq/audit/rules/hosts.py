"""What one broker's host must have right to be a member of its cluster."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.rabbitmq.audit.facts import Cookie, CookieMode, Joined, Misplaced, brokers
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_CLUSTERING = "RabbitMQ documentation, Clustering Guide"
_CLASSIC = """
    [{{rabbit, [{{cluster_nodes, {{['rabbit@mq1', 'rabbit@mq2', 'rabbit@mq3'], {}}}}},
               {{cluster_partition_handling, pause_minority}}]}}].
    """


@rule(
    "RM007",
    Severity.ERROR,
    "The brokers' Erlang cookies differ",
    consequence=Consequence.NO_RETURN,
    why="a broker with another cookie is refused by the others, and one whose file others may read does not "
    "start",
    fix="the same .erlang.cookie on every host, owner rabbitmq, mode 400",
    source=f"{_CLUSTERING}: the Erlang cookie",
    bad={
        "mq1/var/lib/rabbitmq/.erlang.cookie": "QWERTYUIOPASDFGHJKLZ",
        "mq2/var/lib/rabbitmq/.erlang.cookie": "QWERTYUIOPASDFGHJKLX",
    },
    good={
        "mq1/var/lib/rabbitmq/.erlang.cookie": "QWERTYUIOPASDFGHJKLZ",
        "mq2/var/lib/rabbitmq/.erlang.cookie": "QWERTYUIOPASDFGHJKLZ",
    },
    points_at="***",
)
def cookies(evidence: Evidence) -> Iterator[Hit | Unknown]:
    first: Cookie | None = None
    for cookie in evidence.all(Cookie):
        first = first or cookie
        if cookie.secret != first.secret and cookie.at.host != first.at.host:
            yield Hit(
                cookie.at, f"another Erlang cookie than on {first.at.host or 'the others'}", (first.at,)
            )
    for said in evidence.all(CookieMode):
        if said.mode not in ("400", "600"):
            yield Hit(said.at, f"the Erlang cookie gets mode {said.mode}: Erlang wants it for its owner only")


@rule(
    "RM008",
    Severity.WARNING,
    "A broker that keeps its definitions in memory only",
    consequence=Consequence.SINGLE,
    why="users, queues and policies are on the disc nodes alone: when those are lost, a RAM node cannot "
    "start",
    fix="disc nodes throughout; RabbitMQ 4 has no others",
    source=f"{_CLUSTERING}: RAM nodes are deprecated",
    bad={"mq1/rabbitmq.config": _CLASSIC.format("ram")},
    good={"mq1/rabbitmq.config": _CLASSIC.format("disc")},
    points_at="[{rabbit, [{cluster_nodes, {['rabbit@mq1', 'rabbit@mq2', 'rabbit@mq3'], ram}},",
)
def memory_only(evidence: Evidence) -> Iterator[Hit | Unknown]:
    seen: set[Place] = set()
    for broker in brokers(evidence):
        for member in broker.members:
            if member.ram and member.at not in seen:
                seen.add(member.at)
                yield Hit(member.at, "the broker joins as a RAM node")
    for joined in evidence.all(Joined):
        if joined.ram:
            what = (
                "the cluster that is shown has a RAM node"
                if joined.shown
                else "the broker joins as a RAM node"
            )
            yield Hit(joined.at, what)


@rule(
    "RM009",
    Severity.WARNING,
    "The broker can be entered with the name everybody knows",
    consequence=Consequence.EXPOSED,
    why="guest is an administrator with a published password: whoever reaches the port can drop every queue",
    fix="a user and a virtual host of the services' own; leave loopback_users alone",
    source="RabbitMQ documentation, Access Control: default virtual host and user",
    bad={"mq1/rabbitmq.conf": "listeners.tcp.1 = 10.0.0.11:5672\nloopback_users = none\n"},
    good={"mq1/rabbitmq.conf": "listeners.tcp.1 = 10.0.0.11:5672\ndefault_user = openstack\n"},
    points_at="loopback_users = none",
)
def guest(evidence: Evidence) -> Iterator[Hit | Unknown]:
    seen: set[Place] = set()
    gone = any(_GONE.search(source.text) for source in evidence.sources if "guest" in source.text)
    for broker in () if gone else brokers(evidence):
        own = broker.get("default_user")
        name = own.value if own else "guest"
        opened = broker.get("loopback_users") or broker.get(f"loopback_users.{name}")
        if own and name == "guest" and own.at not in seen:
            seen.add(own.at)
            yield Hit(own.at, "the broker's first user is guest")
        elif opened and name == "guest" and opened.value in ("none", "false", "") and opened.at not in seen:
            seen.add(opened.at)
            yield Hit(opened.at, "guest may log in from anywhere")


_GONE = re.compile(r"\b(?:delete_user|change_password)\b[\"',\s]{1,5}guest\b")
"""A step by which nobody enters any more as guest with the password that everybody knows."""
_NODES = "".join(f"cluster_formation.classic_config.nodes.{n} = rabbit@mq{n}\n" for n in (1, 2, 3))


@rule(
    "RM023",
    Severity.WARNING,
    "After a split the smaller side's messages are thrown away",
    consequence=Consequence.DATA,
    why="with autoheal both sides of a split go on and take messages; when they meet again those of the "
    "losing side restart and forget what was accepted there",
    fix="cluster_partition_handling = pause_minority, with three brokers or more",
    source="RabbitMQ documentation, Clustering and Network Partitions: which mode to pick",
    bad={"mq1/rabbitmq.conf": f"{_NODES}cluster_partition_handling = autoheal\n"},
    good={"mq1/rabbitmq.conf": f"{_NODES}cluster_partition_handling = pause_minority\n"},
    points_at="cluster_partition_handling = autoheal",
)
def healed_by_loss(evidence: Evidence) -> Iterator[Hit | Unknown]:
    seen: set[Place] = set()
    for broker in brokers(evidence):
        said = broker.get("cluster_partition_handling")
        alone = len({member.host for member in broker.members}) == 1
        if said and not alone and said.value == "autoheal" and said.at not in seen:
            seen.add(said.at)
            yield Hit(said.at, "cluster_partition_handling is autoheal")


_CLEANUP = "cluster_formation.node_cleanup.only_log_warning"


@rule(
    "RM025",
    Severity.WARNING,
    "A broker that is down is thrown out of its cluster",
    consequence=Consequence.NO_RETURN,
    why="the others remove whoever is not in the list of their peer discovery, also a host that is only "
    "rebooted: with it go its copies of the queues, and what comes back is refused until it is reset",
    fix="only_log_warning = true (the default), and rabbitmqctl forget_cluster_node by hand",
    source="RabbitMQ documentation, Cluster Formation: Node Health Checks and Forced Removal",
    bad={"mq1/rabbitmq.conf": f"{_NODES}{_CLEANUP} = false\n"},
    good={"mq1/rabbitmq.conf": f"{_NODES}{_CLEANUP} = true\n"},
    points_at=f"{_CLEANUP} = false",
)
def thrown_out(evidence: Evidence) -> Iterator[Hit | Unknown]:
    said = [found for broker in brokers(evidence) if (found := broker.get(_CLEANUP))]
    off = list({one.at: one for one in said if one.value.lower() == "false"}.values())
    if off:
        yield Hit(off[0].at, "brokers that are down are removed by the others", tuple(o.at for o in off[1:]))


_AGREED = ("cluster_partition_handling", "default_queue_type", "net_ticktime")
"""Settings of one broker that the others have to share for the cluster to behave as one."""


@rule(
    "RM029",
    Severity.WARNING,
    "Brokers of one cluster are told different things",
    consequence=Consequence.FRAGILE,
    why="who is in the cluster, and what happens when it splits, depends on which broker is asked or started "
    "first: one pauses while another goes on, one waits for a broker that the others do not know",
    fix="the same rabbitmq.conf on every broker",
    source="RabbitMQ documentation, Clustering and Network Partitions; Cluster Formation: the same peers on "
    "every node",
    bad={
        "mq1/rabbitmq.conf": f"{_NODES}cluster_partition_handling = pause_minority\n",
        "mq2/rabbitmq.conf": f"{_NODES}cluster_partition_handling = autoheal\n",
    },
    good={f"mq{n}/rabbitmq.conf": f"{_NODES}cluster_partition_handling = pause_minority\n" for n in (1, 2)},
    points_at="cluster_partition_handling = autoheal",
)
def disagree(evidence: Evidence) -> Iterator[Hit | Unknown]:
    known = [broker for broker in brokers(evidence) if broker.host and broker.whole]
    for one, other in ((known[0], broker) for broker in known[1:]):
        for name in _AGREED:
            here, there = other.get(name), one.get(name)
            if here and there and here.value != there.value:
                what = f"{name} is {here.value} on {other.host} and {there.value} on {one.host}"
                yield Hit(here.at, what, (there.at,))
        mine, theirs = ({m.host: m for m in broker.members} for broker in (other, one))
        odd = next((mine[host] for host in mine if host not in theirs), None)
        if odd and theirs and set(mine) & set(theirs):
            what = f"{other.host} is told of {odd.host}, and {one.host} is not"
            yield Hit(odd.at, what, (one.members[0].at,))


_TICK = "[{{{}, [{{net_ticktime, 10}}]}}].\n"


@rule(
    "RM033",
    Severity.WARNING,
    "A setting of one application in the list of another",
    consequence=Consequence.SLOW,
    why="each application reads its own list only: the setting counts for nothing, and the default stays",
    fix="the list of the application that reads it: {kernel, [{net_ticktime, ...}]}, {rabbit, [...]}",
    source="kernel(6), net_ticktime; RabbitMQ documentation, Configuration: advanced.config",
    bad={"mq1/advanced.config": _TICK.format("rabbit")},
    good={"mq1/advanced.config": _TICK.format("kernel")},
    points_at="[{rabbit, [{net_ticktime, 10}]}].",
)
def misplaced(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for said in evidence.all(Misplaced):
        yield Hit(said.at, f"{said.name} stands in {said.application}, and {said.home} would read it")
