"""One attempt of a client, as it was seen from the client's place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reply(StrEnum):
    """How an attempt ended (Jepsen's :ok, :fail and :info)."""

    OK = "ok"
    """It was done, and the client was told so."""
    FAIL = "fail"
    """It was certainly not done: refused, or answered with an error."""
    UNKNOWN = "unknown"
    """Nobody can tell: no answer in time, or the connection was lost after the request had left."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One attempt. Times are seconds on the run's monotonic clock, 0 being the run's start.

    ``intended`` is when the schedule wanted the attempt to start, ``started`` when it did: a client
    held up by a stall starts late, and latency is counted from ``intended`` so that the stall is not
    hidden (Gil Tene's coordinated omission). ``detail`` says who answered, or what went wrong.
    """

    probe: str
    intended: float
    started: float
    ended: float
    reply: Reply
    detail: str = ""

    @property
    def good(self) -> bool:
        """Whether the client got what it asked for."""
        return self.reply is Reply.OK

    @property
    def latency(self) -> float:
        """Seconds from the intended start to the answer."""
        return self.ended - self.intended
