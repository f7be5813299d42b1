"""Asking hosts what checks want to know, all at once, and judging the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fournines.engine.agent.process import TIMED_OUT
from fournines.engine.agent.questions import AT_ONCE
from fournines.engine.fanout import on_each
from fournines.engine.wire.remote import call
from fournines.engine.wire.transport import Transport
from fournines.errors import HostError, TransportError
from fournines.kit.check import Ask, Check, Output
from fournines.kit.verdict import Verdict

_GRACE = 5.0
"""Seconds a host gets on top of its questions: for the connection and for starting them."""

Heard = dict[tuple[str, Ask], Output | None]


async def verdicts(transport: Transport, checks: Iterable[Check]) -> list[tuple[Check, Verdict]]:
    """Each check with its verdict, in the order given. Never raises for a host that is not there.

    All questions to a host go in one round trip and are asked side by side there; a question that
    several checks ask is asked once.
    """
    wanted = list(checks)
    heard = await ask_all(transport, ((host, ask) for check in wanted for host, ask in check.asks.items()))
    return [
        (check, check.verdict({host: heard[host, ask] for host, ask in check.asks.items()}))
        for check in wanted
    ]


async def ask_all(transport: Transport, questions: Iterable[tuple[str, Ask]]) -> Heard:
    """The answers to questions; None for those of a host that could not be reached."""
    by_host: dict[str, dict[Ask, None]] = {}
    for host, ask in questions:
        by_host.setdefault(host, {})[ask] = None
    heard: Heard = {}
    await on_each(by_host, lambda host: _ask_host(transport, host, tuple(by_host[host]), heard))
    return heard


def patience(asks: Sequence[Ask]) -> float:
    """Seconds after which a host that answers at all has answered, even if every question hangs.

    The host asks ``AT_ONCE`` of them side by side and begins the next when one ends. However they fall, that
    takes no longer than their share of the whole and the slowest (Graham's bound for list scheduling, 1966).
    """
    timeouts = [ask.timeout for ask in asks]
    return sum(timeouts) / AT_ONCE + max(timeouts) + _GRACE


async def _ask_host(transport: Transport, host: str, asks: Sequence[Ask], heard: Heard) -> None:
    questions = [{"argv": list(a.argv), "stdin": a.stdin, "timeout": a.timeout} for a in asks]
    try:
        response = await call(transport, host, {"do": ["ask"], "asks": questions}, timeout=patience(asks))
    except (TransportError, HostError):
        heard.update({(host, ask): None for ask in asks})
        return
    answers: Sequence[Mapping[str, str | int] | None] = response["answers"]
    for ask, answer in zip(asks, answers, strict=True):
        heard[host, ask] = _output(ask, answer)


def _output(ask: Ask, answer: Mapping[str, str | int] | None) -> Output:
    """An answer as the judge gets it; what a reachable host did not answer in time, failed there."""
    if answer is None:
        return Output(TIMED_OUT, "", f"no answer within {ask.timeout:g} s")
    return Output(int(answer["code"]), str(answer["stdout"]), str(answer["stderr"]))
