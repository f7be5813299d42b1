"""Deployments on simulated hosts that go to their end, or die on the way."""

from __future__ import annotations

import anyio
from tests.engine.simulation import Killed, Simulation

from fournines.engine import events
from fournines.engine.run import Summary, deploy
from fournines.plan.model import Plan


def run(simulation: Simulation, wanted: Plan, told: list[events.Event] | None = None) -> Summary:
    async def whole() -> Summary:
        heard = [] if told is None else told
        return await deploy(wanted, simulation.transport, listen=heard.append)

    return anyio.run(whole)


def interrupted_at(simulation: Simulation, wanted: Plan, number: int) -> bool:
    """Run until the given call, and die there; whether it came to that."""
    start = simulation.calls

    def die(calls: int) -> None:
        if calls - start == number:
            raise Killed

    simulation.on_call = die
    try:
        run(simulation, wanted)
    except BaseException as error:
        if not _killed(error):
            raise
        return True
    finally:
        simulation.on_call = lambda _calls: None
    return False


def _killed(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return any(_killed(e) for e in error.exceptions)
    return isinstance(error, Killed)
