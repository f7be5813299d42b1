"""Findings a person has decided to live with: rule ids, comments in the file, a baseline."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from fournines.audit.excerpt import CUT
from fournines.errors import AuditError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from fournines.audit.report import Report
    from fournines.kit.audit.rule import Finding
    from fournines.kit.audit.source import Source

_COMMENT = re.compile(r"(?:#|;|!|//|<!--|%)\s*nines:\s*ignore\s+((?:[A-Z]{2}\d{3}[,\s]*)+)(.*)")
VERSION = 1


def without(report: Report, *, ignored: Collection[str] = (), known: Collection[str] = ()) -> Report:
    """The report without findings of ignored rules, of a baseline, or excused by a comment in the file.

    A comment ``# nines: ignore KA005 reason`` counts for its own line and for the next.
    """
    excused = _excused(report.files)
    kept: list[Finding] = []
    dropped: list[Finding] = []
    for finding in report.findings:
        place = (finding.at.path, finding.at.line, finding.rule)
        out = finding.rule in ignored or place in excused or fingerprint(finding) in known
        (dropped if out else kept).append(finding)
    return replace(report, findings=tuple(kept), suppressed=(*report.suppressed, *dropped))


def _excused(sources: Iterable[Source]) -> set[tuple[str, int, str]]:
    found = set()
    for source in sources:
        if "nines:" not in source.text:
            continue
        for number, line in enumerate(source.text.split("\n"), start=1):
            match = _COMMENT.search(line)
            for rule in re.findall(r"[A-Z]{2}\d{3}", match.group(1)) if match else ():
                alone = not line[: match.start()].strip() if match else False
                for covered in (number, number + 1) if alone else (number,):
                    found.add((source.path, source.at(covered).line, rule))
    return found


def fingerprint(finding: Finding) -> str:
    """What stays the same when lines move: rule, file, host and the line's own text."""
    parts = (finding.rule, finding.at.path, finding.at.host, finding.seen.removesuffix(CUT) or finding.what)
    return sha256("\0".join(parts).encode()).hexdigest()[:24]


def baseline_of(report: Report) -> str:
    """A baseline file that knows every finding of this report."""
    entries = [
        {"fingerprint": fingerprint(f), "rule": f.rule, "file": f.at.path, "what": f.what}
        for f in report.findings
    ]
    return json.dumps({"version": VERSION, "findings": entries}, indent=2, ensure_ascii=False) + "\n"


def read_baseline(text: str, *, where: str) -> frozenset[str]:
    """The fingerprints of a baseline file.

    Raises:
        AuditError: it is not one of ours.
    """
    try:
        data = json.loads(text)
        known = {VERSION: data["findings"]}[data["version"]]
        return frozenset(str(entry["fingerprint"]) for entry in known)
    except (ValueError, KeyError, TypeError) as error:
        raise AuditError(
            "is no baseline of nines audit",
            where=where,
            try_this="write one with --write-baseline",
        ) from error
