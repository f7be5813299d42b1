"""Asking hosts whether their packages are what the components take for granted, before a file is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fournines.engine.agent.process import TIMED_OUT
from fournines.engine.asking.ask import ask_all
from fournines.engine.wire.transport import Transport
from fournines.errors import PackageError
from fournines.kit.check import Output
from fournines.kit.relies import Relied, Truth
from fournines.kit.verdict import Outcome, Verdict, unknown
from fournines.plan.packages import version_table, versions_ask


@dataclass(frozen=True, slots=True)
class Found:
    """One package on one host: its version there, empty when it is not installed, and what is no longer true.

    A truth that could not be asked (the host is silent, or busier than the question has patience) is neither
    true nor broken and stands in ``unknown``.
    """

    host: str
    relied: Relied
    version: str
    broken: tuple[tuple[Truth, Verdict], ...] = ()
    unknown: tuple[Truth, ...] = ()

    @property
    def complaints(self) -> tuple[str, ...]:
        """A sentence per thing that is no longer true, what was seen instead in brackets."""
        package, proved = self.relied.package, self.relied.range
        return tuple(
            f"{self.host}: {package} {self.version} no longer {truth.what} ({verdict.seen});"
            f" fournines was proved with {proved}"
            for truth, verdict in self.broken
        )

    @property
    def note(self) -> str | None:
        """What to say of a version nobody has seen a site run with, though all that is relied on is true."""
        if not self.version or self.broken or self.unknown or self.relied.proved(self.version):
            return None
        return (
            f"{self.relied.package} {self.version} is not among the versions fournines was proved with"
            f" ({self.relied.range}); all {len(self.relied.truths)} things it relies on are true"
        )


async def examine(transport: Transport, wanted: Mapping[str, Iterable[Relied]]) -> tuple[Found, ...]:
    """What is so on each host; a package that is not installed there is asked nothing. Never raises."""
    by_host = {host: tuple(of_host) for host, of_host in wanted.items()}
    asks = {h: versions_ask(tuple(r.package for r in rs)) for h, rs in by_host.items() if rs}
    versions = await ask_all(transport, asks.items())
    installed = {
        host: version_table(answer.stdout) if (answer := versions[host, ask]) else {}
        for host, ask in asks.items()
    }
    there = [(h, r) for h in installed for r in by_host[h] if r.package in installed[h]]
    heard = await ask_all(transport, ((h, truth.ask) for h, r in there for truth in r.truths))
    found = []
    for host, relied in there:
        judged = [(truth, _judged(truth, heard[host, truth.ask])) for truth in relied.truths]
        broken = tuple(pair for pair in judged if pair[1].outcome is Outcome.FAIL)
        unheard = tuple(truth for truth, verdict in judged if verdict.outcome is Outcome.UNKNOWN)
        found.append(Found(host, relied, installed[host][relied.package], broken, unheard))
    return tuple(found)


def _judged(truth: Truth, answer: Output | None) -> Verdict:
    if answer is None or answer.code == TIMED_OUT:
        return unknown("not reachable" if answer is None else answer.stderr)
    return truth.judge(answer)


def require(found: Iterable[Found]) -> None:
    """Go on only if nothing is broken.

    Raises:
        PackageError: some package is no longer what is relied on; the others are in its output.
    """
    complaints = [complaint for one in found for complaint in one.complaints]
    if complaints:
        raise PackageError(
            f"{complaints[0]}; nothing was changed",
            try_this="hold the package at a proved version, or run a fournines that was proved with this one",
            output="\n".join(complaints[1:]),
        )


def notes(found: Iterable[Found]) -> tuple[str, ...]:
    """What is worth saying, each once with the hosts it is true of."""
    hosts: dict[str, list[str]] = {}
    for one in found:
        if one.note:
            hosts.setdefault(one.note, []).append(one.host)
    return tuple(f"{', '.join(of)}: {note}" for note, of in hosts.items())
