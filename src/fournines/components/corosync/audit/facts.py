"""corosync.conf as facts: the links, the nodes and the votes, exactly as corosync reads the file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Kind, Place, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fournines.kit.audit.node import Node

TOKEN = 1000
"""Milliseconds; the default of corosync 2 (3: 3000), corosync.conf(5) token."""
CONSENSUS = 1.2
"""Consensus is at least this many tokens, corosync.conf(5) consensus."""
TOKEN_COEFFICIENT = 650
"""Milliseconds added to the token for each node beyond two, corosync.conf(5) token_coefficient."""


@dataclass(frozen=True)
class Section:
    """A section: its settings by key (the last counts) and the line of each."""

    at: Place
    name: str
    values: Mapping[str, str] = field(repr=False, hash=False)
    places: Mapping[str, Place] = field(repr=False, hash=False, compare=False)

    def get(self, key: str) -> str:
        """The value as written, empty when it is not there."""
        return self.values.get(key, "")

    def on(self, key: str) -> bool:
        """Whether the key is set to yes."""
        return self.get(key).lower() in ("1", "yes", "on", "true")

    def off(self, key: str) -> bool:
        """Whether the key is there and set to no."""
        return self.get(key).lower() in ("0", "no", "off", "none", "false")

    def left_open(self, key: str) -> bool:
        """Whether somebody, or a template, has still to put the value in."""
        return bool(re.search(r"[$<>{}%@]|\A[A-Z][A-Z0-9_]{3,}\Z", self.get(key)))

    def number(self, key: str) -> int | None:
        """The value as a whole number; None when it is missing or none."""
        return int(self.get(key)) if re.fullmatch(r"\d{1,9}", self.get(key)) else None

    def place(self, *keys: str) -> Place:
        """The line of the first of these keys that is there, else the section's first line."""
        return next((self.places[key] for key in keys if key in self.places), self.at)


@dataclass(frozen=True)
class Stray:
    """A line corosync stops at, and what it says about it; ``since``: only from this release on.

    ``mild``: it stands for what a page does not show.
    """

    at: Place
    what: str
    mild: bool = False
    since: int = 0


@dataclass(frozen=True)
class CorosyncConf:
    """One corosync.conf. ``sections`` are all of them, nested ones by their path (``totem.interface``).

    ``compatible``: it says ``compatibility:`` with openais, which corosync 1 alone asks for.
    """

    at: Place
    excerpt: bool
    sections: tuple[Section, ...]
    strays: tuple[Stray, ...]
    compatible: bool = False

    def all(self, name: str) -> tuple[Section, ...]:
        """The sections of this path."""
        return tuple(section for section in self.sections if section.name == name)

    def first(self, name: str) -> Section:
        """The first section of this path; an empty one at the file's top when there is none."""
        return next(iter(self.all(name)), Section(self.at, name, {}, {}))

    @property
    def totem(self) -> Section:
        """Its ``totem``."""
        return self.first("totem")

    @property
    def quorum(self) -> Section:
        """Its ``quorum``."""
        return self.first("quorum")

    @property
    def nodes(self) -> tuple[Section, ...]:
        """The nodes of its nodelist."""
        return self.all("nodelist.node")

    @property
    def votes(self) -> int:
        """The votes of its nodelist."""
        return sum(1 if (n := node.number("quorum_votes")) is None else n for node in self.nodes)

    @property
    def device(self) -> Section | None:
        """Its quorum device, if it has one."""
        return next(iter(self.all("quorum.device")), None)

    @property
    def transport(self) -> str:
        """``knet``, ``udp``, ``udpu``; empty when the file does not say (udp in 2, knet in 3)."""
        return self.totem.get("transport").lower()

    @property
    def links(self) -> int:
        """How many networks the hosts hear each other on; 0 when the file does not say."""
        of_nodes = [sum(bool(re.fullmatch(r"ring\d+_addr", key)) for key in n.values) for n in self.nodes]
        if any(of_nodes):
            return min(of_nodes)
        return len({i.get("ringnumber") or i.get("linknumber") for i in self.all("totem.interface")})

    @property
    def first_release(self) -> bool:
        """Whether it is written for corosync 1: what that alone has is there, and nothing of 2 and 3.

        There Pacemaker is a plugin that ``service { }`` loads, and counts the votes itself.
        """
        old = self.compatible or any(self.all(name) for name in ("amf", "aisexec"))
        later = self.quorum.get("provider") or self.nodes or self.transport == "knet"
        return old and not later and not self.totem.get("crypto_cipher")

    @property
    def addresses(self) -> frozenset[str]:
        """Every address or name of its nodes, in lower case."""
        return frozenset(
            value.lower()
            for node in self.nodes
            for key, value in node.values.items()
            if value and (re.fullmatch(r"ring\d+_addr", key) or key == "name")
        )

    @property
    def token(self) -> int | None:
        """The token in milliseconds, where it is said."""
        return self.totem.number("token")


def is_address(text: str) -> bool:
    """Whether the text is an IP address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def read(source: Source) -> Iterator[CorosyncConf]:
    """The one fact of a corosync.conf."""
    yield CorosyncConf(
        at=source.top,
        excerpt=source.excerpt,
        sections=tuple(_sections(source, source.nodes, "")),
        strays=tuple(_strays(source)),
        compatible=any(node.key == "compatibility" and not node.block for node in source.nodes),
    )


def _sections(source: Source, nodes: tuple[Node, ...], above: str) -> Iterator[Section]:
    for node in nodes:
        if node.block:
            name = f"{above}.{node.key}" if above else node.key
            settings = [child for child in node.children if not child.block]
            values = {child.key: child.value for child in settings}
            places = {child.key: source.at(child) for child in settings}
            yield Section(source.at(node), name, values, places)
            yield from _sections(source, node.children, name)


def _strays(source: Source) -> Iterator[Stray]:
    """Read the braces as coroparse.c does: by lines, one brace a line, ``{`` before ``:`` before ``}``."""
    opened: list[int] = []
    for number, raw in enumerate(source.text.split("\n"), start=1):
        line = _filled(raw).strip()
        if not line or line.startswith("#") or _LEFT_OPEN.fullmatch(line):
            continue
        if "{" in line:
            opened.append(number)
            if not line.endswith("{"):
                yield Stray(
                    source.at(number), "something follows an opening brace on its line", since=_STRICT
                )
        elif "}" in line and ":" not in line:
            yield from _closing(source.at(number), line, opened)
        elif ":" not in line:
            yield from _text(source.at(number), line, shown=bool(source.lines))
    for number in opened:
        yield Stray(source.at(number), "this section is never closed")


_SAID = re.compile(r"\{%[^%\n]{0,300}%\}|<%(?!=)[^%\n]{0,300}%>|\{#[^#\n]{0,300}#\}")
_PUT_IN = re.compile(r"\{\{[^{}\n]{0,300}\}\}|<%=[^%\n]{0,300}%>|\$\{[^{}\n]{0,200}\}|\$\([^()\n]{0,300}\)")
_LEFT_OPEN = re.compile(r"[A-Z][A-Z0-9_]{2,60}|@\w{1,60}@|%\w{1,60}%|\$\w{1,60}|x")
"""A line that somebody puts the real ones in place of, or that a template leaves nothing else of."""


def _filled(line: str) -> str:
    """A line of a template as far as its braces go, without what it says, a word for what it puts in.

    Jinja and Go, ERB, and the variables and commands of the shell.
    """
    if not _BRACED.intersection(line):
        return line
    return _PUT_IN.sub("x", _SAID.sub("", line))


_BRACED = frozenset("{}<>$")
_STRICT = 3
"""The release that stops at whatever stands beside a brace; the one before took no notice of it."""


def _closing(at: Place, line: str, opened: list[int]) -> Iterator[Stray]:
    if not opened:
        yield Stray(at, "a closing brace without an opening one")
        return
    opened.pop()
    if line.count("}") > 1:
        yield Stray(at, "two closing braces on one line", since=_STRICT)
    elif line != "}":
        yield Stray(at, "something stands beside a closing brace on its line", since=_STRICT)


def _text(at: Place, line: str, *, shown: bool) -> Iterator[Stray]:
    """A line of no meaning; dots in a page stand for what it does not show."""
    if not re.fullmatch(r"[.\u2026]{2,}", line):
        yield Stray(at, f"'{line[:40]}' is neither a section nor a key with a colon")
    elif not shown:
        yield Stray(at, f"'{line[:40]}' stands for lines that were left out", mild=True)


COROSYNC = Kind(
    name="corosync.conf",
    syntax=Syntax.COROSYNC,
    names=("corosync.conf", "corosync*.conf", "corosync/*.conf", "*corosync*.conf*"),
    marks=(
        r"^[ \t]*totem\s*\{",
        r"^[ \t]*(?:nodelist|quorum)\s*\{",
        r"^[ \t]*provider\s*:\s*corosync_votequorum",
        r"^[ \t]*ring\d_addr\s*:",
        r"^[ \t]*(?:bindnetaddr|mcastaddr|mcastport)\s*:",
        r"^[ \t]*(?:logger_subsys|amf|aisexec)\s*\{",
        r"^[ \t]*to_(?:syslog|logfile|stderr)\s*:",
    ),
    read=read,
)
