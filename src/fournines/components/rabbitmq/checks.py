"""What the brokers promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from fournines.components.rabbitmq.model import BROKERS, PORT, Facts, Options, facts_ask, parse_facts
from fournines.kit.check import Answers, Ask, Check, Output, each_host
from fournines.kit.context import Context
from fournines.kit.declare import MessageUser
from fournines.kit.verdict import Verdict, failed, passed, unknown, worst

_UNIT = "rabbitmq-server.service"
_GUEST = "guest"


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
        "members",
        "The cluster waits for no broker that the site does not have",
        each_host(_of(_no_stranger(frozenset(BROKERS.names(context.site)))), all_well="no other member"),
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
        if not facts.running >= everyone:
            return failed(f"{_list(everyone - facts.running)} not running")
        if not facts.members >= everyone:
            return failed(f"members are {_list(facts.members)}")
        if facts.running != everyone:
            return failed(f"{_list(facts.running - everyone)} runs too, and is no broker of this site")
        return passed(f"{len(everyone)} running")

    return judge


def _no_stranger(everyone: frozenset[str]) -> Callable[[Facts], Verdict]:
    """A member that is gone counts for the majority: two of them, and one more that fails is too many."""

    def judge(facts: Facts) -> Verdict:
        strangers = facts.members - everyone
        return failed(f"{_list(strangers)} still counts as a member") if strangers else passed("none")

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
    """Not for a barrier: an account that somebody else made stays, and must not block a deployment."""
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


def _list(names: frozenset[str] | set[str]) -> str:
    return ", ".join(sorted(names)) or "none"
