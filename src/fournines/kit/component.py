"""The contract: what a folder under ``components/`` exports as ``COMPONENT``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from fournines.kit.check import Check
from fournines.kit.context import Context
from fournines.kit.declare import Declaration
from fournines.kit.fault import Fault
from fournines.kit.relies import Relied
from fournines.kit.step import Step
from fournines.spec.model import Host, Site, Strict


class NoOptions(Strict):
    """A component without options."""


def _nothing(_: object) -> Iterable[Fault]:
    return ()


def no_steps(_context: Context, _host: Host) -> Iterable[Step]:
    """The steps of a stage that only waits for its checks."""
    return ()


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of a component's deployment: steps on its hosts, then the checks that end it.

    Of a stage's steps the units come last (``kit.step``), so whatever its checks with ``barrier`` ask for is
    there before the first unit is touched: a rolling restart waits for these checks after every host and
    can never wait for something that only comes after it. Hence the one rule for a component's author:
    what needs a running unit, or another host's step, is a stage of its own, after that one.

    ``needs`` are capabilities that this stage needs and the ones before it do not: a service that can be
    started before there is an identity to ask is started then, and shown to work in a stage that needs it.
    """

    steps: Callable[[Context, Host], Iterable[Step]]
    checks: Callable[[Context], Iterable[Check]]
    name: str = ""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Component:
    """One piece of software with everything fournines knows about it.

    ``hosts`` says where it runs in a site; nowhere means it takes no part. Its ``stages`` follow one another
    in the order given, each on all its hosts; where there are several each has a name. ``needs`` and
    ``provides`` are capabilities ("database", "messaging", "vip", "identity"): the first stage of a
    component is deployed after the last stage of every component that provides what it needs; a later stage
    may need more.
    ``service`` marks what users list under ``services:``. One that is ``on_demand`` joins only where another
    needs what it provides, or where the site file names it under ``components:``. ``relies`` is what it
    takes for granted of the packages it installs.
    """

    name: str
    summary: str
    hosts: Callable[[Site], tuple[Host, ...]]
    declares: Callable[[Site], Iterable[Declaration]]
    stages: tuple[Stage, ...]
    faults: Callable[[Context], Iterable[Fault]] = _nothing
    options: type[Strict] = NoOptions
    needs: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    service: bool = False
    relies: tuple[Relied, ...] = ()
    on_demand: bool = False

    @property
    def needs_of_all(self) -> tuple[str, ...]:
        """What it and its stages need."""
        return (*self.needs, *(capability for stage in self.stages for capability in stage.needs))

    def steps(self, context: Context, host: Host) -> Iterator[Step]:
        """The steps of all its stages on a host."""
        return (step for stage in self.stages for step in stage.steps(context, host))

    def checks(self, context: Context) -> Iterator[Check]:
        """The checks of all its stages."""
        return (check for stage in self.stages for check in stage.checks(context))
