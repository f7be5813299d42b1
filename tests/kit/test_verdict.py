"""Verdicts: no truth value, the worst wins, silence is unknown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fournines.kit.check import Ask, Check, Output, each_host
from fournines.kit.verdict import Outcome, Verdict, failed, passed, unknown, worst

VERDICTS = st.sampled_from([passed("a"), failed("b"), unknown("c")])


def test_a_verdict_has_no_truth_value() -> None:
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(passed("fine"))


@given(st.lists(VERDICTS, min_size=1))
def test_the_worst_wins(verdicts: list[Verdict]) -> None:
    outcomes = {v.outcome for v in verdicts}
    found = worst((str(n), v) for n, v in enumerate(verdicts)).outcome
    if Outcome.FAIL in outcomes:
        assert found is Outcome.FAIL
    elif Outcome.UNKNOWN in outcomes:
        assert found is Outcome.UNKNOWN
    else:
        assert found is Outcome.PASS


def test_nothing_asked_is_unknown() -> None:
    assert worst([]).outcome is Outcome.UNKNOWN
    check = Check("x.y", "it works", asks={}, judge=lambda _: passed("of course"))
    assert check.verdict({"a": Output(0, "")}).outcome is Outcome.UNKNOWN


def test_a_host_that_was_asked_and_is_missing_from_the_answers_is_unknown() -> None:
    judge = each_host(lambda answer: passed("up") if answer.code == 0 else failed("down"))
    check = Check("x.y", "it works", asks={"a": Ask(("true",)), "b": Ask(("true",))}, judge=judge)
    assert check.verdict({"a": Output(0, "")}).outcome is Outcome.UNKNOWN
    assert check.verdict({"a": Output(0, ""), "b": Output(0, "")}).outcome is Outcome.PASS
    assert check.verdict({"a": Output(0, ""), "b": Output(1, "")}).outcome is Outcome.FAIL
    assert check.verdict({"a": None, "b": Output(1, "")}).seen == "b: down"
