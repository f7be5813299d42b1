"""RabbitMQ's options and names, and what a broker says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field

from fournines.kit.check import Ask, Output
from fournines.kit.where import Moded, Where, on
from fournines.spec.model import Host, Mode, Role, Site
from fournines.spec.shapes import Measure
from fournines.spec.types import Milliseconds, WholeSeconds

PORT = 5672
DIST_PORT = 25672
"""Broker to broker."""
EPMD_PORT = 4369
"""Where brokers look up each other's port."""

STREAM_PORTS: Final = (6000, 6199)
"""Broker to broker as well: a copy of a stream that starts waits at any free one of these for its leader."""

BROKERS: Final = on(Role.CONTROLLER, Role.ARBITER)
"""The hosts with a broker: everybody who votes, the arbiter with a full copy like the others."""

MOVING: Final = on(Role.CONTROLLER)
"""The hosts that the only broker can move to, where it moves: those with a copy of its data."""
UNIT: Final = "rabbitmq-server.service"
VOLUME: Final = "rabbitmq"
"""The volume's name in the site file, and in the guide."""
DATA: Final = "/var/lib/rabbitmq/mnesia"
"""What moves: not the home around it, in which the cookie lies, the same on every host."""
LOCAL: Final = "localhost"
"""The host in the name of a broker that moves: its data belongs to that name, wherever it is."""

Size = Annotated[str, Measure({"MB": 10**6, "GB": 10**9}, lowest="50MB", highest="10000GB")]
"""Megabytes or gigabytes as RabbitMQ writes them: 512MB, 2GB."""


BROKER_MB = 110
"""What a broker without queues holds, in MiB."""


class Options(Moded):
    """What a site may override."""

    mode: Mode | None = None
    """active-active, which it is unless given: a broker on every host that votes, each queue on all of them;
    active-passive: one broker, with its data on the volume ``rabbitmq`` that moves with it."""

    heartbeat: WholeSeconds = Field(default=10, ge=5, le=60)
    """Seconds between a client's signs of life; below 5 RabbitMQ's guide warns of false alarms."""
    net_ticktime: WholeSeconds = Field(default=5, ge=4, le=60)
    """Seconds until a silent broker counts as down; declaring a queue stalls that long after a power loss."""
    leader_poll: Milliseconds = Field(default=200, ge=100, le=5000)
    """Milliseconds between looks at the hosts of queue leaders (aten): how soon another one leads."""
    disk_free_limit: Size = "1GB"
    """With less free disk than this, publishers are blocked."""
    start_timeout: WholeSeconds = Field(default=600, ge=60, le=86400)
    """Seconds a start may wait for the other brokers before it is tried anew."""
    stop_timeout: WholeSeconds = Field(default=30, ge=5, le=3600)
    """Seconds a stop may take before the process is killed."""

    def mode_in(self, site: Site) -> Mode:
        """Brokers need nobody who moves them, so it is active-active in both kinds of site."""
        del site
        return self.mode or Mode.ACTIVE_ACTIVE

    def brokers(self, site: Site) -> Where:
        """The hosts with a broker, or on one of which the only one is."""
        return MOVING if self.moves_in(site) else BROKERS


def node(host: Host | str) -> str:
    """A broker's Erlang name."""
    return f"rabbit@{host if isinstance(host, str) else host.name}"


# --- what a broker says of itself ---------------------------------------------------------------------------


def eval_argv(host: Host | str) -> tuple[str, ...]:
    """The command that evaluates Erlang from stdin in a host's own broker and prints what that prints."""
    return ("env", "HOME=/var/lib/rabbitmq", "erl_call", "-R", "-fetch_stdout", "-n", node(host), "-e")


_RUNS = """echo 'rabbit:is_running() andalso io:format("holds~n").'"""
WORKS: Final = f"{_RUNS} | {' '.join(eval_argv(LOCAL))} | grep -qx holds"
"""What is asked of a broker that moves: one that hangs accepts connections and answers nothing."""

# RabbitMQ 4.3 has no Mnesia, hence nothing that could be partitioned in Mnesia's sense.
_FACTS = r"""
Say = fun(K, Vs) -> io:format("~s~s~n", [K, [[$\t | io_lib:format("~ts", [V])] || V <- Vs]]) end,
Names = fun(Ns) -> lists:join($,, [atom_to_list(N) || N <- Ns]) end,
Say("running", [Names(lists:sort(rabbit_nodes:list_running()))]),
Say("members", [Names(lists:sort(rabbit_nodes:list_members()))]),
Mnesia = erlang:function_exported(rabbit_node_monitor, partitions, 0),
Say("partitions", [Names(case Mnesia of true -> rabbit_node_monitor:partitions(); false -> [] end)]),
Say("khepri", [atom_to_list(rabbit_khepri:is_enabled())]),
[Say("alarm", [io_lib:format("~0p", [A])]) || A <- rabbit_alarm:get_alarms()],
[Say("listener", [inet:ntoa(element(5, L)), integer_to_list(element(6, L))])
  || L <- rabbit_networking:active_listeners(), element(2, L) =:= node(), element(3, L) =:= amqp],
Say("tick", [io_lib:format("~p", [net_kernel:get_net_ticktime()])]),
Say("leader_poll", [io_lib:format("~p", [application:get_env(aten, poll_interval, undefined)])]),
Say("default_queue_type", [atom_to_list(rabbit_queue_type:default())]),
[Say("user", [proplists:get_value(user, U)]) || U <- rabbit_auth_backend_internal:list_users()],
{ok, Here} = inet:gethostname(),
Say("host", [Here]),
[begin
   {resource, V, queue, N} = amqqueue:get_name(Q),
   {Id, Known} = amqqueue:get_pid(Q),
   Leader = case ra_leaderboard:lookup_leader(Id) of {_, Now} -> Now; undefined -> Known end,
   Say("queue", [V, N, atom_to_list(Leader), Names(lists:sort(maps:get(nodes, amqqueue:get_type_state(Q))))])
 end || Q <- rabbit_amqqueue:list(), amqqueue:get_type(Q) =:= rabbit_quorum_queue],
Say("complete", []).
"""


@dataclass(frozen=True, slots=True)
class Queue:
    """A quorum queue as one broker sees it; brokers by host name."""

    vhost: str
    name: str
    leader: str
    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """What one broker says of itself and the others, hosts by name; the one that moves by that it is on."""

    values: Mapping[str, str]
    running: frozenset[str]
    members: frozenset[str]
    partitions: frozenset[str]
    alarms: tuple[str, ...]
    users: frozenset[str]
    listeners: frozenset[str]
    queues: tuple[Queue, ...]


def facts_ask(host: str) -> Ask:
    """The one question that all checks of a host share (50 ms)."""
    return Ask(eval_argv(host), stdin=_FACTS, timeout=8.0)


def parse_facts(text: str) -> Facts | None:
    """A broker's answer; None when it is not a whole one."""
    rows = [line.split("\t") for line in text.splitlines()]
    if not any(row[0] == "complete" for row in rows):
        return None

    def column(key: str) -> list[list[str]]:
        return [row[1:] for row in rows if row[0] == key]

    here = next((row[0] for row in column("host")), LOCAL)

    def named(names: str) -> frozenset[str]:
        return frozenset(here if name == LOCAL else name for name in _hosts(names))

    def hosts(key: str) -> frozenset[str]:
        return named(next((row[0] for row in column(key)), ""))

    return Facts(
        values={row[0]: row[1] for row in rows if len(row) == 2},  # noqa: PLR2004 - key and value
        running=hosts("running"),
        members=hosts("members"),
        partitions=hosts("partitions"),
        alarms=tuple(row[0] for row in column("alarm")),
        users=frozenset(row[0] for row in column("user")),
        listeners=frozenset(":".join(row) for row in column("listener")),
        queues=tuple(
            Queue(vhost, name, next(iter(named(leader)), ""), named(members))
            for vhost, name, leader, members in column("queue")
        ),
    )


def leaders_ask(host: str) -> Ask:
    """A question to any broker, whose answer ``parse_leaders`` understands."""
    return facts_ask(host)


def moving_leaders_ask(host: str) -> Ask:
    """The same where there is one broker, and it is on this host or on another."""
    del host
    return facts_ask(LOCAL)


def parse_leaders(answer: Output) -> dict[tuple[str, str], str]:
    """The host that leads each quorum queue, by (vhost, queue); empty when the broker did not answer."""
    facts = parse_facts(answer.stdout)
    return {} if facts is None else {(queue.vhost, queue.name): queue.leader for queue in facts.queues}


def _host(name: str) -> str:
    return name.removeprefix(node(""))


def _hosts(names: str) -> frozenset[str]:
    return frozenset(_host(name) for name in names.split(",") if name)
