"""What an audit hands back, and the one line that says it all."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from fournines.kit.audit.rule import Finding, Severity, Unknown
from fournines.kit.listed import first_few

if TYPE_CHECKING:
    from fournines.audit.programs import ProgramVerdict
    from fournines.kit.audit.source import Place, Source

_ONE_HOSTS = frozenset(
    """keepalived.conf corosync.conf my.cnf rabbitmq.conf rabbitmq.config interfaces ifcfg networkd netplan
    hosts""".split()  # noqa: SIM905 - words in a row
)
"""Kinds of file that are judged against the host they lie on."""


@dataclass(frozen=True)
class Report:
    """What an audit found, what it could not judge, and what it read.

    ``unread`` are files that were given and of which nothing was read: of no known kind, or unreadable;
    ``beyond`` of them because the most that is read of all files was read before.
    """

    findings: tuple[Finding, ...]
    unknown: tuple[Unknown, ...]
    files: tuple[Source, ...]
    unread: tuple[str, ...] = ()
    suppressed: tuple[Finding, ...] = field(default=())
    programs: tuple[ProgramVerdict, ...] = field(default=())
    beyond: int = 0

    def worst(self) -> Severity | None:
        """The worst severity found; None when there is no finding."""
        return max((finding.severity for finding in self.findings), default=None)

    @property
    def verdict(self) -> str:
        """What was found and what was not looked at, for the person on call: the sentences in one line."""
        return " ".join(self.sentences)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The headline first; then, each for itself, what keeps it from being the whole truth."""
        if not self.files:
            return ("Nothing here that the audit can read: no verdict.", *filter(None, [self._left_out]))
        hosts = len({source.host for source in self.files if source.host})
        scope = _many(len({source.path for source in self.files}), "file")
        scope += f" of {_many(hosts, 'host')}" if hosts else ""
        counts = Counter(finding.severity for finding in self.findings)
        said = [_many(counts[s], s.word) for s in (Severity.ERROR, Severity.WARNING) if counts[s]]
        open_ = [self._nobodys, self._not_judged, self._left_out]
        if not said:
            nothing = "Nothing new" if self.suppressed else "Nothing wrong"
            notes = f" ({_many(counts[Severity.INFO], 'note')})" if counts[Severity.INFO] else ""
            return (f"{nothing} found in {scope}{notes}.", *filter(None, open_))
        severity = self.worst()
        worst = min((f for f in self.findings if f.severity == severity), key=lambda f: f.consequence.rank)
        worst_said = f"{worst.consequence.value.lower()} ({worst.rule})"
        return (f"{' and '.join(said)} in {scope}. Worst: {worst_said}.", *filter(None, open_))

    @property
    def _not_judged(self) -> str:
        """What was found and not said, and what could not be decided."""
        said = [f"{_many(len(self.unknown), 'question')} not judged"] if self.unknown else []
        said += [f"{_many(len(self.suppressed), 'finding')} left out as known"] if self.suppressed else []
        return f"{', '.join(said)}." if said else ""

    @property
    def _nobodys(self) -> str:
        """That no file says whose it is, where several were given and some of them are one host's."""
        own = {s.path for s in self.files if not s.lines and s.kind in _ONE_HOSTS}
        if not own or len({s.path for s in self.files}) == 1 or any(s.host for s in self.files):
            return ""
        return (
            "No host was recognised: whose a file is, and what hosts say of one another, was not judged "
            "(a folder for each host, or its etc/hostname, tells)."
        )

    @property
    def _left_out(self) -> str:
        """The files that were given and not read: a verdict speaks of the others only."""
        if not self.unread:
            return ""
        whole = len({source.path for source in self.files} | set(self.unread))
        named = first_few(self.unread)
        end = (
            f"; the most that is read was reached before {_many(self.beyond, 'file')}" if self.beyond else ""
        )
        return f"{len(self.unread)} of {_many(whole, 'file')} not read: {named}{end}."


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def order(finding: Finding) -> tuple[object, ...]:
    """What findings are sorted by: the worst first, then as the files lie, then by what tells two apart."""
    at = finding.at
    worst = (-finding.severity, finding.consequence.rank)
    return (
        *worst,
        in_order(at),
        finding.rule,
        at.host,
        finding.what,
        finding.related,
        finding.why,
        finding.fix,
    )


def in_order(at: Place) -> tuple[object, ...]:
    """What places are sorted by: numbers in paths count as numbers, node2 comes before node10."""
    return _by_number(at.path), at.path, at.line


@lru_cache(4096)
def _by_number(path: str) -> tuple[object, ...]:
    """Text and numbers of a path in turn; a number as its length and digits: int refuses thousands."""
    parts = re.split("([0-9]+)", path)
    return tuple(
        (len(number := part.lstrip("0")), number) if odd % 2 else part for odd, part in enumerate(parts)
    )
