"""Checks: a promise, the question that tests it on live hosts, and a pure judge of the answers.

The asking is the engine's; the judging is a pure function of what was answered, so that every check
can be shown to go red without a host.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

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
    ``barrier`` also ends its component's stage: the deployment waits until it passes. ``seconds`` is
    how long a deployment waits for it.
    """

    id: str
    promise: str
    asks: Mapping[str, Ask]
    judge: Callable[[Answers], Verdict]
    barrier: bool = False
    seconds: float = 90.0

    def about(self, host: str) -> Check:
        """The check as far as it concerns one host: asked there alone, if each host is judged alone.

        It stays whole where the answers are judged together, and where that host is not among the asked.
        """
        if isinstance(self.judge, EachHost) and host in self.asks:
            return replace(self, asks={host: self.asks[host]})
        return self

    def verdict(self, answers: Answers) -> Verdict:
        """Judge the answers. No answer at all, or none that was asked for, is unknown."""
        heard = {host: answers.get(host) for host in self.asks}
        if not heard or all(answer is None for answer in heard.values()):
            return unknown("no host answered" if heard else "nobody to ask")
        return self.judge(heard)


def each_host(judge_one: Callable[[Output], Verdict], *, all_well: str | None = None) -> EachHost:
    """A judge that wants the same of every host; an unreachable host is unknown."""
    return EachHost(judge_one, all_well)


@dataclass(frozen=True, slots=True)
class EachHost:
    """Judges each host by its own answer, and the whole by the worst of them."""

    judge_one: Callable[[Output], Verdict]
    all_well: str | None = None

    def __call__(self, answers: Answers) -> Verdict:
        """The worst of the hosts."""
        return worst(
            (
                (host, unknown("not reachable") if answer is None else self.judge_one(answer))
                for host, answer in answers.items()
            ),
            all_well=self.all_well,
        )
