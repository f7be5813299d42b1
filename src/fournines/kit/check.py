"""Checks: a promise, the question that tests it on live hosts, and a pure judge of the answers.

The asking is the engine's; the judging is a pure function of what was answered, so that every check
can be shown to go red without a host.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fournines.kit.verdict import Verdict, unknown, worst


@dataclass(frozen=True, slots=True)
class Ask:
    """A read-only question to one host: a command and what it is fed. ``timeout`` in seconds."""

    argv: tuple[str, ...]
    stdin: str = ""
    timeout: float = 10.0


@dataclass(frozen=True, slots=True)
class Output:
    """What a command answered."""

    code: int
    stdout: str
    stderr: str = ""


Answers = Mapping[str, Output | None]
"""The answer of each asked host by name; None where the host could not be reached in time."""


@dataclass(frozen=True, slots=True)
class Check:
    """One promise about the site and how to see whether it holds.

    ``id`` is ``component.what``; ``promise`` is a sentence that is true when all is well. A check with
    ``barrier`` also ends its component's phase: the deployment waits until it passes. ``seconds`` is
    how long a deployment waits for it.
    """

    id: str
    promise: str
    asks: Mapping[str, Ask]
    judge: Callable[[Answers], Verdict]
    barrier: bool = False
    seconds: float = 90.0

    def verdict(self, answers: Answers) -> Verdict:
        """Judge the answers. No answer at all, or none that was asked for, is unknown."""
        heard = {host: answers.get(host) for host in self.asks}
        if not heard or all(answer is None for answer in heard.values()):
            return unknown("no host answered" if heard else "nobody to ask")
        return self.judge(heard)


def each_host(
    judge_one: Callable[[Output], Verdict], *, all_well: str | None = None
) -> Callable[[Answers], Verdict]:
    """A judge that wants the same of every host; an unreachable host is unknown."""

    def judge(answers: Answers) -> Verdict:
        return worst(
            (
                (host, unknown("not reachable") if answer is None else judge_one(answer))
                for host, answer in answers.items()
            ),
            all_well=all_well,
        )

    return judge
