"""What happens during a deployment, as values: shown, logged as JSON lines, replayed in reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. ``at`` is in seconds since the run began."""

    at: float

    def to_json(self) -> dict[str, Any]:
        """The event's name and its fields."""
        return {"event": type(self).__name__, **asdict(self)}


@dataclass(frozen=True, slots=True)
class Started(Event):
    """The run began: a site, its phases, its hosts."""

    site: str
    phases: tuple[str, ...]
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HostObserved(Event):
    """A host was compared with the plan; ``differing`` counts what is not as wanted, in all phases."""

    host: str
    differing: int
    seconds: float


@dataclass(frozen=True, slots=True)
class HostAbsent(Event):
    """A host could not be reached, and is left out: the others can do without it."""

    host: str
    what: str


@dataclass(frozen=True, slots=True)
class Noted(Event):
    """Something that is no error and worth knowing: a version nobody has seen a site run with."""

    what: str


@dataclass(frozen=True, slots=True)
class PhaseStarted(Event):
    """A phase has work to do on these hosts."""

    phase: str
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepChanged(Event):
    """A step was carried out on a host."""

    phase: str
    host: str
    kind: str
    subject: str
    what: str


@dataclass(frozen=True, slots=True)
class StillBusy(Event):
    """Operations that have been running for a while: pairs of host and what it is busy with."""

    phase: str
    busy: tuple[tuple[str, str], ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class HostChanged(Event):
    """A host's part of a phase is done, except for its barrier."""

    phase: str
    host: str
    changes: int


@dataclass(frozen=True, slots=True)
class HostUnchanged(Event):
    """A host was as the phase wants it."""

    phase: str
    host: str


@dataclass(frozen=True, slots=True)
class PhaseBroken(Event):
    """The connection to a host broke in the middle of a phase, which is begun anew."""

    phase: str
    where: str | None
    what: str


@dataclass(frozen=True, slots=True)
class BarrierWaiting(Event):
    """A phase waits for these checks; each with what was seen last."""

    phase: str
    waiting: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BarrierPassed(Event):
    """Every check of a phase's barrier passed, ``seconds`` after it was first asked."""

    phase: str
    checks: int
    seconds: float


@dataclass(frozen=True, slots=True)
class PhaseFinished(Event):
    """A phase is done, its barrier included."""

    phase: str
    changes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Failed(Event):
    """The run ended early."""

    where: str | None
    what: str
    try_this: str | None
    output: str


@dataclass(frozen=True, slots=True)
class Finished(Event):
    """The run ended well."""

    changes: int
    seconds: float


Listener = Callable[[Event], None]
"""Is told of each event as it happens."""
