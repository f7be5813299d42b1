"""Which unit is named while others wait, and when patience ends."""

from __future__ import annotations

from pathlib import Path

import anyio

from fournines.engine.units.startup import Down, Start, explained, foremost, read, why_down
from fournines.engine.wire.transport import Call, Fake
from fournines.errors import TransportError
from fournines.kit.check import Output

MARIADB = (Path(__file__).parent / "journals" / "mariadb.jsonl").read_text()


def test_the_answer_is_read_unit_by_unit() -> None:
    (waiting, failing) = read(f"a.service activating\nmariadb.service failed\n{MARIADB}")
    assert waiting == Down("a.service", "activating")
    assert failing.unit == "mariadb.service"
    assert "failed to reach primary view" in failing.words
    assert explained([waiting, failing])[0].startswith("mariadb.service: ")


def test_the_unit_with_an_error_is_named_before_one_that_only_waits() -> None:
    waits, starts = Down("a.service", "inactive"), Down("b.service", "activating")
    fails = Down("c.service", "activating", ("no disk",))
    assert foremost([waits, starts, fails]) == fails
    assert foremost([waits, starts]) == starts
    assert foremost([]) is None


def start_of(answers: list[str], told: list[tuple[tuple[str, str], ...]]) -> Start:
    async def tell(busy: tuple[tuple[str, str], ...], _seconds: float) -> None:
        told.append(busy)

    def answer(call: Call) -> Output:
        if call.host == "gone":
            raise TransportError("not reachable", where="gone")
        return Output(0, answers.pop(0))

    return Start(Fake(answer), {"one": ("mariadb.service",), "gone": ("x.service",)}, tell, began=0.0)


def test_while_it_lasts_the_unit_that_is_not_up_is_told_and_the_operation_where_all_are() -> None:
    told: list[tuple[tuple[str, str], ...]] = []
    start = start_of([f"mariadb.service activating\n{MARIADB}", ""], told)

    async def twice() -> None:
        await start.still((("one", "start a lot"), ("gone", "start x")), 15.0)
        await start.still((("one", "start a lot"),), 30.0)

    anyio.run(twice)
    (first, second) = told
    assert "mariadb.service (activating)" in first[0][1]
    assert "primary view" in first[0][1]
    assert first[1] == ("gone", "start x")
    assert second == (("one", "start a lot"),)


def test_the_same_failure_three_times_in_a_row_is_hopeless_and_a_changing_one_is_not() -> None:
    same = f"mariadb.service failed\n{MARIADB}"
    other = 'mariadb.service failed\n{"MESSAGE": "[ERROR] another one"}'

    async def hopeless_after(answers: list[str]) -> bool:
        start = start_of(answers, [])
        for _ in range(len(answers)):
            await start.failed("one")
        return start.hopeless

    assert anyio.run(hopeless_after, [same, same, same])
    assert not anyio.run(hopeless_after, [same, same, other, same])
    assert not anyio.run(hopeless_after, ["mariadb.service activating"] * 3)


def test_why_units_are_down_names_the_host_and_leaves_out_who_cannot_answer() -> None:
    def answer(call: Call) -> Output:
        if call.host == "gone":
            raise TransportError("not reachable", where="gone")
        return Output(0, 'x.service failed\n{"MESSAGE": "[ERROR] no disk"}')

    async def ask() -> str:
        return await why_down(Fake(answer), {"one": ("x.service",), "gone": ("x.service",)}, seconds=9)

    assert anyio.run(ask) == "one: x.service: [ERROR] no disk"
