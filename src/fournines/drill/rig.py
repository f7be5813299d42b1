"""What drills of one site work with, and how long their parts last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fournines.drill.hurt.power import Power
from fournines.drill.settle import Asker
from fournines.engine.asking.ask import verdicts
from fournines.engine.wire.transport import Transport
from fournines.kit.fault import Fault
from fournines.plan.model import Plan
from fournines.probe.fleet import FleetMaker
from fournines.probe.machine.meter import Machine, Meter


@dataclass(frozen=True)
class Pace:
    """How long the parts of a run last, in seconds.

    ``steady`` is how long the site may take to show its steady state before the run is refused;
    ``hold`` overrides the scenario's own; ``pause`` lies between two rounds of checks.
    """

    steady: float = 120.0
    baseline: float = 3.0
    aftermath: float = 2.0
    hold: float | None = None
    pause: float = 1.0


@dataclass(frozen=True)
class Rig:
    """What a drill works with.

    ``power`` is None where nobody has it. ``meter`` makes what looks at the machine under the clients.
    ``ask`` is replaced by tests.
    """

    plan: Plan
    transport: Transport
    fleet: FleetMaker
    faults: Mapping[str, Fault]
    power: Power | None = None
    meter: Callable[[], Meter] = Machine
    ask: Asker | None = None

    @property
    def asker(self) -> Asker:
        """How checks are asked."""
        if self.ask is not None:
            return self.ask
        return lambda checks: verdicts(self.transport, checks)
