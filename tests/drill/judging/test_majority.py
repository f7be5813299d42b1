"""Who is left alone lets go of the VIP, and has it again with the first that returns."""

from __future__ import annotations

import pytest

from fournines.drill.judging.majority import resigned
from fournines.drill.result import Judgement, Owned
from fournines.drill.scenarios import scenarios
from fournines.kit.verdict import Outcome

DRILL = scenarios()["second-host-lost"]
FAULT = (10.0, 100.0)
HELD, NOBODY = Owned(("controller1",), 0.0, 40.0), Owned((), 40.0, 112.0)
AGAIN = Owned(("controller1",), 112.0, 200.0)
PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN


def judged(*owners: Owned) -> list[Judgement]:
    return list(resigned(DRILL, owners, FAULT))


@pytest.mark.parametrize(
    ("owners", "let_go", "again"),
    [
        ((HELD, NOBODY, AGAIN), PASS, PASS),
        ((HELD,), FAIL, FAIL),
        ((HELD, NOBODY), PASS, FAIL),
        ((HELD, NOBODY, Owned(("controller1",), 146.0, 200.0)), PASS, FAIL),
        ((HELD, NOBODY, Owned(("controller2",), 90.0, 200.0)), FAIL, FAIL),
        ((), UNKNOWN, UNKNOWN),
    ],
    ids=["as promised", "never lets go", "never again", "too late", "another takes it", "nobody asked"],
)
def test_letting_go_and_taking_again_are_judged(
    owners: tuple[Owned, ...], let_go: Outcome, again: Outcome
) -> None:
    assert [one.verdict.outcome for one in judged(*owners)] == [let_go, again]


def test_the_seconds_are_told() -> None:
    let_go, again = judged(HELD, NOBODY, AGAIN)
    assert let_go.verdict.seen == "nobody from 30.0 s on"
    assert (again.measured, again.bound) == (12.0, DRILL.back)


def test_other_drills_and_runs_without_a_fault_are_not_judged() -> None:
    assert list(resigned(scenarios()["active-power"], (HELD,), FAULT)) == []
    assert list(resigned(DRILL, (HELD,), None)) == []
