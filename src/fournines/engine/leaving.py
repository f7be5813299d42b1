"""What hosts have of fournines and a plan no longer wants: found, and placed among the phases. Pure.

Each host keeps a list of claims, the oldest first (``agent.claims``). Whatever is claimed and not wanted
leaves; what nobody claimed was never ours and is not touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from fournines.engine.agent.claims import RAN_BEFORE
from fournines.engine.desired import Desired
from fournines.engine.difference import Change, Seen
from fournines.engine.units.decide import RUNNING
from fournines.kit.step import Absent, Directory, File, Step, Sysctl, Unit
from fournines.plan.model import Phase, PlannedStage

LEAVING = "leaving"
"""The phase after those of the plan: what left the site file as a whole, with its stage."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Something on a host that fournines put there, and the stage that wanted it.

    ``kind`` is file, directory, unit or sysctl; ``readers`` are the units that were to follow a file; ``was``
    is what was there before: a kernel parameter's value, ``RAN_BEFORE`` for a unit that did.
    """

    kind: str
    subject: str
    stage: str
    readers: tuple[str, ...] = ()
    was: str = ""

    def to_wire(self) -> dict[str, Any]:
        """As the agent keeps it."""
        return asdict(self)


Claims = Mapping[str, tuple[Claim, ...]]
"""Per host, the oldest first."""


def from_wire(answer: Iterable[Mapping[str, Any]]) -> tuple[Claim, ...]:
    """What the agent said that it keeps."""
    return tuple(Claim(**{**one, "readers": tuple(one["readers"])}) for one in answer)


# --- what is ours -----------------------------------------------------------------------------------------


def new_claims(
    wanted: Desired, phase: Phase, host: str, touched: Mapping[Step, Seen], known: Sequence[Claim]
) -> tuple[Claim, ...]:
    """The claims to make before these steps of a host are carried out, beside those that it has."""
    found = (
        _claim(wanted, stage, host, step, touched[step])
        for stage in phase.stages
        for step in stage.steps.get(host, ())
        if step in touched
    )
    have = {(one.kind, one.subject, one.stage, one.readers) for one in known}
    return tuple(one for one in found if one and (one.kind, one.subject, one.stage, one.readers) not in have)


def _claim(wanted: Desired, stage: PlannedStage, host: str, step: Step, seen: Seen) -> Claim | None:
    match step:
        case File():
            return Claim("file", step.path, stage.name, wanted.readers_of(host, (step.path,)))
        case Directory():
            return Claim("directory", step.path, stage.name)
        case Sysctl():
            return Claim("sysctl", step.key, stage.name, was=seen["value"] or "")
        case Unit() if step.running or step.enabled:
            foreign = seen["active"] in RUNNING and not seen["stamp"]
            return Claim("unit", step.name, stage.name, was=RAN_BEFORE if foreign else "")
    return None


def from_before(wanted: Desired, host: str, seen: Iterable[tuple[Step, Seen]]) -> tuple[Claim, ...]:
    """The claims of a host on which fournines was at work before it kept any: it has a stamp of some unit.

    Its files and the units that have a stamp are ours; what they replaced is not known any more.
    """
    looked = tuple(seen)
    if not any(isinstance(step, Unit) and now["stamp"] for step, now in looked):
        return ()
    there: dict[Step, Seen] = {
        step: now
        for step, now in looked
        if (isinstance(step, File) and now["exists"]) or (isinstance(step, Unit) and now["stamp"])
    }
    return tuple(one for phase in wanted.phases for one in new_claims(wanted, phase, host, there, ()))


# --- what leaves ------------------------------------------------------------------------------------------


def leaving(wanted: Desired, claims: Claims) -> dict[str, Claims]:
    """Per phase and host what leaves there, in the order in which it does: the youngest first.

    A stage that is still planned takes away its own leftovers before it starts anything, also on hosts that
    it is no longer about: another host may wait for this one to be gone, or the same one need its port. So
    does the stage of a unit that stays, with files that it was to read. The rest leaves last, when nobody
    refers to it any more.
    """
    phases = {stage.name: phase.name for phase in wanted.phases for stage in phase.stages}
    found: dict[str, dict[str, list[Claim]]] = {}
    for host, of_host in claims.items():
        stays, units = _wanted_of(wanted, host)
        for one in reversed(of_host):
            if (one.kind, one.subject) not in stays:
                readers = [units[name] for name in one.readers if name in units]
                phase = readers[0] if readers else phases.get(one.stage, LEAVING)
                found.setdefault(phase, {}).setdefault(host, []).append(one)
    return {
        phase: {host: tuple(of_host) for host, of_host in hosts.items()} for phase, hosts in found.items()
    }


def _wanted_of(wanted: Desired, host: str) -> tuple[set[tuple[str, str]], dict[str, str]]:
    """What a host is to have or, with ``Absent``, loses by a step; and the phase of each of its units."""
    stays: set[tuple[str, str]] = set()
    units: dict[str, str] = {}
    for phase in wanted.phases:
        for step in phase.steps.get(host, ()):
            stays.update(_subjects(step))
            if isinstance(step, Unit):
                units[step.name] = phase.name
    return stays, units


def _subjects(step: Step) -> Iterator[tuple[str, str]]:
    match step:
        case File() | Directory() | Absent():
            # a folder where a file was, or the reverse, is that step's own matter
            yield from (("file", step.path), ("directory", step.path))
            yield from (("directory", parent) for parent in _parents(step.path))
        case Sysctl():
            yield "sysctl", step.key
        case Unit():
            yield "unit", step.name


def _parents(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


_WORDS = {"file": "remove", "directory": "remove if empty", "unit": "stop, disable"}


def words(one: Claim) -> str:
    """What becomes of it, for people."""
    if one.kind == "sysctl":
        return f"back to {one.was}" if one.was else "give up"
    return "run as before" if one.was else _WORDS[one.kind]


def changes(planned: Mapping[str, Claims]) -> Iterator[Change]:
    """What leaves, as changes that a deployment would make."""
    for phase, hosts in planned.items():
        for host, of_host in hosts.items():
            for one in of_host:
                yield Change(host, phase, one.kind, one.subject, f"{words(one)} (no longer in the site file)")
