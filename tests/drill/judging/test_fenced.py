"""Fencing first, then a start elsewhere: told by journals, and never passed on silence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.drill.judging.test_takeover import TOLD, declared, heard

from fournines.drill.judging.fenced import fenced_first
from fournines.drill.result import Moment
from fournines.drill.scenario import Scenario
from fournines.drill.scenarios import scenarios
from fournines.kit.verdict import Outcome

DRILL = scenarios()["active-power"]
FAULT = (10.0, 100.0)
OFF, STARTED = Moment(14.0, "controller2 is fenced"), Moment(15.0, "vip-controller runs on controller1")


def judged(
    *moments: Moment,
    drill: Scenario = DRILL,
    hurt: tuple[str, ...] = ("controller2",),
    fault: tuple[float, float] | None = FAULT,
) -> list[tuple[Outcome, str]]:
    found = fenced_first(drill, moments, declared(), hurt=hurt, fault=fault)
    return [(one.verdict.outcome, one.verdict.seen) for one in found]


@pytest.mark.parametrize(
    ("moments", "outcome"),
    [
        ((OFF, STARTED), Outcome.PASS),
        ((STARTED, replace(OFF, at=15.5)), Outcome.FAIL),
        ((STARTED,), Outcome.FAIL),
        ((OFF,), Outcome.UNKNOWN),
        ((), Outcome.UNKNOWN),
        ((OFF, replace(STARTED, what="vip-controller runs on controller2")), Outcome.UNKNOWN),
        ((OFF, replace(STARTED, at=101.0)), Outcome.UNKNOWN),
        ((replace(OFF, what="controller3 is fenced"), STARTED), Outcome.FAIL),
        ((replace(OFF, at=9.0), STARTED), Outcome.FAIL),
    ],
    ids=[
        "first the fencing",
        "first the start",
        "never fenced",
        "nothing started",
        "no journal",
        "started where it was lost",
        "started after the return",
        "another fenced",
        "fenced before the fault",
    ],
)
def test_the_order_of_events_is_judged(moments: tuple[Moment, ...], outcome: Outcome) -> None:
    assert [one for one, _ in judged(*moments)] == [outcome]


def test_a_promotion_counts_as_a_start_and_the_times_are_told() -> None:
    """Of the lines as Corosync and Pacemaker write them."""
    assert [one.what for one in heard()] == list(TOLD)
    ((outcome, seen),) = judged(*heard())
    assert outcome is Outcome.PASS
    assert seen == "fenced after 14.0 s, the first start elsewhere after 16.0 s"


def test_drills_without_a_fencing_and_runs_without_a_fault_are_not_judged() -> None:
    assert judged(OFF, STARTED, drill=scenarios()["vip-power"]) == []
    assert judged(OFF, STARTED, fault=None) == []


def test_whoever_is_lost_for_good_in_a_cluster_is_fenced() -> None:
    fences = {name for name, one in scenarios().items() if one.fences}
    assert fences == {"active-power", "active-freeze", "links-cut", "data-power", "data-freeze"}
