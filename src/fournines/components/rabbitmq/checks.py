"""What the brokers promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from fournines.components.rabbitmq.model import (
    LOCAL,
    PORT,
    UNIT,
    Facts,
    Options,
    facts_ask,
    parse_facts,
)
from fournines.kit.check import Answers, Ask, Check, Output, each_host
from fournines.kit.common.unit_check import moving_unit_check
from fournines.kit.context import Context
from fournines.kit.declare import MessageUser
from fournines.kit.verdict import Verdict, failed, passed, unknown

_GUEST = "guest"


def _options(context: Context) -> Options:
    return context.options("rabbitmq", Options)


def _check(
    context: Context,
    what: str,
    promise: str,
    judge: Callable[[Facts], Verdict],
    *,
    all_well: str | None = None,
    barrier: bool = False,
) -> Check:
    """Every broker must be as promised; the only one, where it moves, wherever it is."""
    site, moves = context.site, _options(context).moves_in(context.site)
    names = sorted(_options(context).brokers(site).names(site))
    asks = {name: facts_ask(LOCAL if moves else name) for name in names}
    judged = _where_it_runs(judge) if moves else each_host(_of(judge), all_well=all_well)
    return Check(f"rabbitmq.{what}", promise, asks=asks, judge=judged, barrier=barrier, seconds=120)


def checks(context: Context) -> Iterator[Check]:
    """The cluster, its queues, its settings, and what starts at boot."""
    site, options = context.site, _options(context)
    everyone = frozenset(options.brokers(site).names(site))
    if options.moves_in(site):
        yield moving_unit_check("rabbitmq", sorted(everyone), UNIT)
        return
    count = len(everyone)
    yield _check(
        context,
        "whole",
        f"All {count} brokers run as one cluster, as each of them sees it",
        _whole(everyone),
        all_well=f"{count} of {count} running, no partition",
        barrier=True,
    )
    yield from _in_itself(context)
    yield Check(
        "rabbitmq.units",
        "The broker runs and starts at boot",
        asks={
            name: Ask(("sh", "-c", f"systemctl is-enabled {UNIT}; systemctl is-active {UNIT}"))
            for name in sorted(everyone)
        },
        judge=each_host(_at_boot, all_well="running, and enabled at boot"),
        barrier=True,
    )


def _in_itself(context: Context) -> Iterator[Check]:
    """What holds of a broker, be it one or several."""
    yield _check(
        context,
        "alarms",
        "No broker blocks publishers for want of memory or disk",
        _quiet,
        all_well="no alarm",
    )
    yield _check(
        context,
        "queues",
        "Every quorum queue has a running leader and a copy on every broker",
        partial(_replicated, context),
    )
    yield _check(
        context,
        "settings",
        "Each broker runs with what was deployed",
        partial(_as_deployed, context),
        all_well="as deployed",
    )


def account_checks(context: Context) -> Iterator[Check]:
    """Where the metadata lies, and the accounts in it."""
    site, options = context.site, _options(context)
    if options.moves_in(site):
        yield from _in_itself(context)
    yield _check(
        context,
        "metadata",
        "Metadata is in Khepri, and new queues are quorum queues",
        _modern,
        all_well="Khepri; quorum by default",
        barrier=True,
    )
    if not options.moves_in(site):
        yield _check(
            context,
            "members",
            "The cluster waits for no broker that the site does not have",
            _no_stranger(frozenset(options.brokers(site).names(site))),
            all_well="no other member",
            barrier=True,
        )
    yield _check(
        context,
        "accounts",
        "Every declared account exists; guest does not",
        _accounts(context),
        all_well="as declared",
        barrier=True,
    )
    yield _check(
        context,
        "leftovers",
        "No account exists that nobody declared",
        _leftovers(context),
        all_well="none",
    )


def _where_it_runs(judge: Callable[[Facts], Verdict]) -> Callable[[Answers], Verdict]:
    """A judge of the one host whose broker answers; on the others there is none."""

    def judge_answers(answers: Answers) -> Verdict:
        told = {host: parse_facts(answer.stdout) for host, answer in answers.items() if answer is not None}
        found = {host: facts for host, facts in told.items() if facts is not None}
        if len(found) > 1:
            return failed(f"a broker answers on {' and '.join(found)}")
        for host, facts in found.items():
            verdict = judge(facts)
            return Verdict(verdict.outcome, f"on {host}: {verdict.seen}")
        silent = [host for host in answers if host not in told]
        if silent:
            return unknown(f"no host that answers runs it, {', '.join(silent)} cannot be asked")
        return failed("no host's broker answers")

    return judge_answers


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


def _replicated(context: Context, facts: Facts) -> Verdict:
    options = _options(context)
    moves = options.moves_in(context.site)
    everyone = facts.running if moves else frozenset(options.brokers(context.site).names(context.site))
    wrong = [
        f"{q.vhost}/{q.name}: leader {q.leader}, copies on {_list(q.members)}"
        for q in facts.queues
        if q.leader not in facts.running or q.members != everyone
    ]
    return failed("; ".join(wrong[:3])) if wrong else passed(f"{len(facts.queues)} quorum queues")


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


def _as_deployed(context: Context, facts: Facts) -> Verdict:
    options, host = _options(context), facts.values.get("host", "")
    wanted = {"tick": str(options.net_ticktime), "leader_poll": str(options.leader_poll)}
    wrong = [f"{k} is {facts.values.get(k)}, not {v}" for k, v in wanted.items() if facts.values.get(k) != v]
    if host not in context.site.hosts:
        return failed(f"it says that it is on {host or 'no host'}, which is none of this site")
    listening = f"{context.site.address(host)}:{PORT}"
    if listening not in facts.listeners:
        wrong.append(f"does not listen on {listening}")
    return failed("; ".join(wrong)) if wrong else passed("as deployed")


def _at_boot(answer: Output) -> Verdict:
    seen = answer.stdout.split()
    if seen == ["enabled", "active"]:
        return passed("running, and enabled at boot")
    return failed(f"{UNIT} is {' and '.join(seen) or 'unknown'}")


def _list(names: frozenset[str] | set[str]) -> str:
    return ", ".join(sorted(names)) or "none"
