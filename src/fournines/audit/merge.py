"""What holds of several hosts alike is one finding: the file was made once, and is corrected once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fournines.audit.report import order
from fournines.kit.listed import first_few

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fournines.audit.report import Report
    from fournines.kit.audit.rule import Finding

_NAMED = 6
"""Hosts that a finding names; of a hundred that were made from one template the rest is counted."""


def merged(report: Report) -> Report:
    """The report with one finding for what one rule says in the same words of several hosts.

    It stands where it was found first; the places on the other hosts are among its ``related``. Merge last:
    comments and baselines speak of the files of each host.
    """
    groups: dict[object, list[Finding]] = {}
    for finding in report.findings:
        said = (finding.rule, finding.severity, finding.what, finding.why, finding.fix)
        groups.setdefault(said, []).append(finding)
    kept = [finding for same in groups.values() for finding in _folded(same)]
    return replace(report, findings=tuple(sorted(kept, key=order)))


def _folded(same: Sequence[Finding]) -> Iterator[Finding]:
    """One for the first of each host; a second one of the same host stays a finding of its own."""
    first = same[0]
    beside: dict[str, Finding] = {}
    for finding in same[1:]:
        host = finding.at.host
        if host in ("", first.at.host) or host in beside:
            yield finding
        else:
            beside[host] = finding
    if not beside:
        yield first
        return
    places = (place for finding in beside.values() for place in (finding.at, *finding.related))
    yield replace(
        first,
        what=f"{first.what} (also on {first_few(beside, _NAMED)})",
        related=tuple(dict.fromkeys((*first.related, *places))),
    )
