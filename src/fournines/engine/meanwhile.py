"""What goes on beside a deployment's phases, and is waited for before the first phase that comes after it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import anyio
from anyio.abc import TaskGroup

from fournines.engine import events
from fournines.engine.barriers import Barriers
from fournines.engine.units.rolling import Beside, Work
from fournines.errors import NinesError
from fournines.plan.model import Phase, PlannedStage


@dataclass
class Meanwhile:
    """Stages under way. What fails is told at the next ``joined``: nobody is stopped halfway by it.

    Nothing is begun but in a ``first`` deployment: there is nothing yet that has to be kept well, so there
    are no rolls, of which only one may be under way. A run after one that died finds a unit that was started,
    and waits for each phase.
    """

    tasks: TaskGroup
    barriers: Barriers
    first: bool = False
    _under_way: dict[str, tuple[PlannedStage, anyio.Event]] = field(default_factory=dict)
    _errors: list[NinesError] = field(default_factory=list)

    def beside(self, phase: Phase, then: Phase | None, counted: Mapping[str, int]) -> Beside:
        """What of a phase goes on beside the next one: what is slow and that does not come after.

        ``counted`` are the changes of each host so far.
        """

        def may(stage: PlannedStage) -> bool:
            waits = then is None or any(one.comes_after(stage) for one in then.stages)
            return self.first and stage.slow and not waits

        def begin(stage: PlannedStage, work: Work) -> None:
            async def whole() -> None:
                proved = await work()
                checks = (check for check in stage.barrier if check.id not in proved)
                await self.barriers.wait(checks, [Phase((stage,))])
                for host in stage.steps:
                    changes = counted[host]
                    self.barriers.tell(events.HostChanged, phase=phase.name, host=host, changes=changes)

            done = anyio.Event()
            self._under_way[stage.name] = stage, done
            self.tasks.start_soon(self._do, whole, done)

        return Beside(may, begin)

    async def _do(self, work: Callable[[], Awaitable[None]], done: anyio.Event) -> None:
        try:
            await work()
        except NinesError as error:
            self._errors.append(error)
        finally:
            done.set()

    async def joined(self, phase: Phase | None = None) -> None:
        """Wait for the stages that this phase comes after; for all without one.

        Raises:
            NinesError: the first that ended any stage so far.
        """
        for stage, done in self._under_way.values():
            if phase is None or any(one.comes_after(stage) for one in phase.stages):
                await done.wait()
        if self._errors:
            raise self._errors[0]
