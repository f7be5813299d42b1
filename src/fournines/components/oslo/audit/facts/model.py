"""A file of oslo.config as values: its options, and how they are asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING

from fournines.components.oslo.audit.facts.url import Url, parse_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fournines.kit.audit.source import Place

_OFF = frozenset({"0", "off", "false", "no", "f", "n"})
_ON = frozenset({"1", "on", "true", "yes", "t", "y"})
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\$\{|%\(|<[^<>]*>|@\w+@|\A\$\w|\A_\w+_\Z")


@dataclass(frozen=True)
class Option:
    """One option: ``section`` as written (empty where the file shows none), ``name`` with underscores."""

    at: Place
    section: str
    name: str
    value: str

    @property
    def on(self) -> bool:
        """Whether oslo.config takes the value for true."""
        return self.value.strip().lower() in _ON

    @property
    def off(self) -> bool:
        """Whether oslo.config takes the value for false."""
        return self.value.strip().lower() in _OFF

    @property
    def number(self) -> int | None:
        """The value as a whole number."""
        text = self.value.strip()
        return int(text) if re.fullmatch(r"[+-]?\d{1,12}", text) else None

    @property
    def items(self) -> tuple[str, ...]:
        """The value as a list."""
        return tuple(part.strip() for part in self.value.split(",") if part.strip())

    @property
    def url(self) -> Url | None:
        """The value as a URL; None when it is none."""
        return parse_url(self.value)

    @property
    def placeholder(self) -> bool:
        """Whether a template has still to fill this in."""
        return bool(_PLACEHOLDER.search(self.value))


@dataclass(frozen=True)
class OsloConf:
    """One file of an OpenStack service.

    ``service`` is its project (``nova``; empty when neither name nor content says), ``program`` the file's
    stem (``glance-api``). ``excerpt``: what is absent proves nothing. ``headings``: the line of each section.
    """

    at: Place
    service: str
    program: str
    options: tuple[Option, ...] = field(repr=False)
    sections: tuple[str, ...]
    excerpt: bool
    headings: Mapping[str, Place] = field(default_factory=dict, repr=False, hash=False, compare=False)

    def get(self, section: str, *names: str) -> Option | None:
        """The option that counts (the last), by any of its names; one shown without a section fits too."""
        found = [o for o in self.all(*names) if o.section in (section, "")]
        return found[-1] if found else None

    def find(self, *names: str) -> Option | None:
        """The last option of one of these names in any section."""
        found = self.all(*names)
        return found[-1] if found else None

    def all(self, *names: str) -> tuple[Option, ...]:
        """Every option of these names, in the file's order."""
        if len(names) == 1:
            return tuple(option for _, option in self._named.get(names[0], ()))
        found = [pair for name in dict.fromkeys(names) for pair in self._named.get(name, ())]
        return tuple(option for _, option in sorted(found, key=itemgetter(0)))

    @cached_property
    def _named(self) -> dict[str, list[tuple[int, Option]]]:
        """The options by name, each with its place in the file: a file is asked a hundred times."""
        table: dict[str, list[tuple[int, Option]]] = {}
        for number, option in enumerate(self.options):
            table.setdefault(option.name, []).append((number, option))
        return table

    def within(self, section: str) -> tuple[Option, ...]:
        """The options of a section."""
        return tuple(self._sections.get(section, ()))

    @cached_property
    def _sections(self) -> dict[str, list[Option]]:
        table: dict[str, list[Option]] = {}
        for option in self.options:
            table.setdefault(option.section, []).append(option)
        return table

    @cached_property
    def database(self) -> Option | None:
        """The database URL where oslo.db reads it: ``[database] connection`` and its old names."""
        found = [o for o in self.all("connection", "sql_connection") if _is_url(o.value)]
        return next((o for o in reversed(found) if o.section in ("database", "sql", "")), None) or (
            found[-1] if found else None
        )

    @cached_property
    def transport(self) -> Option | None:
        """``transport_url``."""
        return self.get("DEFAULT", "transport_url")

    def rabbit(self, *names: str) -> Option | None:
        """An option of the RabbitMQ driver, also at its place before Kilo, in ``[DEFAULT]``."""
        return self.get("oslo_messaging_rabbit", *names) or self.get("DEFAULT", *names)


@dataclass(frozen=True)
class FernetKey:
    """One key file of Keystone; the secret itself stays out of ``repr``."""

    at: Place
    repository: str
    number: str
    secret: str = field(repr=False)


def _is_url(value: str) -> bool:
    return "://" in value
