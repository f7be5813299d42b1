"""Everything known about one site: the facts read from its files, found by type and by host."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

from fournines.kit.audit.source import EVERY_HOST, Place, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


@runtime_checkable
class Fact(Protocol):
    """A frozen value that knows where it was read."""

    @property
    def at(self) -> Place:
        """Where it stands."""


class Named(Fact, Protocol):
    """A fact that others refer to by its name."""

    @property
    def name(self) -> str:
        """What it is called."""


T = TypeVar("T", bound=Fact)
N = TypeVar("N", bound=Named)
R = TypeVar("R")


@dataclass(frozen=True)
class Evidence:
    """The facts of one site. Rules ask for them by type; they never see a file system.

    A fact read from a file without a host (``EVERY_HOST``) counts for every host. ``versions`` are upstream
    versions by program (``haproxy``, ``rabbitmq``, ``corosync``, ...), as far as package lists were given.
    """

    hosts: tuple[str, ...]
    sources: tuple[Source, ...]
    facts: Mapping[type, tuple[Fact, ...]] = field(repr=False)
    versions: Mapping[str, str] = field(default_factory=dict)
    today: date = field(default=date.max)
    _derived: dict[object, object] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        sources: Iterable[Source],
        facts: Iterable[Fact],
        *,
        hosts: Iterable[str] = (),
        versions: Mapping[str, str] | None = None,
        today: date,
    ) -> Evidence:
        """The evidence of a site; hosts are those of the sources and those given.

        ``today`` is the day certificates are judged on.
        """
        kept = tuple(sources)
        table: dict[type, list[Fact]] = {}
        for fact in facts:
            table.setdefault(type(fact), []).append(fact)
        names = {source.host for source in kept} | set(hosts)
        return cls(
            hosts=tuple(sorted(names - {EVERY_HOST})),
            sources=kept,
            facts={kind: tuple(found) for kind, found in table.items()},
            versions=dict(versions or {}),
            today=today,
        )

    def all(self, kind: type[T]) -> tuple[T, ...]:
        """Every fact of this type, in the order of the files."""
        return self.facts.get(kind, ())  # type: ignore[return-value]  # the table is keyed by type

    def on(self, host: str, kind: type[T]) -> tuple[T, ...]:
        """The facts of this type that hold on a host: its own and those of files without a host.

        A file without a host stands beside those of every host, so for ``EVERY_HOST`` it is all of them.
        """
        if host == EVERY_HOST:
            return self.all(kind)
        key = (kind, host)
        if key not in self._derived:
            found = self._numbered(kind)
            mine = heapq.merge(found.get(host, ()), found.get(EVERY_HOST, ()), key=itemgetter(0))
            self._derived[key] = tuple(fact for _, fact in mine)
        return self._derived[key]  # type: ignore[return-value]  # the table is keyed by type and host

    def named(self, host: str, kind: type[N], name: str) -> tuple[N, ...]:
        """The facts of this type and name that hold on a host, found without a look at the others."""
        key = (kind, host, "named")
        if key not in self._derived:
            found: dict[str, list[N]] = {}
            for fact in self.on(host, kind):
                found.setdefault(fact.name, []).append(fact)
            self._derived[key] = {called: tuple(facts) for called, facts in found.items()}
        return self._derived[key].get(name, ())  # type: ignore[attr-defined,no-any-return]  # made above

    def _numbered(self, kind: type[T]) -> dict[str, list[tuple[int, T]]]:
        """The facts of this type by host with their number among all: hosts times facts is not looked at."""
        if kind not in self._derived:
            table: dict[str, list[tuple[int, T]]] = {}
            for number, fact in enumerate(self.all(kind)):
                table.setdefault(fact.at.host, []).append((number, fact))
            self._derived[kind] = table
        return self._derived[kind]  # type: ignore[return-value]  # the table is keyed by type

    def derived(self, make: Callable[[Evidence], R]) -> R:
        """What a pure function makes of this evidence, worked out once: facts that need several files."""
        if make not in self._derived:
            self._derived[make] = make(self)
        return self._derived[make]  # type: ignore[return-value]  # the table is keyed by the maker

    def derived_on(self, host: str, make: Callable[[Evidence, str], R]) -> R:
        """What a pure function makes of this evidence for one host, worked out once."""
        if (make, host) not in self._derived:
            self._derived[make, host] = make(self, host)
        return self._derived[make, host]  # type: ignore[return-value]  # the table is keyed by the maker

    def by_host(self, kind: type[T]) -> dict[str, tuple[T, ...]]:
        """The facts of this type under the host they were read on (``EVERY_HOST`` for the shared ones)."""
        numbered = self._numbered(kind)
        return {host: tuple(fact for _, fact in found) for host, found in numbered.items()}

    def kinds(self, *names: str) -> tuple[Source, ...]:
        """The sources of these kinds."""
        return tuple(source for source in self.sources if source.kind in names)
