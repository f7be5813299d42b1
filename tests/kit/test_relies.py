"""What is relied on is judged from what was answered."""

from __future__ import annotations

import pytest

from fournines.kit.check import Output
from fournines.kit.relies import Relied, Truth, has, owned, prints, unit_has
from fournines.kit.verdict import Outcome

UNIT = """\
[Service]
Type=forking
ExecStart=/usr/bin/d \\
 --all
ExecReload=/bin/one
ExecReload=/bin/two
[Service]
ExecReload=
ExecReload=/bin/three
Type=notify
"""


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("ExecReload=/bin/three", Outcome.PASS),
        ("ExecReload=/bin/one", Outcome.FAIL),
        ("ExecStart=/usr/bin/d   --all", Outcome.PASS),
        ("Restart=always", Outcome.FAIL),
    ],
)
def test_a_units_lines_add_up_and_an_empty_one_clears_those_before(line: str, outcome: Outcome) -> None:
    assert unit_has("d.service", line).judge(Output(0, UNIT)).outcome is outcome


def test_the_last_value_of_a_key_counts_where_there_can_be_only_one() -> None:
    assert unit_has("d.service", "Type=notify").judge(Output(0, UNIT)).outcome is Outcome.PASS
    verdict = unit_has("d.service", "Type=forking").judge(Output(0, UNIT))
    assert verdict.outcome is Outcome.FAIL
    assert "Type=notify" in verdict.seen


@pytest.mark.parametrize(
    ("truth", "good", "bad"),
    [
        (has("/usr/bin/d"), Output(0, ""), Output(1, "")),
        (owned("/etc/d", "d:d"), Output(0, "d:d\n"), Output(0, "root:d\n")),
        (prints(("d", "-h"), "--all", what="understands --all"), Output(1, "", "--all"), Output(0, "--any")),
    ],
)
def test_a_truth_turns(truth: Truth, good: Output, bad: Output) -> None:
    assert truth.judge(good).outcome is Outcome.PASS
    assert truth.judge(bad).outcome is Outcome.FAIL


def test_a_version_is_proved_within_the_range() -> None:
    relied = Relied("d", "11.8.6", "11.8.9")
    assert [relied.proved(v) for v in ("1:11.8.5-1", "1:11.8.6+ds-1", "11.8.9-2", "11.8.10-1")] == [
        False,
        True,
        True,
        False,
    ]
    assert relied.range == "11.8.6 to 11.8.9"
    assert Relied("d", "1", "1").range == "1"
