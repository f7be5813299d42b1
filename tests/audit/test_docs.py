"""The documentation says what the code does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from fournines.audit import registry
from fournines.audit.gather.collect import File
from fournines.audit.programs import ProgramVerdict
from fournines.audit.report import Report
from fournines.audit.run import audit
from fournines.audit.show.catalogue import as_page, explained
from fournines.audit.show.html import as_html
from fournines.audit.show.json import as_dict
from fournines.audit.show.sarif import as_sarif
from fournines.audit.show.text import as_text
from fournines.audit.suppress import baseline_of, read_baseline, without
from fournines.errors import AuditError
from fournines.kit.audit.rule import Rule

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA: dict[str, Any] = json.loads((DOCS / "schema" / "audit.json").read_text())
RULES = registry.rules()


def one(rule_id: str) -> Report:
    rule = next(rule for rule in RULES if rule.id == rule_id)
    return audit([File(path, text) for path, text in rule.bad.items()], strict=True)


def test_every_rule_is_on_the_page() -> None:
    page = (DOCS / "audit-rules.md").read_text()
    assert page == as_page(RULES), "run: nines audit --rules --markdown > docs/audit-rules.md"


def test_the_json_is_what_the_schema_says() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    report = one("KA005")
    said = ProgramVerdict("keepalived -t", "a", accepted=False, messages=("x",))
    for shown in (report, audit([]), Report(report.findings, (), report.files, programs=(said,))):
        jsonschema.validate(as_dict(shown), SCHEMA)
    document = as_dict(report)
    assert document["summary"]["hosts"] == ["node1", "node2"]
    assert {finding["rule"] for finding in document["findings"]} >= {"KA005"}


def test_sarif_points_at_lines_and_rules() -> None:
    document = json.loads(as_sarif(one("KA005"), RULES, base="file:///site/"))
    run = document["runs"][0]
    result = next(r for r in run["results"] if r["ruleId"] == "KA005")
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "KA005"
    place = result["locations"][0]["physicalLocation"]
    base = run["originalUriBaseIds"][place["artifactLocation"]["uriBaseId"]]["uri"]
    assert base + place["artifactLocation"]["uri"] == "file:///site/node1/keepalived.conf"
    assert "Source: " in run["tool"]["driver"]["rules"][result["ruleIndex"]]["help"]["text"]
    assert place["region"]["startLine"] > 1
    assert result["level"] == "error"


def test_html_is_one_escaped_file() -> None:
    files = [
        File(
            "keepalived.conf",
            "vrrp_instance <b>x</b> {\n state MASTER\n virtual_ipaddress {\n 10.0.0.1\n }\n}\n",
        )
    ]
    page = as_html(audit(files, strict=True), title="<i>")
    assert "<b>x</b>" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "KA004" in page
    assert "src=" not in page


@pytest.mark.parametrize("width", [40, 60, 110])
def test_text_fits_the_terminal(width: int) -> None:
    text = as_text(one("KA005"), width=width)
    prose = [line for line in text.splitlines() if line.startswith(("  why:", "  fix:", "       "))]
    assert prose
    assert all(len(line) <= width for line in prose)
    assert text.splitlines()[-1].endswith(".")
    assert "\x1b[" not in text
    assert "\x1b[" in as_text(one("KA005"), width=width, colour=True)


def test_the_worst_consequence_comes_first() -> None:
    text = as_text(one("KA009"))
    assert text.splitlines()[0] == "Two hosts do the same job at once"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_can_be_explained(rule: Rule) -> None:
    story = explained(rule)
    assert rule.title in story
    assert rule.why.split()[0] in story
    marked = [line for line in story.splitlines() if line.startswith("  > |")]
    assert marked or "***" in rule.points_at


def test_a_baseline_knows_what_is_there_and_not_what_is_new() -> None:
    report = one("KA005")
    known = read_baseline(baseline_of(report), where="b.json")
    assert without(report, known=known).findings == ()
    assert without(one("KA009"), known=known).findings != ()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 2, "findings": []}', '{"version": 1, "findings": [1]}']
)
def test_a_foreign_baseline_is_refused(text: str) -> None:
    with pytest.raises(AuditError, match="no baseline"):
        read_baseline(text, where="b.json")


def test_a_comment_excuses_its_line_and_the_next() -> None:
    rule = next(rule for rule in RULES if rule.id == "KA029")
    ((path, text),) = rule.bad.items()
    for comment in (
        "interval 10  # nines: ignore KA029 slow on purpose",
        "# nines: ignore KA029, KA030 why\n interval 10",
    ):
        report = without(audit([File(path, text.replace("interval 10", comment))], strict=True))
        assert "KA029" not in [finding.rule for finding in report.findings]
        assert "KA029" in [finding.rule for finding in report.suppressed]
    assert "KA029" not in [f.rule for f in without(one("KA029"), ignored={"KA029"}).findings]


def test_a_clean_verdict_is_short_and_each_doubt_has_a_line() -> None:
    clean = as_text(
        audit([File("n1/keepalived.conf", "vrrp_sync_group G {\n group { V }\n}\n")], rules=[]), width=80
    )
    assert clean == "Nothing wrong found in 1 file of 1 host.\n"
    report = audit([File("n1/keepalived.conf", "vrrp_instance V {\n}\n"), File("a/b.bin", "x")], rules=[])
    lines = as_text(report, width=80).splitlines()
    assert lines == ["Nothing wrong found in 1 file of 1 host.", "1 of 2 files not read: a/b.bin."]
