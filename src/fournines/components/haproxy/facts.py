"""haproxy.cfg as facts: proxies with their inherited settings, and the services they make of one another."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING

from fournines.kit.source import Kind, Place, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fournines.kit.evidence import Evidence
    from fournines.kit.node import Node

INTER, RISE, FALL = 2.0, 2, 3
"""Seconds and counts when a server line says nothing; HAProxy configuration manual 5.2."""

_TIME = re.compile(r"(\d{1,12})(us|ms|s|m|h|d)?")
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PROXIES = ("listen", "frontend", "backend")


def seconds(text: str) -> float | None:
    """A HAProxy time in seconds; without a unit it is milliseconds (manual 2.5). None if it is none."""
    match = _TIME.fullmatch(text.strip())
    return int(match.group(1)) * _UNITS[match.group(2) or "ms"] if match else None


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


@dataclass(frozen=True)
class Bind:
    """One address a frontend listens on: ``*`` for all; ``port`` is None for a socket or placeholder."""

    at: Place
    address: str
    port: int | None
    options: tuple[str, ...]

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

    ``checked`` says whether it is health-checked at all; ``options`` are its own words.
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

    ``statements`` hold its own lines first, then the inherited ones that count.
    ``fragment``: the file has no defaults and none were found beside it; what is absent proves nothing.
    """

    at: Place
    kind: str
    name: str
    mode: str
    binds: tuple[Bind, ...]
    servers: tuple[Server, ...]
    statements: tuple[Statement, ...] = field(repr=False)
    fragment: bool = False

    def find(self, *words: str) -> Statement | None:
        """The statement that starts with these words: its own last one, else the inherited one.

        ``find("option", "httpchk")``; a ``no option ...`` line of its own hides an inherited one.
        """
        own = [s for s in self.statements if not s.inherited]
        for negation in own:
            if negation.words[:1] == ("no",) and negation.words[1 : len(words) + 1] == words:
                return None
        found = [s for s in own if s.words[: len(words)] == words]
        if found:
            return found[-1]
        return next((s for s in self.statements if s.inherited and s.words[: len(words)] == words), None)

    def all(self, *words: str) -> tuple[Statement, ...]:
        """Every statement that starts with these words, its own first."""
        return tuple(s for s in self.statements if s.words[: len(words)] == words)

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
    def checks_http(self) -> bool:
        """Whether health checks are HTTP requests."""
        return self.option("httpchk") is not None

    @property
    def stats(self) -> bool:
        """Whether this is a statistics page."""
        return any(self.find("stats", word) for word in ("enable", "uri", "auth"))


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
        """A backend or listen by name."""
        return next((p for p in self.proxies if p.name == name and p.kind != "frontend"), None)


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


def configurations(site: Evidence) -> tuple[HaproxyConf, ...]:
    """Every HAProxy configuration of the site: complete files, each with the fragments of its host."""
    return site.derived(_configurations)


def services(site: Evidence) -> tuple[Service, ...]:
    """Every pair of frontend and backend of the site's configurations, a listen with itself."""
    return site.derived(_services)


def read(source: Source) -> Iterator[object]:
    """The facts of one file."""
    yield HaproxyFile(source.top, source)


def _configurations(site: Evidence) -> tuple[HaproxyConf, ...]:
    files = site.all(HaproxyFile)
    complete = [file for file in files if not file.fragment]
    found = []
    for file in complete:
        beside = [f for f in files if f.fragment and f.at.host == file.at.host]
        found.append(_conf(file, beside if file is _first(complete, file.at.host) else []))
    homes = {file.at.host for file in complete}
    orphans = [file for file in files if file.fragment and file.at.host not in homes]
    return (*found, *(_conf(file, [], fragment=True) for file in orphans))


def _first(files: list[HaproxyFile], host: str) -> HaproxyFile | None:
    return next((file for file in files if file.at.host == host), None)


def _services(site: Evidence) -> tuple[Service, ...]:
    found = []
    for conf in configurations(site):
        for proxy in conf.proxies:
            if proxy.kind == "backend":
                continue
            if proxy.servers:
                found.append(Service(proxy, proxy))
            for name in proxy.targets:
                back = conf.backend(name)
                if back and back is not proxy:
                    found.append(Service(proxy, back))
    return tuple(found)


def _conf(file: HaproxyFile, beside: list[HaproxyFile], *, fragment: bool = False) -> HaproxyConf:
    globals_: list[Statement] = []
    proxies: list[Proxy] = []
    named: dict[str, list[Statement]] = {}
    current: list[Statement] = []
    every: list[Statement] = []
    for source in (file.source, *(other.source for other in beside)):
        for node in source.nodes:
            lines = [Statement(source.at(child), child.words) for child in node.children]
            if node.key == "global":
                globals_.extend(lines)
            elif node.key == "defaults":
                current = _merge(lines, named.get(_after(node, "from"), []))
                named[node.value] = current
                every.extend(lines)
            elif node.key in _PROXIES:
                base = named.get(_after(node, "from"), current)
                proxies.append(_proxy(source, node, lines, base, fragment=fragment))
    excerpt = file.source.excerpt
    return HaproxyConf(file.at, tuple(globals_), tuple(proxies), tuple(every), excerpt, fragment)


def _after(node: Node, word: str) -> str:
    words = node.words
    return words[words.index(word) + 1] if word in words[:-1] else ""


def _merge(own: list[Statement], base: list[Statement]) -> list[Statement]:
    return [*own, *base]


def _proxy(
    source: Source, node: Node, own: list[Statement], base: list[Statement], *, fragment: bool
) -> Proxy:
    inherited = [Statement(s.at, s.words, inherited=True) for s in reversed(base)]
    statements = (*own, *inherited)
    proxy = Proxy(source.at(node), node.key, node.value, "tcp", (), (), statements, fragment)
    mode = proxy.find("mode")
    binds = [bind for s in own if s.words[0] == "bind" for bind in _binds(s, s.words[1:])]
    legacy = [word for word in node.words[2:3] if ":" in word and node.key != "backend"]
    for word in legacy:  # listen NAME ADDRESS:PORT, up to 1.6
        binds.extend(_binds(Statement(source.at(node), node.words), (word,)))
    defaults = [s.words[1:] for s in (*reversed(inherited), *own) if s.words[0] == "default-server"]
    kinds = ("server", "server-template")
    servers = [_server(s, defaults) for s in own if s.words[0] in kinds and s.words[2:]]
    return Proxy(
        at=proxy.at,
        kind=node.key,
        name=node.value,
        mode=mode.value if mode else "tcp",
        binds=tuple(binds),
        servers=tuple(servers),
        statements=statements,
        fragment=fragment,
    )


def _binds(said: Statement, words: tuple[str, ...]) -> Iterator[Bind]:
    if not words:
        return
    for text in words[0].split(","):
        address, port = _endpoint(text)
        yield Bind(said.at, address, port, words[1:])


def _endpoint(text: str) -> tuple[str, int | None]:
    """``10.0.0.20:5000`` as address and port; the port of a range is its first."""
    bare = re.sub(r"^(?:ipv[46]|tcp[46]?|quic[46])@", "", text)
    address, colon, port = bare.rpartition(":")
    if not colon or bare.startswith(("/", "unix@", "abns@", "fd@", "sockpair@")):
        return bare, None
    digits = port.split("-")[0].lstrip("+")
    address = address.strip("[]")
    with suppress(ValueError):
        address = str(ip_address(address))
    return address or "*", int(digits) if digits.isdecimal() and len(digits) < 6 else None  # noqa: PLR2004


_VALUED = frozenset(
    [
        "addr",
        "agent-addr",
        "agent-inter",
        "agent-port",
        "agent-send",
        "alpn",
        "ca-file",
        "check-alpn",
        "check-proto",
        "check-sni",
        "ciphers",
        "ciphersuites",
        "cookie",
        "crl-file",
        "crt",
        "downinter",
        "error-limit",
        "fall",
        "fastinter",
        "force-tls",
        "id",
        "init-addr",
        "init-state",
        "inter",
        "log-proto",
        "maxconn",
        "maxqueue",
        "max-reuse",
        "minconn",
        "namespace",
        "observe",
        "on-error",
        "on-marked-down",
        "on-marked-up",
        "pool-low-conn",
        "pool-max-conn",
        "pool-purge-delay",
        "port",
        "proto",
        "redir",
        "resolvers",
        "resolve-net",
        "resolve-opts",
        "resolve-prefer",
        "rise",
        "slowstart",
        "sni",
        "socks4",
        "source",
        "ssl-max-ver",
        "ssl-min-ver",
        "tcp-ut",
        "track",
        "usesrc",
        "verify",
        "verifyhost",
        "weight",
        "ws",
        "log-bufsize",
        "shard",
        "guid",
    ]
)
"""Server options that take a value, manual 5.2."""


def _settings(words: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    index = 0
    while index < len(words):
        word = words[index]
        if word in _VALUED and index + 1 < len(words):
            found[word] = words[index + 1]
            index += 1
        else:
            found[word] = ""
        index += 1
    return found


def _server(said: Statement, defaults: list[tuple[str, ...]]) -> Server:
    template = said.words[0] == "server-template"
    name, rest = said.words[1], said.words[3:] if template else said.words[2:]
    text, own = (rest[0] if rest else ""), rest[1:]
    settings: dict[str, str] = {}
    for words in (*defaults, own):
        settings.update(_settings(words))
    for word in tuple(settings):
        if word.startswith("no-"):
            settings.pop(word.removeprefix("no-"), None)
    host, port = _endpoint(text)
    inter = seconds(settings.get("inter", "")) or INTER
    return Server(
        at=said.at,
        name=name,
        host=host,
        port=port,
        checked="check" in settings or "track" in settings or "agent-check" in settings,
        backup="backup" in settings,
        inter=inter,
        fastinter=seconds(settings.get("fastinter", "")) or inter,
        downinter=seconds(settings.get("downinter", "")) or inter,
        rise=_count(settings.get("rise", ""), RISE),
        fall=_count(settings.get("fall", ""), FALL),
        check_port=_count(settings.get("port", ""), 0) or None,
        settings=settings,
        options=own,
        template=template,
    )


def _count(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else default  # noqa: PLR2004


HAPROXY = Kind(
    name="haproxy.cfg",
    syntax=Syntax.HAPROXY,
    names=(
        "haproxy.cfg",
        "haproxy*.cfg",
        "*haproxy*.cfg*",
        "haproxy/*.cfg",
        "haproxy/*/*.cfg",
        "*haproxy*.conf",
    ),
    marks=(
        r"^\s*(?:listen|frontend|backend)\s+\S+\s*(?:\S+:\d+)?\s*$",
        r"^\s*server\s+\S+\s+\S+:\d+",
        r"^\s*bind\s+\S*:\d+",
        r"^\s*(?:defaults|global)\s*(?:#.*)?$",
        r"^\s*option\s+(?:httpchk|tcplog|httplog|tcpka|redispatch|mysql-check|tcp-check)\b",
        r"^\s*(?:default_backend|use_backend)\s+\S+",
        r"^\s*timeout\s+(?:client|server|connect)\s+\d+",
    ),
    read=read,
)
