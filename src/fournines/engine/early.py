"""A question asked before it is known whether it will be wanted, and given up if it is not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import anyio
from anyio.abc import TaskGroup


@dataclass
class Early:
    """The answer to a question that is asked beside something else; no answer is a no."""

    tasks: TaskGroup
    ask: Callable[[], Awaitable[bool]]
    _scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    _ended: anyio.Event | None = None
    _answer: bool = False

    def begin(self) -> None:
        """Ask, if it has not been asked."""
        if self._ended is None:
            self._ended = anyio.Event()
            self.tasks.start_soon(self._do, self._ended)

    def give_up(self) -> None:
        """Nobody wants to know any more."""
        self._scope.cancel()

    async def answer(self) -> bool:
        """Wait for the answer; no if it was never asked."""
        if self._ended is not None:
            await self._ended.wait()
        return self._answer

    async def _do(self, ended: anyio.Event) -> None:
        try:
            with self._scope:
                self._answer = await self.ask()
        finally:
            ended.set()
