"""The contract: what ``component.py`` in a component's folder says as ``COMPONENT`` (docs/components.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fournines.kit.check import Check
from fournines.kit.context import Context
from fournines.kit.declare import Declaration
from fournines.kit.family import Row
from fournines.kit.fault import Fault
from fournines.kit.relies import Relied
from fournines.kit.step import Step
from fournines.kit.where import Where
from fournines.spec.document import Problem
from fournines.spec.model import Host, Mode, Site, Strict


class NoOptions(Strict):
    """A component without options."""


class Joins(StrEnum):
    """When a component that has hosts in a site takes part in it."""

    ALWAYS = "always"
    """Every site has it."""
    LISTED = "listed"
    """It is a service: where the site file lists it under ``services``."""
    WANTED = "wanted"
    """Where another needs what it provides, or the site file names it under ``components``."""
    POSSIBLE = "possible"
    """Where all that it follows is there anyway."""
    CHOSEN = "chosen"
    """In another one's place: only where the site file chooses it (``choose``)."""


def _no_faults(_: object) -> Iterable[Fault]:
    return ()


def no_steps(_context: Context, _host: Host) -> Iterable[Step]:
    """The steps of a stage that only waits for its checks."""
    return ()


def _no_problems(_site: Site, _options: object) -> Iterable[Problem]:
    return ()


def _no_declarations(_site: Site, _options: object) -> Iterable[Declaration]:
    return ()


Needs = Callable[[Site, Any], Iterable[str]]
"""The capabilities that a component needs in a site with these options (an instance of its ``options``)."""


def always(*capabilities: str) -> Needs:
    """Needs that do not depend on anything."""
    return lambda _site, _options: capabilities


_NOTHING = always()


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of a component's deployment: steps on its hosts, then the checks that end it.

    Of a stage's steps the units come last (``kit.step``), so whatever its checks with ``barrier`` ask for is
    there before the first unit is touched: a rolling restart waits for these checks after every host and
    can never wait for something that only comes after it. Hence the one rule for a component's author:
    what needs a running unit, or another host's step, is a stage of its own, after that one. ``on`` says
    which of the component's hosts it is about; all of them when None.

    ``needs`` are capabilities that this stage needs and the ones before it do not, or a function that says
    them where they depend on options: a service that can be started before there is an identity to ask is
    started then, and shown to work in a stage that needs it.
    ``after`` are capabilities that it does not need, but comes after where somebody provides them: what it
    shows to work may make use of them.
    ``collects`` are kinds of declarations: it comes after that stage of whoever declares one which ``brings``
    to the hosts what is declared, the first one unless another says so of itself.
    ``provides`` are those of the component's capabilities that are there once this stage has ended; the
    others come with its last one.
    ``slow`` says that its units take long until they are well: in a first deployment what does not come after
    this stage goes on meanwhile.
    """

    steps: Callable[[Context, Host], Iterable[Step]]
    checks: Callable[[Context], Iterable[Check]]
    name: str = ""
    needs: tuple[str, ...] | Needs = ()
    on: Where | None = None
    after: tuple[str, ...] = ()
    collects: tuple[type[Declaration], ...] = ()
    brings: tuple[type[Declaration], ...] = ()
    provides: tuple[str, ...] = ()
    slow: bool = False


@dataclass(frozen=True, slots=True)
class Component:
    """One piece of software with everything fournines knows about it.

    ``on`` says where it runs; in a site without such hosts it takes no part. Its ``stages`` follow one
    another in the order given, each on all its hosts; where there are several each has a name. ``needs`` and
    ``provides`` are capabilities ("database", "messaging", "vip", "identity"): the first stage of a
    component is deployed after the last stage of every component that provides what it needs; a later stage
    may need more, and comes late where nobody waits for it. ``joins`` says when it takes part; ``follows``
    are the capabilities without which it is of no use and does not join (``Joins.POSSIBLE``), but which it
    does not wait for. ``only_in`` is the mode of the site without which it runs nowhere. ``relies`` is what
    it takes for granted of the packages it installs, ``families`` what its names are where it is not Debian.
    ``judge`` refuses what is right in itself and wrong in this site, with its place in the file.
    """

    name: str
    summary: str
    on: Where
    stages: tuple[Stage, ...]
    declares: Callable[[Site, Any], Iterable[Declaration]] = _no_declarations
    faults: Callable[[Context], Iterable[Fault]] = _no_faults
    options: type[Strict] = NoOptions
    needs: Needs = _NOTHING
    provides: tuple[str, ...] = ()
    joins: Joins = Joins.ALWAYS
    follows: tuple[str, ...] = ()
    only_in: Mode | None = None
    relies: tuple[Relied, ...] = ()
    families: tuple[Row, ...] = ()
    judge: Callable[[Site, Any], Iterable[Problem]] = _no_problems

    @property
    def service(self) -> bool:
        """Whether users list it under ``services:``."""
        return self.joins is Joins.LISTED

    def hosts(self, site: Site) -> tuple[Host, ...]:
        """Where it runs in a site."""
        return self.on(site) if self.only_in in (None, site.mode) else ()

    def hosts_of(self, stage: Stage, site: Site) -> tuple[Host, ...]:
        """Where one of its stages has something to do."""
        return tuple(host for host in self.hosts(site) if stage.on is None or stage.on.has(site, host))

    def options_of(self, site: Site) -> Strict:
        """Its options in a site: the defaults with the site's overrides."""
        return self.options.model_validate(site.components.get(self.name, {}))

    def declarations(self, site: Site) -> tuple[Declaration, ...]:
        """What it declares in a site."""
        return tuple(self.declares(site, self.options_of(site)))

    def needed(self, site: Site, number: int = 0) -> tuple[str, ...]:
        """The capabilities that its stage of that number needs in a site, beside what earlier ones do."""
        options = self.options_of(site)
        from_start = () if number else tuple(self.needs(site, options))
        of_stage = self.stages[number].needs
        return (*from_start, *(of_stage(site, options) if callable(of_stage) else of_stage))

    def stage_of(self, capability: str) -> int:
        """The number of the stage after which it provides a capability."""
        early = (n for n, stage in enumerate(self.stages) if capability in stage.provides)
        return next(early, len(self.stages) - 1)

    def stage_that_brings(self, kinds: tuple[type[Declaration], ...]) -> int:
        """The number of the last stage that brings to the hosts what declarations of these kinds name."""
        numbers = (n for n, stage in enumerate(self.stages) if set(stage.brings) & set(kinds))
        return max(numbers, default=0)

    def needed_by_all(self, site: Site) -> tuple[str, ...]:
        """The capabilities that any of its stages needs in a site."""
        return tuple(one for number in range(len(self.stages)) for one in self.needed(site, number))

    def steps(self, context: Context, host: Host) -> Iterator[Step]:
        """The steps of all its stages on a host."""
        return (
            step
            for stage in self.stages
            if (stage.on or self.on).has(context.site, host)
            for step in stage.steps(context, host)
        )

    def checks(self, context: Context) -> Iterator[Check]:
        """The checks of all its stages."""
        return (check for stage in self.stages for check in stage.checks(context))
