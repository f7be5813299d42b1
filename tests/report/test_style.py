from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fournines.kit.verdict import Outcome
from fournines.report import style


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0 s"),
        (0.0004, "0 s"),
        (0.0123, "12 ms"),
        (0.42, "0.42 s"),
        (1.0, "1.00 s"),
        (9.994, "9.99 s"),
        (9.996, "10.0 s"),
        (75.04, "75.0 s"),
        (99.96, "1 min 40 s"),
        (180.0, "3 min"),
        (3700.0, "1 h 1 min"),
        (-0.5, "-0.50 s"),
    ],
)
def test_seconds_have_three_digits_and_a_unit(value: float, shown: str) -> None:
    assert style.seconds(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1.0, "100 %"),
        (0.0, "0 %"),
        (0.5, "50.00 %"),
        (0.9995, "99.95 %"),
        (0.99996, "99.996 %"),
        (0.0001, "0.01 %"),
        (0.000001, "0.0001 %"),
    ],
)
def test_shares(value: float, shown: str) -> None:
    assert style.share(value) == shown


@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_only_all_is_shown_as_100_and_only_nothing_as_0(value: float) -> None:
    shown = style.share(value)
    assert not shown.startswith("100")
    assert shown.strip("0. %")


def test_counts_are_grouped_by_a_space_that_does_not_break() -> None:
    assert style.count(1234567) == "1\u202f234\u202f567"
    assert style.count(999) == "999"


@given(st.text())
def test_text_of_a_host_cannot_steer_the_terminal(text: str) -> None:
    shown = style.plain(text)
    assert shown.isprintable()


def test_escape_sequences_are_made_visible() -> None:
    assert style.plain("a\x1b[2Jb\n\tc") == "a\ufffd[2Jb c"


def test_every_outcome_is_a_word_and_a_mark() -> None:
    for ascii_only in (False, True):
        marks = {style.mark(o, ascii_only=ascii_only) for o in Outcome}
        words = {style.verdict(o, ascii_only=ascii_only).plain for o in Outcome}
        assert len(marks) == len(words) == len(Outcome)
        assert any("FAIL" in w for w in words)
    assert all(style.verdict(o, ascii_only=True).plain.isascii() for o in Outcome)


def test_the_worst_outcome_wins_and_nothing_is_unknown() -> None:
    assert style.worst_of([]) is Outcome.UNKNOWN
    assert style.worst_of([Outcome.PASS, Outcome.UNKNOWN]) is Outcome.UNKNOWN
    assert style.worst_of([Outcome.UNKNOWN, Outcome.FAIL]) is Outcome.FAIL


def test_a_file_gets_no_colour_and_room_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    out = io.StringIO()
    console = style.console(out)
    console.print(style.verdict(Outcome.FAIL))
    assert out.getvalue() == "✘ FAIL\n"
    assert console.width == style.PIPED_WIDTH


@pytest.mark.parametrize(
    ("seen", "shown"),
    [
        ("a: well; b: well", "a, b: well"),
        ("a: well; b: ill; c: well", "a, c: well; b: ill"),
        ("a: well", "a: well"),
        ("well everywhere", "well everywhere"),
        ("a: well; and b: well", "a: well; and b: well"),
        ("", ""),
    ],
)
def test_evidence_that_is_the_same_is_said_once(seen: str, shown: str) -> None:
    assert style.condensed(seen) == shown
