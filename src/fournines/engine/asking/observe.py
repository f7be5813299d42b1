"""Looking at hosts: one round trip each, for all phases at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import anyio

from fournines.engine.desired import Desired, question
from fournines.engine.difference import Change, Difference, Seen, compare, missing_packages
from fournines.engine.fanout import on_each
from fournines.engine.leaving import Claim, Claims, changes, from_wire
from fournines.engine.mask import Masker
from fournines.engine.wire.remote import call
from fournines.engine.wire.transport import Transport
from fournines.errors import TransportError
from fournines.kit.step import Absent, File, Packages, Step
from fournines.plan.model import Phase

_SECONDS = 120.0

Observed = Mapping[str, tuple[tuple[Step, Seen], ...]]
"""Of one phase: per host, each step with what was seen of it."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What hosts show: per phase their steps, and per host its claims; None where it keeps none.

    ``absent`` are those that could not be reached and need not be, with what went wrong.
    """

    phases: dict[str, Observed]
    claims: Mapping[str, tuple[Claim, ...] | None]
    absent: Mapping[str, TransportError]


async def look(transport: Transport, host: str, steps: Sequence[Step], *, show: bool) -> tuple[Seen, ...]:
    """What one host shows for these steps, in their order."""
    return tuple((await _look(transport, host, steps, show=show))["seen"]) if steps else ()


async def _look(transport: Transport, host: str, steps: Sequence[Step], *, show: bool) -> dict[str, Any]:
    questions = [question(step, show=show) for step in steps]
    slowest = sum(float(q["timeout"]) for q in questions if q["kind"] == "command")
    return await call(transport, host, {"do": ["observe"], "steps": questions}, timeout=_SECONDS + slowest)


async def look_at_all(
    transport: Transport,
    phases: Sequence[Phase],
    *,
    show: bool = False,
    done: Callable[[str, float], None] = lambda _host, _seconds: None,
    needed: Collection[str] | None = None,
) -> Sight:
    """What the hosts of these phases show; ``done`` is told of each host and the seconds it took.

    Raises:
        TransportError: a host could not be reached that is ``needed`` (all are, unless said), or none could.
        HostError: a host could not be looked at.
    """
    hosts = dict.fromkeys(host for phase in phases for host in phase.steps)

    absent: dict[str, TransportError] = {}

    async def look_at(host: str) -> dict[str, Any]:
        began = anyio.current_time()
        steps = [step for phase in phases for step in phase.steps.get(host, ())]
        try:
            response = await _look(transport, host, steps, show=show)
        except TransportError as error:
            if needed is None or host in needed:
                raise
            absent[host] = error
            return {}
        done(host, anyio.current_time() - began)
        return response

    answered = await on_each(hosts, look_at)
    responses = {host: response for host, response in answered.items() if response}
    if absent and not responses:
        raise next(iter(absent.values()))
    found = {host: iter(response["seen"]) for host, response in responses.items()}
    return Sight(
        {
            phase.name: {
                host: tuple((step, next(found[host])) for step in steps)
                for host, steps in phase.steps.items()
                if host in found
            }
            for phase in phases
        },
        {
            host: None if response["claims"] is None else from_wire(response["claims"])
            for host, response in responses.items()
        },
        {host: absent[host] for host in hosts if host in absent},
    )


def differences(
    wanted: Desired, observed: Mapping[str, Observed], masker: Masker, leaving: Mapping[str, Claims]
) -> Difference:
    """What a deployment would change, given what was seen and what ``leaving`` says that goes."""
    changing = {host: frozenset(_changing(observed, host)) for host in wanted.hosts}
    found: list[Change] = list(changes(leaving))
    for phase in wanted.phases:
        for host, seen in observed.get(phase.name, {}).items():
            found.extend(
                compare(wanted, phase.name, host, seen, masker, changing=changing.get(host, frozenset()))
            )
    return Difference(tuple(found))


def lacks(observed: Mapping[str, Observed]) -> dict[str, tuple[str, ...]]:
    """The packages that hosts lack, of all phases; hosts that lack none are left out."""
    names: dict[str, set[str]] = {}
    for of_phase in observed.values():
        for host, seen in of_phase.items():
            for step, now in seen:
                if isinstance(step, Packages):
                    names.setdefault(host, set()).update(missing_packages(step, now))
    return {host: tuple(sorted(found)) for host, found in names.items() if found}


def _changing(observed: Mapping[str, Observed], host: str) -> Iterable[str]:
    """The paths of a host whose content is about to change."""
    for of_phase in observed.values():
        for step, seen in of_phase.get(host, ()):
            if (isinstance(step, Absent) and seen["exists"]) or (
                isinstance(step, File) and (not seen["exists"] or seen.get("differs", True))
            ):
                yield step.path
