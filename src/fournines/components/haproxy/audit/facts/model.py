"""What a haproxy.cfg says, as frozen values: proxies with what they inherit, their addresses and servers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from fournines.components.haproxy.audit.facts.purpose import Purpose, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fournines.kit.audit.source import Place, Source

INTER, RISE, FALL = 2.0, 2, 3
"""Seconds and counts when a server line says nothing; HAProxy configuration manual 5.2."""

_TIME = re.compile(r"(\d{1,12})(us|ms|s|m|h|d)?")
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(text: str) -> float | None:
    """A HAProxy time in seconds; without a unit it is milliseconds (manual 2.5). None if it is none."""
    match = _TIME.fullmatch(text.strip())
    return int(match.group(1)) * _UNITS[match.group(2) or "ms"] if match else None


CHECKS = (
    "httpchk", "tcp-check", "mysql-check", "pgsql-check", "redis-check", "ldap-check", "smtpchk",
    "ssl-hello-chk", "external-check", "spop-check",
)  # fmt: skip
"""Options that choose how servers are checked; each replaces the one before it (manual, option ...-check)."""


@dataclass(frozen=True)
class Statement:
    """One line of a section, where it stands, and whether it came from a ``defaults`` section."""

    at: Place
    words: tuple[str, ...]
    inherited: bool = False

    @property
    def value(self) -> str:
        """The second word."""
        return self.words[1] if len(self.words) > 1 else ""


_FEW = 8
"""Statements that are looked at each time; what is found among more is kept."""


@dataclass(frozen=True)
class Lines:
    """Statements in their order, found by the words they begin with."""

    said: tuple[Statement, ...] = ()

    def all(self, words: tuple[str, ...]) -> tuple[Statement, ...]:
        """Every statement that begins with these words."""
        near = self._starting.get(words[0], ())
        if not near or len(words) == 1:
            return near
        if len(near) <= _FEW:
            return tuple(s for s in near if s.words[: len(words)] == words)
        if words not in self._found:
            self._found[words] = tuple(s for s in near if s.words[: len(words)] == words)
        return self._found[words]

    def has(self, word: str) -> bool:
        """Whether a statement begins with this word."""
        return word in self._starting

    @cached_property
    def _starting(self) -> dict[str, tuple[Statement, ...]]:
        table: dict[str, list[Statement]] = {}
        for said in self.said:
            table.setdefault(said.words[0], []).append(said)
        return {word: tuple(found) for word, found in table.items()}

    @cached_property
    def _found(self) -> dict[tuple[str, ...], tuple[Statement, ...]]:
        return {}


@dataclass(frozen=True)
class Bind:
    """One address a frontend listens on: ``*`` for all; ``port`` is None for a socket or placeholder."""

    at: Place
    address: str
    port: int | None
    options: tuple[str, ...]
    udp: bool = False

    @property
    def everywhere(self) -> bool:
        """Whether it listens on every address."""
        return self.address in ("*", "", "0.0.0.0", "::")  # noqa: S104 - compared, not bound

    @property
    def tls(self) -> bool:
        """Whether TLS ends here."""
        return "ssl" in self.options

    @property
    def transparent(self) -> bool:
        """Whether it may bind an address this host lacks."""
        return "transparent" in self.options


@dataclass(frozen=True)
class Server:
    """One server line, ``default-server`` settings included. Times in seconds.

    ``checked`` says whether it is health-checked at all; ``options`` are its own words. ``template``: the
    line stands for several servers, as ``server-template`` does, or a loop of a template.
    """

    at: Place
    name: str
    host: str
    port: int | None
    checked: bool
    backup: bool
    inter: float
    fastinter: float
    downinter: float
    rise: int
    fall: int
    check_port: int | None
    settings: Mapping[str, str] = field(repr=False, hash=False, compare=False)
    options: tuple[str, ...] = ()
    template: bool = False

    @property
    def detection(self) -> float:
        """Seconds from the last good check to DOWN: the first failure, then fall-1 checks at fastinter."""
        return self.inter + (self.fall - 1) * self.fastinter

    def has(self, word: str) -> bool:
        """Whether the line (or a default-server) has this flag."""
        return word in self.settings

    @property
    def down_action(self) -> str:
        """The value of on-marked-down."""
        return self.settings.get("on-marked-down", "")


@dataclass(frozen=True)
class Proxy:
    """A ``listen``, ``frontend`` or ``backend`` with what it inherits from its ``defaults``.

    ``own`` are its lines, ``inherited`` those of its ``defaults``, which all that inherit them share.
    ``fragment``: the file has no defaults and none were found beside it; what is absent proves nothing.
    """

    at: Place
    kind: str
    name: str
    mode: str
    binds: tuple[Bind, ...]
    servers: tuple[Server, ...]
    own: Lines = field(repr=False, compare=False)
    inherited: Lines = field(repr=False, compare=False)
    fragment: bool = False

    def find(self, *words: str) -> Statement | None:
        """The statement that starts with these words: its own last one, else the inherited one.

        ``find("option", "httpchk")``; a ``no option ...`` line of its own hides an inherited one.
        """
        if not self.own.has(words[0]) and not self.inherited.has(words[0]):
            return None
        if self.own.has("no") and self.own.all(("no", *words)):
            return None
        said = self.own.all(words) or self.inherited.all(words)
        return said[-1] if said else None

    def all(self, *words: str) -> tuple[Statement, ...]:
        """Every statement that starts with these words: its own, then the inherited ones, last first."""
        return (*self.own.all(words), *reversed(self.inherited.all(words)))

    def option(self, name: str) -> Statement | None:
        """``option NAME`` where it is in force."""
        return self.find("option", name)

    def timeout(self, name: str) -> tuple[float | None, Statement] | None:
        """A timeout in seconds (None if it is no time) and where it is said; None where it is not said."""
        old = {"client": "clitimeout", "server": "srvtimeout", "connect": "contimeout"}
        said = self.find("timeout", name)
        if said:
            return (seconds(said.words[2]) if len(said.words) > 2 else None), said  # noqa: PLR2004
        said = self.find(old[name]) if name in old else None
        return (seconds(said.value), said) if said else None

    @property
    def balance(self) -> str:
        """The balance algorithm; roundrobin when nothing is said (manual, balance)."""
        said = self.find("balance")
        return said.value if said else "roundrobin"

    @property
    def targets(self) -> tuple[str, ...]:
        """The backends this frontend sends to, by name."""
        names = [s.value for s in (*self.all("default_backend"), *self.all("use_backend"))]
        return tuple(dict.fromkeys(name for name in names if name))

    @property
    def health_check(self) -> str:
        """The option that decides how servers are checked, empty for a TCP connect: the last one said."""
        for inherited in (False, True):
            said = [s.value for s in self.all("option") if s.inherited is inherited and s.value in CHECKS]
            kept = [name for name in said if self.option(name)]
            if kept:
                return kept[0] if inherited else kept[-1]
        return ""

    @property
    def checks_http(self) -> bool:
        """Whether health checks are HTTP requests."""
        return self.health_check == "httpchk"

    @property
    def stats(self) -> bool:
        """Whether this is a statistics page."""
        spoken = self.own.has("stats") or self.inherited.has("stats")
        return spoken and any(self.find("stats", word) for word in ("enable", "uri", "auth"))


@dataclass(frozen=True)
class HaproxyConf:
    """One complete configuration, a file with its fragments. ``globals``: lines of its global sections."""

    at: Place
    globals: tuple[Statement, ...] = field(repr=False)
    proxies: tuple[Proxy, ...] = field(repr=False)
    defaults: tuple[Statement, ...] = field(repr=False)
    excerpt: bool
    fragment: bool

    def setting(self, *words: str) -> Statement | None:
        """The last line of global that starts so."""
        return next((s for s in reversed(self.globals) if s.words[: len(words)] == words), None)

    def backend(self, name: str) -> Proxy | None:
        """A backend or listen by name; the first of two."""
        return self._backends.get(name)

    @cached_property
    def _backends(self) -> dict[str, Proxy]:
        return {p.name: p for p in reversed(self.proxies) if p.kind != "frontend"}


@dataclass(frozen=True)
class HaproxyFile:
    """One file as read, before defaults are inherited; rules ask for ``configurations`` instead."""

    at: Place
    source: Source = field(repr=False)

    @property
    def fragment(self) -> bool:
        """Whether it needs another file beside it: no global, no defaults, and not called haproxy.cfg."""
        complete = any(node.key in ("global", "defaults") for node in self.source.nodes)
        name = (self.source.name or self.source.path).rsplit("/", 1)[-1].lower()
        return not complete and (self.source.excerpt or name != "haproxy.cfg")


@dataclass(frozen=True)
class Service:
    """What a client meets: the addresses of a frontend (or listen) and the servers of one backend."""

    front: Proxy
    back: Proxy

    @cached_property
    def purpose(self) -> Purpose:
        """What it is for; a dozen rules ask."""
        return told(self)

    @property
    def at(self) -> Place:
        """Where the servers are listed."""
        return self.back.at

    @property
    def binds(self) -> tuple[Bind, ...]:
        """The addresses clients connect to."""
        return self.front.binds

    @property
    def servers(self) -> tuple[Server, ...]:
        """The servers behind it."""
        return self.back.servers
