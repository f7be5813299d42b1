"""Mistakes as people see them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fournines.errors import Mistake


def test_a_short_line_is_shown_whole_with_a_mark_under_the_place() -> None:
    mistake = Mistake("site.yaml", 3, 7, "x", "is wrong", "name: Blog", "write blog")
    assert mistake.excerpt() == ("name: Blog", "      ^")


def test_a_tab_does_not_move_the_mark() -> None:
    assert Mistake("s", 1, 2, "", "a tab", "\tname: x").excerpt() == (" name: x", " ^")


@given(st.integers(0, 100_000), st.integers(0, 100_000))
def test_a_long_line_is_cut_around_the_place(before: int, after: int) -> None:
    line, mark = Mistake("s", 1, before + 1, "", "here", "a" * before + "X" + "b" * after).excerpt()
    assert len(line) <= 104
    assert line[len(mark) - 1] == "X"
    assert line.startswith("…") or before <= 100
