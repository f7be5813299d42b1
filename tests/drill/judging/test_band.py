"""The VIP's owners over time."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fournines.drill.judging.band import band, moves, shared
from fournines.probe.sample import Reply, Sample
from fournines.probe.vip import NOBODY


def asked(*answers: str) -> list[Sample]:
    return [
        Sample(
            "vip", i / 10, i / 10, i / 10 + 0.05, Reply.OK if "+" not in a and a != NOBODY else Reply.FAIL, a
        )
        for i, a in enumerate(answers)
    ]


def test_a_move_with_a_moment_of_nobody_is_one_move() -> None:
    spans = band(asked("a", "a", NOBODY, "b", "b"))
    assert [(s.hosts, s.began) for s in spans] == [(("a",), 0.0), ((), 0.2), (("b",), 0.3)]
    assert [s.ended for s in spans] == pytest.approx([0.2, 0.3, 0.45])
    assert moves(spans) == 1
    assert shared(spans, 0, 10) == ()


def test_two_owners_are_a_span_of_their_own() -> None:
    spans = band(asked("a", "a+b", "a+b", "a"))
    (one,) = shared(spans, 0, 10)
    assert one.seconds == pytest.approx(0.2)
    (cut,) = shared(spans, 0, one.began + 0.05)
    assert cut.seconds == pytest.approx(0.05)
    assert shared(spans, one.ended, 10) == ()
    assert moves(spans) == 0, "it came to nothing"


def test_back_and_forth_is_two_moves() -> None:
    assert moves(band(asked("a", "b", "a"))) == 2


@given(st.lists(st.sampled_from(["a", "b", "a+b", NOBODY]), min_size=1, max_size=40))
def test_spans_are_without_gaps_and_neighbours_differ(answers: list[str]) -> None:
    spans = band(asked(*answers))
    assert spans[0].began == 0
    for left, right in pairwise(spans):
        assert left.ended == right.began
        assert left.hosts != right.hosts


def test_an_attempt_that_could_not_ask_is_no_owner() -> None:
    busy = Sample("vip", 0.1, 0.3, 0.3, Reply.FAIL, "the connection was busy all the time")
    spans = band([*asked("a"), busy, *(s for s in asked("a", "a", "a") if s.intended > 0.15)])
    assert [s.hosts for s in spans] == [("a",)]
