"""A configuration file as the audit sees it, the places in it, and the kinds of file a component knows."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from fournines.kit.audit.wrapped import carried, named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fournines.kit.audit.node import Node, Parsed, Problem

EVERY_HOST = ""
"""The host of a file that was given without saying whose it is: it counts for every host of its site."""
ALL_HOSTS = "*"
"""Where a command is carried out that is given to several hosts at once, whatever their names."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of an audited file. ``path`` is relative to the audited folder, ``line`` counts from 1."""

    path: str
    line: int
    host: str = EVERY_HOST

    def __str__(self) -> str:
        """``node1/keepalived.conf:12``."""
        return f"{self.path}:{self.line}"


class Syntax(Enum):
    """How a kind of file is written; ``audit.parse`` has one parser for each."""

    KEEPALIVED = "keepalived"
    """Keyword lines and braces, ``#`` and ``!`` comments."""
    COROSYNC = "corosync"
    """``key: value`` lines and braces, ``#`` comments."""
    DRBD = "drbd"
    """Statements ended by ``;``, and braces."""
    NFTABLES = "nftables"
    """Statements ended by ``;`` or the line, braces, and sets inside a line."""
    HAPROXY = "haproxy"
    """Keyword lines under section keywords, backslash escapes."""
    LINES = "lines"
    """One statement a line, no nesting (hosts, chrony, ntp, sysctl, memcached, iptables-save)."""
    INI = "ini"
    """Sections in square brackets, ``key = value``, repeated keys kept (oslo, my.cnf, systemd)."""
    XML = "xml"
    """Elements; attributes are ``key=value`` words."""
    ERLANG = "erlang"
    """Erlang terms: classic ``rabbitmq.config`` and ``advanced.config``."""
    JSON = "json"
    """One value; only whether it is whole: readers take their own parts of it."""
    YAML = "yaml"
    """The same of YAML."""
    SHELL = "shell"
    """Commands, one node each; also ``pcs``/``crm configure`` text."""


@dataclass(frozen=True)
class Source:
    """One file of one host, recognised and parsed.

    ``path`` is where a person finds it, ``name`` the path it has on its host as far as known
    (``/etc/keepalived/keepalived.conf``; for a block of a page, the path named before the block).
    ``excerpt`` says that the file is known to be shown in part: what is absent from it proves nothing.
    ``lines`` maps the lines of ``text`` to lines of ``path`` where they differ (a block in a page).
    ``template`` says that a shell or another program fills in its variables before anything reads it.
    ``section`` is the heading of that block, ``typed`` the host at which each of its lines is typed, as far
    as prompts or prose say it (``ALL_HOSTS``: at each of them).
    """

    path: str
    host: str
    kind: str
    text: str = field(repr=False)
    parsed: Parsed = field(repr=False)
    name: str = ""
    excerpt: bool = False
    lines: tuple[int, ...] = field(default=(), repr=False)
    release: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False, compare=False)
    section: str = ""
    typed: Mapping[int, str] = field(default_factory=dict, repr=False, hash=False, compare=False)
    template: bool = False

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The statements of the file."""
        return self.parsed.nodes

    @cached_property
    def commands(self) -> tuple[Node, ...]:
        """Every command of a script, those among them that others carry out (``ssh h2 "a; b"``).

        A program that a variable names (``$IPT -P OUTPUT DROP``) stands there by its own name.
        """
        return tuple(chain.from_iterable(self.carried))

    def speaks_of(self, *words: str) -> bool:
        """Whether one of these stands anywhere in the text: where none does, no command need be looked at."""
        return any(word in self.text for word in words)

    @cached_property
    def carried(self) -> tuple[tuple[Node, ...], ...]:
        """The same, node by node: each of ``nodes``, and behind it what it has others carry out."""
        return tuple(tuple(carried(node)) for node in named(self.nodes))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the parser stumbled over."""
        return self.parsed.problems

    def at(self, where: Node | int) -> Place:
        """The place of a node or of a line of ``text``."""
        line = where if isinstance(where, int) else where.line
        place = self._places.get(line)
        if place is None:
            shown = self.lines[min(max(line, 1), len(self.lines)) - 1] if self.lines else line
            place = self._places[line] = Place(self.path, shown, self.host)
        return place

    def at_character(self, position: int) -> Place:
        """The place of a character of ``text``."""
        return self.at(bisect_left(self._ends, position) + 1)

    @cached_property
    def _ends(self) -> list[int]:
        """Where the lines of the text end: thousands of matches ask for theirs, and counting is slow."""
        return [match.start() for match in re.finditer("\n", self.text)]

    @cached_property
    def _places(self) -> dict[int, Place]:
        """The places that were asked for: each reader of a script asks for those of all its commands."""
        return {}

    @property
    def top(self) -> Place:
        """Its first line: where to point when something is missing from the file as a whole."""
        return self.at(1)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file a component can read.

    ``names`` are glob patterns for the end of the path (``keepalived.conf``, ``drbd.d/*.res``), ``marks``
    regular expressions of which a file of this kind has some (searched with MULTILINE in its first
    64 KiB). ``read`` turns a source of this kind into frozen facts, each with its ``at: Place``, and into an
    ``Unknown`` for what it could not read.
    """

    name: str
    syntax: Syntax
    names: tuple[str, ...]
    marks: tuple[str, ...]
    read: Callable[[Source], Iterator[object]]


@dataclass(frozen=True, slots=True)
class Reader:
    """One more way to read a kind that is declared elsewhere: ``pcs`` commands out of any script."""

    kind: str
    read: Callable[[Source], Iterator[object]]
