"""A host that is cut off: only its own refusal is a pass."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.drill.play import TABLE, World
from tests.drill.test_run import POWER, run, verdict

from fournines.drill.judging.minority import refused, write_alone
from fournines.drill.scenario import Cut
from fournines.kit.check import Output
from fournines.kit.verdict import Outcome

NO_QUORUM = Output(
    1, "", "ERROR 1047 (08S01) at line 1: WSREP has not yet prepared node for application use\n"
)
ACCEPTED = Output(0, "")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (NO_QUORUM, Outcome.PASS),
        (ACCEPTED, Outcome.FAIL),
        (Output(1, "", "ERROR 2002 (HY000): Can't connect to local server"), Outcome.UNKNOWN),
        (Output(1, ""), Outcome.UNKNOWN),
        (Output(127, "", "mariadb: not found"), Outcome.UNKNOWN),
        (None, Outcome.UNKNOWN),
    ],
)
def test_only_the_servers_own_refusal_counts(answer: Output | None, outcome: Outcome) -> None:
    assert refused(TABLE, answer).outcome is outcome


def test_the_attempt_has_a_client_name_of_its_own() -> None:
    assert "('vip-cut-1-alone', 0)" in write_alone(TABLE, "vip-cut-1").stdin


CUT = replace(POWER, name="cut", injury=Cut(), alone=True)


@pytest.mark.parametrize(
    ("answer", "outcome"), [(NO_QUORUM, Outcome.PASS), (ACCEPTED, Outcome.FAIL), (None, Outcome.UNKNOWN)]
)
def test_the_hurt_host_is_asked_while_it_is_hurt(answer: Output | None, outcome: Outcome) -> None:
    world = World(alone=answer)
    result = run(CUT, world)
    assert world.done[:3] == ["cut mgmt controller1", "write alone on controller1", "heal mgmt controller1"]
    assert verdict(result, "I7.sql") is outcome


def test_other_drills_do_not_ask() -> None:
    world = World()
    assert "I7.sql" not in {j.id for j in run(POWER, world).judgements}
    assert "write alone on controller1" not in world.done
