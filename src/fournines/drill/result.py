"""What a drill found, as values: the report renders them, JSON keeps them.

All times are seconds on the run's own clock (0 = the run's start); ``started`` ties it to the calendar.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import TypeAdapter, ValidationError

from fournines.errors import DrillError
from fournines.kit.verdict import Outcome, Verdict
from fournines.probe.ledger import Account
from fournines.probe.machine.stall import Load
from fournines.probe.outage import Figures
from fournines.probe.sample import Sample

CONTROL_NAME = "control"
"""The name of the run in which nothing is hurt."""


class StageName(StrEnum):
    """The parts of a run, in their order."""

    STEADY = "steady state"
    BASELINE = "baseline"
    FAULT = "fault"
    """Injecting; ends when the fault is in place."""
    HOLD = "hold"
    UNDO = "undo"
    HEAL = "heal"
    """Waiting for every check of the site to pass again."""
    READ_BACK = "read back"


@dataclass(frozen=True, slots=True)
class Stage:
    """One part of a run and when it took place."""

    name: StageName
    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class Owned:
    """The VIP was answered for by these hosts (none, one or, wrongly, several) during this time."""

    hosts: tuple[str, ...]
    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class Moment:
    """Something happened at this second of the run's clock, in words."""

    at: float
    what: str


@dataclass(frozen=True, slots=True)
class Series:
    """One client: what it asked, everything it saw, and the figures of it.

    ``kind`` is http, sql, amqp, token, object or vip; ``asks`` says in words what one attempt does.
    """

    name: str
    kind: str
    asks: str
    interval: float
    timeout: float
    figures: Figures
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """One invariant of the drill and whether it held.

    ``id`` begins with the invariant's number (``I4.http``). ``bound`` and ``measured`` are in seconds
    or a count, where the promise is a number.
    """

    id: str
    promise: str
    verdict: Verdict
    bound: float | None = None
    measured: float | None = None


@dataclass(frozen=True, slots=True)
class DrillRun:
    """One drill, run once.

    ``targets`` says which host played which part (``{"VIP holder": "controller1"}``). ``injected`` and
    ``undone`` are the exact commands. ``fault`` is from the injection's begin to the undo's begin, None
    if it never came to it. ``api`` is the endpoint whose program on one host was hurt, if the drill was
    about one. ``healed`` is the time from the undo until every check of the site was seen to
    pass, None if that did not happen in time. ``takeover`` is what the outage by the fault consisted of,
    where journals of the site tell. ``load`` is what the machine under the clients was busy with,
    None where nobody looked. ``versions`` maps host to package to version; ``digest``
    is over every configuration file of the site. ``events`` is the raw log's file name. ``untested``
    says what this run cannot prove.
    """

    name: str
    sentence: str
    site: str
    seed: int
    started: str
    targets: Mapping[str, str]
    injected: tuple[str, ...]
    undone: tuple[str, ...]
    stages: tuple[Stage, ...]
    fault: tuple[float, float] | None
    healed: float | None
    series: tuple[Series, ...]
    owners: tuple[Owned, ...]
    accounts: tuple[Account, ...]
    judgements: tuple[Judgement, ...]
    takeover: tuple[Moment, ...] = ()
    load: Load | None = None
    versions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    digest: str = ""
    events: str = ""
    untested: tuple[str, ...] = ()
    api: str = ""

    @property
    def outcome(self) -> Outcome:
        """A fail beats an unknown, an unknown beats a pass; nothing judged is unknown."""
        seen = {judgement.verdict.outcome for judgement in self.judgements}
        for outcome in (Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS):
            if outcome in seen:
                return outcome
        return Outcome.UNKNOWN


@dataclass(frozen=True, slots=True)
class Campaign:
    """Drills run one after the other on one site: what the report shows.

    ``machine`` describes where it ran; ``command`` repeats it.
    """

    site: str
    started: str
    machine: str
    command: str
    runs: tuple[DrillRun, ...]

    @property
    def control(self) -> DrillRun | None:
        """The run in which nothing was hurt."""
        return next((run for run in self.runs if run.name == CONTROL_NAME), None)

    @property
    def drills(self) -> tuple[DrillRun, ...]:
        """The runs in which something was hurt."""
        return tuple(run for run in self.runs if run.name != CONTROL_NAME)

    @property
    def outcome(self) -> Outcome:
        """The worst of its runs; no run at all is unknown."""
        seen = {run.outcome for run in self.runs}
        for outcome in (Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS):
            if outcome in seen:
                return outcome
        return Outcome.UNKNOWN


def to_json(campaign: Campaign) -> str:
    """The campaign as JSON; ``from_json`` gives an equal value back."""
    return TypeAdapter(Campaign).dump_json(campaign, indent=1).decode()


def from_json(text: str) -> Campaign:
    """A campaign from its JSON.

    Raises:
        DrillError: the text is not a campaign written by ``to_json``.
    """
    try:
        return TypeAdapter(Campaign).validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(part) for part in first["loc"])
        raise DrillError(f"not the result of a drill: {path}: {first['msg']}") from error
