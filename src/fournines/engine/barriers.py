"""Barriers as a deployment meets them: asked and told, and where one is missed, why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import anyio

from fournines.engine import events
from fournines.engine.asking.ask import verdicts
from fournines.engine.asking.barrier import wait_until_well
from fournines.engine.mask import Masker
from fournines.engine.units.rolling import Barrier
from fournines.engine.units.startup import units_of, why_down
from fournines.engine.wire.transport import Transport
from fournines.errors import BarrierError
from fournines.kit.check import Check
from fournines.kit.verdict import Verdict
from fournines.plan.model import Phase


@dataclass(frozen=True)
class Barriers:
    """Asks the checks of a run's phases. ``tell`` makes an event, with the time, and tells the listener."""

    transport: Transport
    masker: Masker
    tell: Callable[..., None]

    def of(self, phase: Phase) -> Barrier:
        """The barrier of one phase."""
        return Barrier(hold=self._hold, wait=lambda checks: self.wait(checks, [phase]))

    async def _hold(self, checks: Iterable[Check]) -> bool:
        found = await verdicts(self.transport, checks)
        return bool(found) and all(verdict.passed for _, verdict in found)

    async def wait(self, wanted: Iterable[Check], phases: Sequence[Phase]) -> None:
        """Wait for checks of these phases.

        Raises:
            BarrierError: one did not pass in time; why their units are down is its output.
        """
        checks = list(wanted)
        if not checks:
            return
        name = phases[0].name if len(phases) == 1 else f"{len(phases)} phases"

        def waiting(unwell: Sequence[tuple[Check, Verdict]]) -> None:
            pairs = tuple((check.id, self.masker.mask(verdict.seen)) for check, verdict in unwell)
            self.tell(events.BarrierWaiting, phase=name, waiting=pairs)

        began = anyio.current_time()
        try:
            seconds = await wait_until_well(self.transport, checks, waiting=waiting)
        except BarrierError as error:
            error.output = await why_down(
                self.transport, units_of(phases), seconds=anyio.current_time() - began
            )
            raise
        self.tell(events.BarrierPassed, phase=name, checks=len(checks), seconds=seconds)
