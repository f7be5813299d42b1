"""What the brokers promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from fournines.components.rabbitmq.deploy import eval_argv
from fournines.components.rabbitmq.model import BROKERS, PORT, Options, node
from fournines.kit.check import Answers, Ask, Check, Output, each_host
from fournines.kit.context import Context
from fournines.kit.declare import MessageUser
from fournines.kit.verdict import Verdict, failed, passed, unknown, worst

_UNIT = "rabbitmq-server.service"
_GUEST = "guest"
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
    """What one broker says of itself and the others, hosts by name."""

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

    def hosts(key: str) -> frozenset[str]:
        return _hosts(next((row[0] for row in column(key)), ""))

    return Facts(
        values={row[0]: row[1] for row in rows if len(row) == 2},  # noqa: PLR2004 - key and value
        running=hosts("running"),
        members=hosts("members"),
        partitions=hosts("partitions"),
        alarms=tuple(row[0] for row in column("alarm")),
        users=frozenset(row[0] for row in column("user")),
        listeners=frozenset(":".join(row) for row in column("listener")),
        queues=tuple(
            Queue(vhost, name, _host(leader), _hosts(members))
            for vhost, name, leader, members in column("queue")
        ),
    )


def leaders_ask(host: str) -> Ask:
    """A question to any broker, whose answer ``parse_leaders`` understands."""
    return facts_ask(host)


def parse_leaders(answer: Output) -> dict[tuple[str, str], str]:
    """The host that leads each quorum queue, by (vhost, queue); empty when the broker did not answer."""
    facts = parse_facts(answer.stdout)
    return {} if facts is None else {(queue.vhost, queue.name): queue.leader for queue in facts.queues}


def _check(
    context: Context, what: str, promise: str, judge: Callable[[Answers], Verdict], *, barrier: bool
) -> Check:
    asks = {name: facts_ask(name) for name in sorted(host.name for host in BROKERS(context.site))}
    return Check(f"rabbitmq.{what}", promise, asks=asks, judge=judge, barrier=barrier, seconds=120)


def checks(context: Context) -> Iterator[Check]:
    """The cluster, its queues, its settings, and what starts at boot."""
    everyone = frozenset(host.name for host in BROKERS(context.site))
    check = partial(_check, context)
    yield check(
        "whole",
        f"All {len(everyone)} brokers run as one cluster, as each of them sees it",
        each_host(
            _of(_whole(everyone)), all_well=f"{len(everyone)} of {len(everyone)} running, no partition"
        ),
        barrier=True,
    )
    yield check(
        "alarms",
        "No broker blocks publishers for want of memory or disk",
        each_host(_of(_quiet), all_well="no alarm"),
        barrier=False,
    )
    yield check(
        "queues",
        "Every quorum queue has a running leader and a copy on every broker",
        each_host(_of(_replicated(everyone))),
        barrier=False,
    )
    yield check("settings", "Each broker runs with what was deployed", _settings(context), barrier=False)
    yield Check(
        "rabbitmq.units",
        "The broker runs and starts at boot",
        asks={
            name: Ask(("sh", "-c", f"systemctl is-enabled {_UNIT}; systemctl is-active {_UNIT}"))
            for name in sorted(everyone)
        },
        judge=each_host(_at_boot, all_well="running, and enabled at boot"),
        barrier=True,
    )


def account_checks(context: Context) -> Iterator[Check]:
    """Where the metadata lies, and the accounts in it."""
    yield _check(
        context,
        "metadata",
        "Metadata is in Khepri, and new queues are quorum queues",
        each_host(_of(_modern), all_well="Khepri; quorum by default"),
        barrier=True,
    )
    yield _check(
        context,
        "accounts",
        "Every declared account exists; guest does not",
        each_host(_of(_accounts(context)), all_well="as declared"),
        barrier=True,
    )
    yield _check(
        context,
        "leftovers",
        "No account exists that nobody declared",
        each_host(_of(_leftovers(context)), all_well="none"),
        barrier=False,
    )


def _of(judge: Callable[[Facts], Verdict]) -> Callable[[Output], Verdict]:
    def judge_answer(answer: Output) -> Verdict:
        facts = parse_facts(answer.stdout)
        if facts is not None:
            return judge(facts)
        said = " ".join((answer.stderr + answer.stdout).split())
        return failed(f"the broker does not answer: {said[-160:] or 'nothing said'}")

    return judge_answer


def _whole(everyone: frozenset[str]) -> Callable[[Facts], Verdict]:
    def judge(facts: Facts) -> Verdict:
        if facts.partitions:
            return failed(f"partitioned from {_list(facts.partitions)}")
        if facts.running != everyone:
            return failed(f"{_list(everyone - facts.running)} not running")
        if facts.members != everyone:
            return failed(f"members are {_list(facts.members)}")
        return passed(f"{len(everyone)} running")

    return judge


def _quiet(facts: Facts) -> Verdict:
    return failed(", ".join(facts.alarms)) if facts.alarms else passed("no alarm")


def _modern(facts: Facts) -> Verdict:
    kind = facts.values.get("default_queue_type")
    if facts.values.get("khepri") != "true":
        return failed("metadata is in Mnesia")
    if kind != "rabbit_quorum_queue":
        return failed(f"new queues are {kind}")
    return passed("Khepri; quorum by default")


def _replicated(everyone: frozenset[str]) -> Callable[[Facts], Verdict]:
    def judge(facts: Facts) -> Verdict:
        wrong = [
            f"{q.vhost}/{q.name}: leader {q.leader}, copies on {_list(q.members)}"
            for q in facts.queues
            if q.leader not in facts.running or q.members != everyone
        ]
        return failed("; ".join(wrong[:3])) if wrong else passed(f"{len(facts.queues)} quorum queues")

    return judge


def _accounts(context: Context) -> Callable[[Facts], Verdict]:
    wanted = {user.user for user in context.declared(MessageUser)}

    def judge(facts: Facts) -> Verdict:
        missing = wanted - facts.users
        if missing or _GUEST in facts.users:
            also = "; guest exists" if _GUEST in facts.users else ""
            return failed(f"missing: {_list(missing)}{also}")
        return passed("as declared")

    return judge


def _leftovers(context: Context) -> Callable[[Facts], Verdict]:
    """Not for a barrier: what left the site file stays on the brokers, and must not block a deployment."""
    wanted = {user.user for user in context.declared(MessageUser)}

    def judge(facts: Facts) -> Verdict:
        left = facts.users - wanted
        if not left:
            return passed("none")
        return failed(f"{_list(left)}; nobody declares it: rabbitmqctl delete_user NAME")

    return judge


def _settings(context: Context) -> Callable[[Answers], Verdict]:
    options = context.options("rabbitmq", Options)

    def one(host: str, answer: Output | None) -> Verdict:
        if answer is None:
            return unknown("not reachable")
        return _of(lambda facts: as_deployed(host, facts))(answer)

    def as_deployed(host: str, facts: Facts) -> Verdict:
        wanted = {"tick": str(options.net_ticktime), "leader_poll": str(options.leader_poll)}
        wrong = [
            f"{k} is {facts.values.get(k)}, not {v}" for k, v in wanted.items() if facts.values.get(k) != v
        ]
        listening = f"{context.site.address(host)}:{PORT}"
        if listening not in facts.listeners:
            wrong.append(f"does not listen on {listening}")
        return failed("; ".join(wrong)) if wrong else passed("as deployed")

    def judge(answers: Answers) -> Verdict:
        return worst(((host, one(host, answer)) for host, answer in answers.items()), all_well="as deployed")

    return judge


def _at_boot(answer: Output) -> Verdict:
    seen = answer.stdout.split()
    if seen == ["enabled", "active"]:
        return passed("running, and enabled at boot")
    return failed(f"{_UNIT} is {' and '.join(seen) or 'unknown'}")


def _host(name: str) -> str:
    return name.removeprefix(node(""))


def _hosts(names: str) -> frozenset[str]:
    return frozenset(_host(name) for name in names.split(",") if name)


def _list(names: frozenset[str] | set[str]) -> str:
    return ", ".join(sorted(names)) or "none"
