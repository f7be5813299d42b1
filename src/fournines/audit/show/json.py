"""The machine-readable report; ``docs/schema/audit.json`` describes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fournines.kit.audit.rule import Severity

if TYPE_CHECKING:
    from fournines.audit.report import Report
    from fournines.kit.audit.rule import Finding
    from fournines.kit.audit.source import Place


def as_dict(report: Report) -> dict[str, Any]:
    """The report as plain values; paths are relative to the audited folder."""
    counts = {severity.word: 0 for severity in sorted(Severity, reverse=True)}
    for finding in report.findings:
        counts[finding.severity.word] += 1
    return {
        "findings": [_finding(finding) for finding in report.findings],
        "unknown": [{**_place(item.at), "host": item.at.host, "what": item.what} for item in report.unknown],
        "files": [
            {"path": path, "kind": kind, "host": host}
            for path, kind, host in dict.fromkeys((s.path, s.kind, s.host) for s in report.files)
        ],
        "summary": {
            **counts,
            "unknown": len(report.unknown),
            "files": len({source.path for source in report.files}),
            "unread": list(report.unread),
            "hosts": sorted({source.host for source in report.files if source.host}),
            "suppressed": len(report.suppressed),
            "verdict": report.verdict,
            "programs": [
                {
                    "program": said.program,
                    "file": said.path,
                    "accepted": said.accepted,
                    "messages": list(said.messages),
                }
                for said in report.programs
            ],
        },
    }


def as_json(report: Report) -> str:
    """The report as JSON text."""
    return json.dumps(as_dict(report), indent=2, ensure_ascii=False)


def _place(place: Place) -> dict[str, Any]:
    return {"file": place.path, "line": place.line}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.word,
        **_place(finding.at),
        "host": finding.at.host,
        "what": finding.what,
        "why": finding.why,
        "fix": finding.fix,
        "source": finding.source,
        "related": [_place(place) for place in finding.related],
    }
