"""A question that is asked before it is known whether it will be wanted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio
import pytest

from fournines.engine.early import Early


def asked(use: Callable[[Early, anyio.Event], Awaitable[bool]], *, answer: bool = True) -> tuple[bool, int]:
    """What ``use`` got of a question that waits for the event it is given, and how often it was asked."""
    begun: list[int] = []
    got: list[bool] = []

    async def main() -> None:
        may = anyio.Event()

        async def ask() -> bool:
            begun.append(1)
            await may.wait()
            return answer

        async with anyio.create_task_group() as tasks:
            got.append(await use(Early(tasks, ask), may))

    anyio.run(main)
    return got[0], len(begun)


@pytest.mark.parametrize("answer", [True, False])
def test_it_is_asked_once_however_often_it_is_begun(answer: bool) -> None:  # noqa: FBT001
    async def use(early: Early, may: anyio.Event) -> bool:
        early.begin()
        early.begin()
        may.set()
        return await early.answer()

    assert asked(use, answer=answer) == (answer, 1)


def test_what_was_never_asked_is_a_no() -> None:
    async def use(early: Early, may: anyio.Event) -> bool:
        del may
        return await early.answer()

    assert asked(use) == (False, 0)


@pytest.mark.parametrize("begun_first", [True, False])
def test_given_up_nobody_waits_for_it(begun_first: bool) -> None:  # noqa: FBT001
    async def use(early: Early, may: anyio.Event) -> bool:
        del may  # it would never be answered
        if begun_first:
            early.begin()
            await anyio.wait_all_tasks_blocked()
        early.give_up()
        early.begin()
        return await early.answer()

    assert asked(use)[0] is False
