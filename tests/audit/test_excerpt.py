"""Of a long line that part is quoted which the finding speaks of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fournines.audit.excerpt import CUT, excerpt

URL = "rabbit://nova:***@10.0.0.11:5672,nova:***@10.0.0.12:5672,nova:***@10.0.0.13:5672/nova"


@pytest.mark.parametrize(
    ("line", "said", "shown"),
    [
        ("short enough", "of a name that stands elsewhere", "short enough"),
        ("one two three four five six seven eight", "nothing of it", f"one two three four fi{CUT}"),
        ("one two three four five six seven eight", "two is wrong", f"one two three four fi{CUT}"),
        ("one two three four five six seven eight", "seven is wrong", f"{CUT} five six seven eight"),
        ("alpha beta gamma delta epsilon zeta eta", "delta and epsilon", f"{CUT} delta epsilon zeta {CUT}"),
    ],
)
def test_what_is_shown(line: str, said: str, shown: str) -> None:
    assert excerpt(line, said, 22) == shown


def test_the_option_of_a_long_command_is_shown() -> None:
    line = "pcs resource create vip IPaddr2 ip=10.0.0.20 cidr_netmask=24 nic=eth1 op monitor interval=0"
    assert "interval=0" in excerpt(line, "the monitor of vip has interval=0", 60)
    assert len(excerpt(line, "the monitor of vip has interval=0", 60)) <= 60


@given(st.text(), st.text(), st.integers(min_value=8, max_value=90))
def test_never_longer_than_the_room_and_nothing_is_invented(line: str, said: str, room: int) -> None:
    shown = excerpt(line, said, room)
    assert len(shown) <= room
    inner = shown.removeprefix(f"{CUT} ").removesuffix(CUT) if shown != line else shown
    assert inner in line


def test_what_is_cut_says_so() -> None:
    shown = excerpt(URL, "10.0.0.13:5672 is no host", 40)
    assert shown.startswith(CUT)
    assert "10.0.0.13:5672" in shown
