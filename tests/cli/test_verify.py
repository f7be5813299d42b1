from __future__ import annotations

from collections.abc import Sequence

import anyio
import pytest
from tests.report.samples import BROKEN, HOLDS, MIXED, SIZE, UNHEARD

from fournines.cli.verify import chosen, until_all_hold
from fournines.errors import NinesError
from fournines.kit.check import Check
from fournines.report.document import Judged

CHECKS = [check for check, _ in MIXED]


def test_only_chooses_by_id_and_keeps_the_order() -> None:
    assert [c.id for c in chosen(CHECKS, ["rabbitmq.*", "galera.s?ze"])] == [
        "galera.size",
        "rabbitmq.members",
    ]
    assert chosen(CHECKS, []) == tuple(CHECKS)


def test_a_typo_in_only_is_an_error_not_an_empty_success() -> None:
    with pytest.raises(NinesError, match="galear") as caught:
        chosen(CHECKS, ["galera.*", "galear.*"])
    assert "galera, memcached, rabbitmq" in (caught.value.try_this or "")


class Rounds:
    """Answers each round with the next list, the last one for ever."""

    def __init__(self, *rounds: Sequence[Judged]) -> None:
        self.rounds = list(rounds)
        self.asked = 0

    async def __call__(self, checks: Sequence[Check]) -> Sequence[Judged]:
        del checks
        self.asked += 1
        return self.rounds.pop(0) if len(self.rounds) > 1 else self.rounds[0]


def settle(rounds: Rounds, wait: float) -> Sequence[Judged]:
    heard: list[Sequence[Judged]] = []

    async def run() -> Sequence[Judged]:
        return await until_all_hold(rounds, CHECKS, heard.append, wait=wait, pause=0.01)

    found = anyio.run(run)
    assert heard[-1] == found
    assert len(heard) == rounds.asked
    return found


def test_without_wait_there_is_one_round() -> None:
    rounds = Rounds([BROKEN])
    assert settle(rounds, 0) == [BROKEN]
    assert rounds.asked == 1


def test_wait_ends_with_the_first_round_in_which_all_hold() -> None:
    rounds = Rounds([HOLDS, BROKEN], [UNHEARD, SIZE], [HOLDS, SIZE], [BROKEN])
    assert settle(rounds, 5) == [HOLDS, SIZE]
    assert rounds.asked == 3


def test_wait_gives_up_in_time_with_the_last_rounds_verdicts() -> None:
    rounds = Rounds([HOLDS, SIZE, BROKEN], [HOLDS, UNHEARD])
    assert settle(rounds, 0.1) == [HOLDS, UNHEARD]
    assert 2 <= rounds.asked <= 12
