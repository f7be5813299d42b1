"""The audit itself, pure: texts in, a report out."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from fournines.audit import registry
from fournines.audit.excerpt import excerpt
from fournines.audit.gather.hosts import owners
from fournines.audit.gather.sites import sites
from fournines.audit.mask import mask, mask_prose
from fournines.audit.plain import plain
from fournines.audit.quote import Quotes
from fournines.audit.report import Report, in_order, order
from fournines.audit.sources import read
from fournines.components.packages.audit.facts import Package
from fournines.kit.audit.evidence import Evidence
from fournines.kit.audit.prose import PROSE
from fournines.kit.audit.rule import Finding, Hit, Rule, Unknown
from fournines.kit.audit.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from fournines.audit.gather.collect import File
    from fournines.kit.audit.evidence import Fact


def audit(
    files: Iterable[File],
    *,
    rules: Iterable[Rule] | None = None,
    strict: bool = False,
    whole: bool = False,
    today: date | None = None,
) -> Report:
    """Recognise, parse, read and judge.

    ``strict`` lets the exception of a broken reader or rule through (tests want that); otherwise it becomes
    an unknown, and everything else is still audited. ``whole``: also what lies beyond the most that is judged
    of all files. ``today`` is the day certificates are judged on.
    """
    day = today or datetime.now(UTC).date()
    given = read(files, whole=whole)
    chosen = tuple(registry.rules() if rules is None else rules)
    findings: list[Finding] = []
    unknown = given.unknown
    for site in sites(given.sources, owners(source.path for source in given.sources)):
        evidence, missed = gather(site, strict=strict, today=day)
        unknown.extend(missed)
        for rule in chosen:
            hits, missed = judge(rule, evidence, strict=strict)
            findings.extend(hits)
            unknown.extend(missed)
    left_out = frozenset(given.unread)
    return Report(
        findings=tuple(sorted(set(findings), key=order)),
        unknown=tuple(sorted(set(unknown), key=lambda item: (in_order(item.at), item.at.host, item.what))),
        files=tuple(s for s in given.sources if s.path not in left_out and s.kind != PROSE.name),
        unread=tuple(given.unread),
        beyond=given.beyond,
    )


def gather(sources: Sequence[Source], *, today: date, strict: bool = False) -> tuple[Evidence, list[Unknown]]:
    """The facts of one site."""
    readers = registry.readers()
    facts: list[Fact] = []
    missed: list[Unknown] = []
    for source in sources:
        try:
            for read_facts in readers[source.kind]:
                for said in read_facts(source):
                    if isinstance(said, Unknown):
                        missed.append(said)
                    else:
                        facts.append(said)  # type: ignore[arg-type]  # readers yield facts
        except Exception as error:
            if strict:
                raise
            missed.append(Unknown(source.top, f"could not be read as {source.kind}: {error!r}"))
    return Evidence.of(sources, facts, today=today, versions=_versions(facts)), missed


_PROGRAMS = {
    "haproxy": "haproxy",
    "keepalived": "keepalived",
    "corosync": "corosync",
    "pacemaker": "pacemaker",
    "rabbitmq-server": "rabbitmq",
    "mariadb-server": "mariadb",
    "mysql-server": "mysql",
    "drbd-utils": "drbd",
}
"""Packages whose version rules may ask for, by the name they ask with."""


def _versions(facts: Iterable[Fact]) -> dict[str, str]:
    """The upstream version of each program in the package lists of the site; the first list counts."""
    found: dict[str, str] = {}
    for fact in facts:
        if isinstance(fact, Package) and fact.name in _PROGRAMS:
            upstream = fact.version.partition(":")[2] or fact.version
            found.setdefault(_PROGRAMS[fact.name], upstream.partition("-")[0])
    return found


def judge(rule: Rule, evidence: Evidence, *, strict: bool = False) -> tuple[list[Finding], list[Unknown]]:
    """What one rule says about one site."""
    findings: list[Finding] = []
    missed: list[Unknown] = []
    more = 0
    try:
        for said in rule.judge(evidence):
            if isinstance(said, Hit):
                if len(findings) < MOST_FINDINGS:
                    findings.append(_finding(rule, said, evidence))
                else:
                    more += 1
            else:
                missed.append(Unknown(said.at, _said(said.what)))
    except Exception as error:
        if strict:
            raise
        place = evidence.sources[0].top
        missed.append(Unknown(place, f"rule {rule.id} failed on this site: {error!r}"))
    if more:
        total = f"rule {rule.id} found {MOST_FINDINGS + more} places, the first {MOST_FINDINGS} are listed"
        missed.append(Unknown(findings[-1].at, total))
    return findings, missed


def _finding(rule: Rule, hit: Hit, site: Evidence) -> Finding:
    severity = rule.severity if hit.severity is None else min(rule.severity, hit.severity)
    return Finding(
        rule=rule.id,
        severity=severity,
        consequence=rule.consequence,
        at=hit.at,
        what=_said(hit.what),
        why=_said(hit.why) or rule.why,
        fix=_said(hit.fix) or rule.fix,
        source=rule.source,
        seen=excerpt(_seen(site.derived(Quotes).line(hit.at)[:_LONGEST]), hit.what, _LONGEST_SEEN),
        related=tuple(islice(dict.fromkeys(place for place in hit.related if place != hit.at), _MOST_PLACES)),
    )


MOST_FINDINGS = 1000
"""Findings of one rule on one site that are listed; the rest is counted, and the count is said."""
_LONGEST = 600
"""Characters of a sentence that are shown: whoever names 5,000 hosts in one is not read to its end."""
_LONGEST_SEEN = 200
_MOST_PLACES = 20
"""Other ends of one finding that are named."""


@lru_cache(4096)
def _seen(line: str) -> str:
    """A line as it is shown; a file of one line may be what thousands of findings point at."""
    return plain(mask(line.strip()))


def _said(sentence: str) -> str:
    """A sentence as it is shown: secrets masked, control characters escaped, no longer than one reads."""
    if len(sentence) > _LONGEST:
        sentence = f"{sentence[:_LONGEST]}..."
    return plain(mask_prose(sentence))
