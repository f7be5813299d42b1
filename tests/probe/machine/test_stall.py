"""How much of the stalls fell into a stretch of time: never more than must have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fournines.probe.machine.stall import Stall, longest, within


def stall(began: float, ended: float, seconds: float, who: str = "x") -> Stall:
    return Stall(who, "slept", began, ended, seconds)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (stall(2, 3, 1), 1),
        (stall(0, 3, 3), 2),
        (stall(3, 9, 6), 2),
        (stall(0, 9, 9), 4),
        (stall(2, 3, 0.2), 0.2),
        (stall(0.5, 1.5, 0.6), 0.1),
        (stall(0.5, 1.5, 0.5), 0),
        (stall(6, 7, 1), 0),
    ],
)
def test_only_what_cannot_have_been_outside_counts(subject: Stall, expected: float) -> None:
    found = within([subject], 1, 5)
    assert found.get("x slept", 0) == pytest.approx(expected)
    assert bool(found) is bool(expected)


def test_stalls_of_one_add_up_and_those_of_several_do_not() -> None:
    stalls = [stall(1, 2, 0.5), stall(2, 3, 0.5), stall(1, 3, 0.9, "y")]
    assert within(stalls, 0, 5) == {"x slept": 1.0, "y slept": 0.9}
    assert longest(stalls, 0, 5) == (1.0, "x slept")
    assert longest([], 0, 5) == (0.0, "")


lengths = st.floats(0, 5)


@given(st.lists(st.tuples(lengths, lengths, st.floats(0, 1)), max_size=5), lengths, lengths, lengths)
def test_a_wider_look_never_finds_less(
    raw: list[tuple[float, float, float]], began: float, length: float, more: float
) -> None:
    stalls = [stall(a, a + n, n * share, str(i)) for i, (a, n, share) in enumerate(raw)]
    narrow, wide = within(stalls, began, began + length), within(stalls, began - more, began + length + more)
    assert all(wide[who] >= seconds - 1e-9 for who, seconds in narrow.items())
    assert all(seconds <= length + 1e-9 for seconds in narrow.values())
