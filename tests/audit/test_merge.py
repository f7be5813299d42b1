"""One finding for several hosts: nothing is said twice, and no place is lost."""

from __future__ import annotations

from dataclasses import replace

from fournines.audit.gather.collect import File
from fournines.audit.merge import merged
from fournines.audit.report import Report
from fournines.audit.run import audit
from fournines.audit.suppress import baseline_of, read_baseline, without
from fournines.kit.audit.rule import Finding

BROKEN = "vrrp_script chk {\n  script /bin/true\n  fail 2\n}\n"


def report(*hosts: str) -> Report:
    return audit([File(f"{host}/keepalived.conf", BROKEN) for host in hosts], strict=True)


def of(rule: str, *hosts: str) -> list[Finding]:
    return [finding for finding in merged(report(*hosts)).findings if finding.rule == rule]


def test_the_same_words_of_three_hosts_are_one_finding_with_all_places() -> None:
    (finding,) = of("KA033", "c1", "c2", "c3")
    assert finding.at.host == "c1"
    assert finding.what.endswith("(also on c2, c3)")
    assert [(place.host, place.line) for place in finding.related] == [("c2", 3), ("c3", 3)]


def test_of_many_hosts_some_are_named_and_the_rest_counted() -> None:
    (finding,) = of("KA033", *(f"c{number:02}" for number in range(20)))
    assert finding.what.endswith("(also on c01, c02, c03, c04, c05, c06 and 13 more)")
    assert len(finding.related) == 19


def test_two_places_of_one_host_stay_two() -> None:
    one = report("c1")
    (finding,) = [found for found in one.findings if found.rule == "KA033"]
    again = replace(finding, at=replace(finding.at, line=9))
    assert len(merged(replace(one, findings=(finding, again))).findings) == 2


def test_a_baseline_of_one_host_leaves_the_other_hosts_finding() -> None:
    both = report("c1", "c2")
    known = read_baseline(baseline_of(report("c1")), where="b.json")
    left = merged(without(both, known=known))
    assert {finding.at.host for finding in left.findings} == {"c2"}
    assert "left out as known" in left.verdict
