from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fournines.report.drill.scale import (
    Linear,
    Logarithmic,
    crosses,
    dots,
    squares,
    step_area,
    step_line,
    step_of,
    ticks,
)

HEIGHTS = st.lists(st.none() | st.integers(0, 40), max_size=40)


def test_linear_maps_ends_to_ends_and_holds_what_lies_outside() -> None:
    x = Linear(-10.0, 10.0, 100, 300)
    assert [x(t) for t in (-20, -10, 0, 10, 99)] == [100, 100, 200, 300, 300]
    assert Linear(5.0, 5.0, 100, 300)(5.0) == 100


def test_logarithmic_goes_up_by_decades() -> None:
    y = Logarithmic(0.001, 1.0, 90, 0)
    assert [y(t) for t in (0, 0.001, 0.01, 0.1, 1, 50)] == [90, 90, 60, 30, 0, 0]
    assert list(y.decades()) == pytest.approx([0.01, 0.1])


@pytest.mark.parametrize(
    ("began", "ended", "expected"),
    [
        (-15, 33, (-15, -10, -5, 0, 5, 10, 15, 20, 25, 30)),
        (-1, 2.5, (-1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5)),
        (-15, 160, (0, 30, 60, 90, 120, 150)),
        (0, 7200, (0, 1200, 2400, 3600, 4800, 6000, 7200)),
        (3, 3, ()),
    ],
)
def test_ticks_are_round(began: float, ended: float, expected: tuple[float, ...]) -> None:
    assert ticks(began, ended, most=10) == pytest.approx(expected)


@given(st.floats(-1e4, 1e4), st.floats(0.01, 1e5), st.integers(2, 20))
def test_ticks_are_few_ordered_inside_and_evenly_spaced(began: float, span: float, most: int) -> None:
    ended = began + span
    found = ticks(began, ended, most=most)
    assert len(found) <= most + 1
    slack = span * 1e-6 + 1e-6
    assert all(began - slack <= t <= ended + slack for t in found)
    steps = {round(b - a, 6) for a, b in pairwise(found)}
    assert len(steps) <= 1 or max(steps) - min(steps) < slack
    if began < 0 < ended:
        assert 0.0 in found


@given(st.floats(0.001, 1e6), st.integers(1, 20))
def test_a_step_is_small_enough(span: float, most: int) -> None:
    assert span / step_of(span, most) <= most * (1 + 1e-6)


def drawn(path: str, left: int, width: int) -> dict[int, int]:
    """What a staircase path draws: the height over every column, read back from the path data."""
    found: dict[int, int] = {}
    x = y = 0
    for command, numbers in re.findall(r"([Mhv])([-\d ]+)", path):
        values = [int(n) for n in numbers.split()]
        if command == "M":
            x, y = values
        elif command == "v":
            y += values[0]
        else:
            for column in range((x - left) // width, (x + values[0] - left) // width):
                found[column] = y
            x += values[0]
    return found


@given(HEIGHTS, st.integers(0, 200), st.integers(1, 8))
def test_a_staircase_draws_exactly_its_heights(heights: list[int | None], left: int, width: int) -> None:
    path = step_line(heights, left=left, width=width)
    assert drawn(path, left, width) == {i: h for i, h in enumerate(heights) if h is not None}


def test_quiet_stretches_are_one_stroke() -> None:
    assert step_line([5, 5, 5, None, 7, 6], left=10, width=4) == "M10 5h12M26 7h4v-1h4"
    assert step_line([], left=0, width=4) == ""


def test_an_area_closes_every_stretch() -> None:
    assert step_area([5, 5, None, 7, 6], base=20, left=10, width=4) == "M10 20V5H18V20zM22 20V7H26v-1H30V20z"


@given(HEIGHTS)
def test_an_area_has_one_closed_shape_per_stretch(heights: list[int | None]) -> None:
    stretches = sum(h is not None and (i == 0 or heights[i - 1] is None) for i, h in enumerate(heights))
    path = step_area(heights, base=50, left=0, width=4)
    assert path.count("M") == path.count("z") == stretches


def test_glyphs() -> None:
    assert dots([(1.0, 2.0), (3.5, 4.0)]) == "M1 2h0M3.5 4h0"
    assert crosses([(10, 10)], 2) == "M8 8l4 4m-4 0l4-4"
    assert squares([(10, 10)], 2) == "M10 8l2 2-2 2-2-2z"
