"""The contract every rule keeps: its bad example is seen, its good one is not, and both say where."""

from __future__ import annotations

import re
from functools import cache

import pytest

from fournines.audit import registry
from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.kit.audit.rule import Finding, Rule

RULES = registry.rules()


@cache
def _everything(rule_id: str, example: str) -> tuple[Finding, ...]:
    rule = next(rule for rule in RULES if rule.id == rule_id)
    texts = rule.bad if example == "bad" else rule.good
    files = [File(path, text) for path, text in texts.items()]
    return audit(files, strict=True).findings


def _own(rule: Rule, example: str) -> list[Finding]:
    return [finding for finding in _everything(rule.id, example) if finding.rule == rule.id]


def test_ids_are_unique() -> None:
    ids = [rule.id for rule in RULES]
    assert sorted(set(ids)) == sorted(ids)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_bad_example_is_seen_where_it_is_wrong(rule: Rule) -> None:
    found = _own(rule, "bad")
    assert found, f"{rule.id} sees nothing in its bad example"
    assert max(finding.severity for finding in found) == rule.severity
    assert rule.points_at in [finding.seen for finding in found]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_good_example_gives_none_of_it(rule: Rule) -> None:
    assert _own(rule, "good") == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_examples_are_read(rule: Rule) -> None:
    for texts in (rule.bad, rule.good):
        assert texts, f"{rule.id} lacks an example"
        report = audit([File(path, text) for path, text in texts.items()], rules=[], strict=True)
        assert report.unread == (), f"no kind recognises {report.unread}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_words_are_for_people(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z]{2}\d{3}", rule.id)
    for text in (rule.title, rule.why, rule.fix, rule.source):
        assert text
        assert text.strip() == text
        assert not text.endswith(".")
    assert len(rule.title) <= 80
