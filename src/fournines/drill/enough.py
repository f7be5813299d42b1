"""Ending a campaign by hand: what was hurt is undone, what was written is read back, and then it is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import anyio


class Enough:
    """Somebody's word that a campaign has lasted long enough; a run asks where it may be cut short."""

    def __init__(self) -> None:
        self.said = False
        self._now: anyio.CancelScope | None = None

    def say(self) -> None:
        """What may be cut short ends now, and whatever may be from now on as soon as it begins."""
        self.said = True
        if self._now is not None:
            self._now.cancel()

    @contextmanager
    def cut_short(self) -> Iterator[None]:
        """The block ends early, and without an error, once it is said; what it shields ends first."""
        with anyio.CancelScope() as scope:
            self._now = scope
            if self.said:
                scope.cancel()
            try:
                yield
            finally:
                self._now = None
