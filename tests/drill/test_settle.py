"""Waiting for the site: what counts is that all have passed since the last one failed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import anyio
import pytest

from fournines.drill.settle import Judged, Settled, settle
from fournines.kit.check import Check
from fournines.kit.verdict import Outcome, failed, passed
from fournines.probe.watch import new_clock

CHECKS = tuple(Check(name, name, {}, lambda _: passed("")) for name in ("a", "b"))


def settled(
    rounds: list[str], *, within: float = 60.0, checks: tuple[Check, ...] = CHECKS, unwell: bool = False
) -> tuple[Settled, list[str]]:
    """``rounds`` lists which checks fail in each round; the last one repeats."""
    asked: list[str] = []

    async def ask(checks: Sequence[Check]) -> Judged:
        bad = rounds[min(len(asked), len(rounds) - 1)]
        asked.append("".join(check.id for check in checks))
        return [(c, failed("no") if c.id in bad else passed("yes")) for c in checks]

    async def it() -> Settled:
        return await settle(ask, checks, clock=new_clock(), within=within, pause=0.01, unwell=unwell)

    return anyio.run(it), asked


def test_a_site_that_is_well_needs_one_round() -> None:
    result, asked = settled([""])
    assert result.at is not None
    assert asked == ["ab"]


def test_only_what_has_not_passed_is_asked_again_until_all_have_passed() -> None:
    result, asked = settled(["ab", "b", "b", "", ""])
    assert asked == ["ab", "ab", "b", "b", "a"]
    assert result.at is not None


def test_what_turned_bad_again_meanwhile_is_noticed() -> None:
    result, asked = settled(["b", "", "a", "", ""])
    assert asked == ["ab", "b", "a", "a", "b"]
    assert result.at is not None


MANY = tuple(Check(name, name, {}, lambda _: passed("")) for name in "abcdefghijklmnop")
ALL = "abcdefghijklmnop"


def test_a_site_far_from_well_is_asked_for_the_first_things_first() -> None:
    """What nothing else can do without is asked alone; the rest is not bothered until it is there."""
    result, asked = settled([ALL, "abcd", "a", "", "", "", ""], checks=MANY)
    assert asked == [ALL, "abcd", "abcd", "aefg", "hijklmno", "p", "bcd"]
    assert result.at is not None


def test_no_check_is_forgotten_on_the_way() -> None:
    result, asked = settled([ALL, "", "fh", "", "", "", "", ""], checks=MANY)
    assert result.at is not None
    assert asked[2] == "efghijkl", "where two fail"
    assert set("".join(asked[3:])) == set(ALL), "after that, all of them"


def test_time_is_up_with_the_names_of_those_still_waiting() -> None:
    result, asked = settled(["b"], within=0.1)
    assert result.at is None
    assert [(c.id, v.seen) for c, v in result.waiting] == [("b", "no")]
    assert len(asked) > 2


def test_a_question_that_hangs_does_not_hang_the_drill() -> None:
    async def ask(_: Sequence[Check]) -> Judged:
        await anyio.sleep(60)
        return []

    async def it() -> Settled:
        return await settle(ask, CHECKS, clock=new_clock(), within=0.1)

    result = anyio.run(it)
    assert result.at is None
    assert {(c.id, v.outcome, v.seen) for c, v in result.waiting} == {
        (name, Outcome.UNKNOWN, "not answered when the time was up") for name in ("a", "b")
    }


def test_what_takes_most_of_the_time_is_asked_a_second_time_nevertheless(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A check that needed 95 s to fail, with 75 s left."""
    now, asked = [0.0], list[float]()

    async def ask(checks: Sequence[Check]) -> Judged:
        first = not asked
        asked.append(now[0])
        now[0] += 95.0 if first else 40.0
        return [(c, failed("no") if first else passed("yes")) for c in checks]

    async def sleep(seconds: float) -> None:
        now[0] += seconds

    async def it() -> Settled:
        return await settle(ask, CHECKS, clock=lambda: now[0], within=170.0)

    monkeypatch.setattr(anyio, "sleep", sleep)
    result = anyio.run(it)
    assert asked == [0.0, 96.0]
    assert result.at is not None


def test_who_allows_no_time_is_told_what_one_whole_round_sees() -> None:
    slow = 0.05

    async def ask(checks: Sequence[Check]) -> Judged:
        await anyio.sleep(slow)
        return [(c, failed("no") if c.id == "b" else passed("yes")) for c in checks]

    async def it(*, least: float) -> Settled:
        return await settle(ask, CHECKS, clock=new_clock(), within=0, least=least)

    assert [c.id for c, _ in anyio.run(partial(it, least=60)).waiting] == ["b"]
    unheard = anyio.run(partial(it, least=0)).waiting
    assert [(c.id, v.outcome) for c, v in unheard] == [("a", Outcome.UNKNOWN), ("b", Outcome.UNKNOWN)]


def test_a_site_that_is_known_to_be_unwell_is_never_asked_everything_before_it_could_be_well() -> None:
    result, asked = settled(["a", "", "", "", ""], checks=MANY, unwell=True)
    assert asked == ["abcd", "aefg", "hijklmno", "p", "bcd"]
    assert result.at is not None
