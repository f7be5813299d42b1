"""A missed bound is unknown only where the machine stood still for longer than it was missed by."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fournines.drill.judging.excuse import held, without
from fournines.kit.verdict import Outcome
from fournines.probe.machine.stall import Stall
from fournines.probe.outage import Outage

BOUND = 1.0
OUT = Outage(10.0, 12.5)
"""Missed by 1.5 s."""


def stall(began: float, ended: float, seconds: float | None = None, who: str = "the machine") -> Stall:
    return Stall(who, "waited for the disk", began, ended, ended - began if seconds is None else seconds)


@pytest.mark.parametrize(
    ("outages", "stalls", "outcome"),
    [
        ((), (), Outcome.PASS),
        ((Outage(10, 11),), (), Outcome.PASS),
        ((Outage(10, 11),), (stall(10, 11),), Outcome.PASS),
        ((OUT,), (), Outcome.FAIL),
        ((OUT,), (stall(10, 11.6),), Outcome.UNKNOWN),
        ((OUT,), (stall(10, 11.5),), Outcome.FAIL),
        ((OUT,), (stall(0, 10), stall(12.5, 20)), Outcome.FAIL),
        ((OUT,), (stall(8.5, 11),), Outcome.FAIL),
        ((OUT,), (stall(10, 12, 1.6),), Outcome.UNKNOWN),
        ((OUT,), (stall(9, 12, 1.6),), Outcome.FAIL),
        ((OUT,), (stall(10, 10.8), stall(11, 11.8)), Outcome.UNKNOWN),
        ((OUT,), (stall(10, 10.8), stall(11, 11.8, who="controller1")), Outcome.FAIL),
        ((OUT, Outage(20, 22)), (stall(10, 12),), Outcome.FAIL),
        ((OUT, Outage(20, 22)), (stall(10, 12), stall(20, 21.5)), Outcome.UNKNOWN),
    ],
    ids=[
        "no outage",
        "within its bound",
        "within its bound on a slow machine",
        "on a machine that did not stall",
        "stalled for longer than the excess",
        "stalled for just the excess",
        "stalled before and after",
        "stalled, but only in part within",
        "stalled somewhere within",
        "the stall may have been before the outage",
        "two stalls of one resource add up",
        "stalls of two that may have been at once do not",
        "the other outage has no excuse",
        "each has its own",
    ],
)
def test_whose_fault_it_was(outages: tuple[Outage, ...], stalls: tuple[Stall, ...], outcome: Outcome) -> None:
    assert held(outages, BOUND, stalls).outcome is outcome


def test_the_words_name_the_stall_the_outage_and_the_bound() -> None:
    assert held((OUT,), BOUND, (stall(10, 11.9, who="controller2"),)).seen == (
        "the machine stalled 1.9 s: controller2 waited for the disk; it lasted 2.50 s"
    )
    assert held((OUT,), BOUND, (stall(10, 10.4),)).seen == (
        "2.50 s; the machine stalled 0.4 s of it: the machine waited for the disk"
    )
    assert held((OUT,), BOUND, ()).seen == "2.50 s"


def test_the_worst_of_those_without_excuse_is_told() -> None:
    outages = (Outage(0, 9), Outage(20, 22), Outage(30, 33))
    assert held(outages, BOUND, (stall(0, 8.9),)).seen.startswith("3.00 s")


def test_a_host_that_was_hurt_on_purpose_is_no_excuse() -> None:
    hurt, other = stall(10, 12, who="controller1"), stall(10, 12, who="controller2")
    assert without((hurt, other), ("controller1",)) == (other,)


moments = st.floats(0, 30)
stalls_of = st.lists(
    st.builds(
        lambda began, length, share, who: stall(began, began + length, length * share, who),
        moments,
        st.floats(0.01, 10),
        st.floats(0, 1),
        st.sampled_from(["the machine", "controller1", "processor 0"]),
    ),
    max_size=6,
)
outages_of = st.lists(
    st.builds(lambda began, length: Outage(began, began + length), moments, st.floats(0, 10)), max_size=4
)
RANK = {Outcome.FAIL: 0, Outcome.UNKNOWN: 1}


@given(outages_of, stalls_of, st.builds(lambda s: s, stalls_of))
def test_more_stalls_never_make_it_worse_and_never_a_pass(
    outages: list[Outage], stalls: list[Stall], more: list[Stall]
) -> None:
    less, rest = held(outages, BOUND, stalls).outcome, held(outages, BOUND, [*stalls, *more]).outcome
    if less is Outcome.PASS:
        assert rest is Outcome.PASS
    else:
        assert RANK[rest] >= RANK[less]


@given(outages_of, stalls_of, st.data())
def test_a_longer_stall_never_makes_it_worse(
    outages: list[Outage], stalls: list[Stall], data: st.DataObject
) -> None:
    assume(stalls)
    place = data.draw(st.integers(0, len(stalls) - 1))
    one = stalls[place]
    longer = replace(one, seconds=data.draw(st.floats(one.seconds, max(one.seconds, one.ended - one.began))))
    grown = [*stalls[:place], longer, *stalls[place + 1 :]]
    before, after = (held(outages, BOUND, some).outcome for some in (stalls, grown))
    assert RANK.get(after, 2) >= RANK.get(before, 2)


@given(outages_of, stalls_of)
def test_a_kept_bound_passes_whatever_stalled_and_a_missed_one_never_does(
    outages: list[Outage], stalls: list[Stall]
) -> None:
    kept = all(o.seconds <= BOUND for o in outages)
    assert (held(outages, BOUND, stalls).outcome is Outcome.PASS) is kept


@given(outages_of, stalls_of)
def test_stalls_that_are_too_short_in_all_excuse_nothing(outages: list[Outage], stalls: list[Stall]) -> None:
    least = min((o.seconds - BOUND for o in outages if o.seconds > BOUND), default=None)
    assume(least is not None)
    assert least is not None
    total = sum(s.seconds for s in stalls)
    tiny = [replace(s, seconds=s.seconds / total * least / 2) for s in stalls] if total else []
    assert held(outages, BOUND, tiny).outcome is Outcome.FAIL
