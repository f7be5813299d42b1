"""Waiting for the site: what counts is that all have passed since the last one failed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import anyio

from fournines.drill.settle import Judged, Settled, settle
from fournines.kit.check import Check
from fournines.kit.verdict import failed, passed
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

    assert anyio.run(it).at is None


def test_who_allows_no_time_is_told_what_one_whole_round_sees() -> None:
    slow = 0.05

    async def ask(checks: Sequence[Check]) -> Judged:
        await anyio.sleep(slow)
        return [(c, failed("no") if c.id == "b" else passed("yes")) for c in checks]

    async def it(*, least: float) -> Settled:
        return await settle(ask, CHECKS, clock=new_clock(), within=0, least=least)

    assert [c.id for c, _ in anyio.run(partial(it, least=60)).waiting] == ["b"]
    assert anyio.run(partial(it, least=0)).waiting == [], "without the allowance nobody has answered yet"


def test_a_site_that_is_known_to_be_unwell_is_never_asked_everything_before_it_could_be_well() -> None:
    result, asked = settled(["a", "", "", "", ""], checks=MANY, unwell=True)
    assert asked == ["abcd", "aefg", "hijklmno", "p", "bcd"]
    assert result.at is not None
