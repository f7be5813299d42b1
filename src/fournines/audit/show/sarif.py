"""The report as SARIF 2.1.0, for code review."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fournines import __version__
from fournines.audit.suppress import fingerprint
from fournines.kit.audit.rule import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fournines.audit.report import Report
    from fournines.kit.audit.rule import Finding, Rule
    from fournines.kit.audit.source import Place

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_BASE = "AUDITED"


def as_sarif(report: Report, rules: Iterable[Rule], *, base: str) -> str:
    """One run with the rules that found something and their results.

    ``base`` is the ``file:`` URI that the report's paths are relative to; it ends in a slash.
    """
    used = {finding.rule for finding in report.findings}
    known = [rule for rule in rules if rule.id in used]
    index = {rule.id: number for number, rule in enumerate(known)}
    run = {
        "tool": {
            "driver": {
                "name": "nines audit",
                "version": __version__,
                "rules": [_rule(rule) for rule in known],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_BASE: {"uri": base}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _open(report)}],
        "results": [_result(finding, index) for finding in report.findings],
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2, ensure_ascii=False)


def _open(report: Report) -> list[dict[str, Any]]:
    """What was not judged and not read: a reader of the results must not take them for the whole."""
    return [
        *(
            {"level": "note", "message": {"text": item.what}, "locations": [_location(item.at)]}
            for item in report.unknown
        ),
        *({"level": "note", "message": {"text": f"not read: {path}"}} for path in report.unread),
    ]


def _rule(rule: Rule) -> dict[str, Any]:
    """A rule with its whole story in ``help``: there is no public page that a ``helpUri`` could name."""
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": f"{rule.title}: {rule.why}."},
        "help": {"text": f"{rule.fix}. Source: {rule.source}."},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"consequence": rule.consequence.value},
    }


def _location(place: Place) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(place.path), "uriBaseId": _BASE},
            "region": {"startLine": max(place.line, 1)},
        }
    }


def _result(finding: Finding, index: dict[str, int]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.what}. {finding.why}. Write instead: {finding.fix}."},
        "locations": [_location(finding.at)],
        "partialFingerprints": {"nines/v1": fingerprint(finding)},
    }
    if finding.rule in index:
        result["ruleIndex"] = index[finding.rule]
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, **_location(place)} for number, place in enumerate(finding.related, start=1)
        ]
    return result
