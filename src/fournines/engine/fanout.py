"""Doing the same on several hosts at once, without leaving one half-way because another failed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import anyio

from fournines.errors import HostError, NinesError

T = TypeVar("T")

AT_ONCE = 64
"""Hosts that are worked on side by side: each is a process of ssh here, and its answer in memory."""


async def on_each(hosts: Iterable[str], do: Callable[[str], Awaitable[T]]) -> dict[str, T]:
    """The result of ``do(host)`` for every host, ``AT_ONCE`` at a time.

    Every host gets to its end even when another fails: a cancelled round trip would leave that host in
    a state nobody knows.

    Raises:
        NinesError: the first host's error, in the order given; it says on which others it failed too.
    """
    names = list(hosts)
    results: dict[str, T] = {}
    errors: dict[str, NinesError] = {}
    limit = anyio.CapacityLimiter(AT_ONCE)

    async def one(host: str) -> None:
        async with limit:
            try:
                results[host] = await do(host)
            except NinesError as error:
                errors[host] = error

    async with anyio.create_task_group() as tasks:
        for name in names:
            tasks.start_soon(one, name)
    failed = [name for name in names if name in errors]
    if failed:
        raise _also(errors[failed[0]], failed[1:])
    return {name: results[name] for name in names}


def _also(error: NinesError, others: list[str]) -> NinesError:
    if not others:
        return error
    what = f"{error.what} (and an error on {', '.join(others)})"
    if isinstance(error, HostError):
        return type(error)(what, where=error.where, try_this=error.try_this, output=error.output)
    return type(error)(what, where=error.where, try_this=error.try_this)
