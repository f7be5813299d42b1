"""``bind`` and ``server`` lines taken apart, and sections put together with what they inherit."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from ipaddress import ip_address
from types import MappingProxyType
from typing import TYPE_CHECKING

from fournines.components.haproxy.audit.facts.model import (
    FALL,
    INTER,
    RISE,
    Bind,
    HaproxyConf,
    HaproxyFile,
    Lines,
    Proxy,
    Server,
    Statement,
    seconds,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fournines.kit.audit.node import Node
    from fournines.kit.audit.source import Place, Source

_PROXIES = ("listen", "frontend", "backend")


def assemble(file: HaproxyFile, beside: list[HaproxyFile], *, fragment: bool = False) -> HaproxyConf:
    """One configuration out of a file and its fragments, in the order HAProxy would read them."""
    globals_: list[Statement] = []
    proxies: list[Proxy] = []
    named: dict[str, Lines] = {}
    current = Lines()
    every: list[Statement] = []
    for source in (file.source, *(other.source for other in beside)):
        for node in source.nodes:
            lines = [Statement(source.at(child), child.words) for child in node.children]
            if node.key == "global":
                globals_.extend(lines)
            elif node.key == "defaults":
                base = named.get(_after(node, "from"), Lines())
                current = Lines((*base.said, *(replace(line, inherited=True) for line in lines)))
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


def _proxy(source: Source, node: Node, own: list[Statement], base: Lines, *, fragment: bool) -> Proxy:
    lines = Lines(tuple(own))
    proxy = Proxy(source.at(node), node.key, node.value, "tcp", (), (), lines, base, fragment)
    mode = proxy.find("mode")
    binds = [bind for s in own if s.words[0] == "bind" for bind in _binds(s, s.words[1:])]
    legacy = [word for word in node.words[2:3] if ":" in word and node.key != "backend"]
    for word in legacy:  # listen NAME ADDRESS:PORT, up to 1.6
        binds.extend(_binds(Statement(source.at(node), node.words), (word,)))
    said = (*base.all(("default-server",)), *lines.all(("default-server",)))
    defaults = tuple(s.words[1:] for s in said)
    kinds = ("server", "server-template")
    several = _looped(own)
    servers = [
        _server(s, defaults, several=s.at in several) for s in own if s.words[0] in kinds and s.words[2:]
    ]
    return replace(proxy, mode=mode.value if mode else "tcp", binds=tuple(binds), servers=tuple(servers))


_LOOP = re.compile(r"\{%[-+]?\s?for\b|\{\{-?\s?range\b|<%-?\s.*\bdo\b")
_LOOP_ENDS = re.compile(r"\{%[-+]?\s?endfor\b|\{\{-?\s?end\b|<%-?\s?end\b")
_BEGINNING = 200


def _looped(own: list[Statement]) -> frozenset[Place]:
    """The lines that a template makes many of: those inside a loop of Jinja, Go or ERB."""
    found, inside = set(), 0
    for said in own:
        if said.words[0][:2] not in ("{%", "{{", "<%"):
            if inside:
                found.add(said.at)
            continue
        text = " ".join(said.words)[:_BEGINNING]
        inside = max(0, inside + bool(_LOOP.match(text)) - bool(_LOOP_ENDS.match(text)))
    return frozenset(found)


def _binds(said: Statement, words: tuple[str, ...]) -> Iterator[Bind]:
    if not words:
        return
    first, rest = words[0], words[1:]
    while first.startswith("<") and ">" not in first and rest:  # <Virtual IP>:5000 of a page
        first, rest = f"{first} {rest[0]}", rest[1:]
    for text in first.split(","):
        address, port = _endpoint(text)
        yield Bind(said.at, address, port, rest, udp=text.startswith(("quic", "udp")))


@lru_cache(4096)
def _endpoint(text: str) -> tuple[str, int | None]:
    """``10.0.0.20:5000`` as address and port; the port of a range is its first."""
    bare = re.sub(r"^(?:ipv[46]|(?:tcp|udp|quic)[46]?)@", "", text)
    address, colon, port = bare.rpartition(":")
    if not colon or bare.startswith(("/", "unix@", "abns@", "fd@", "sockpair@")):
        return bare, None
    digits = port.split("-")[0].lstrip("+")
    address = address.strip("[]")
    with suppress(ValueError):
        address = str(ip_address(address))
    return address or "*", int(digits) if digits.isdecimal() and len(digits) < 6 else None  # noqa: PLR2004


VALUED = frozenset(
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
        if word in VALUED and index + 1 < len(words):
            found[word] = words[index + 1]
            index += 1
        else:
            found[word] = ""
        index += 1
    return found


def _unfolded(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words without a backslash at their end: HAProxy knows no continuation, and a rule says so."""
    if not words or not words[-1].endswith("\\"):
        return words
    last = words[-1].rstrip("\\")
    return (*words[:-1], last) if last else words[:-1]


@lru_cache(256)
def _merged(lines: tuple[tuple[str, ...], ...]) -> Mapping[str, str]:
    """What default-server lines say together: thousands of servers may have the same."""
    found: dict[str, str] = {}
    for words in lines:
        found.update(_settings(words))
    return MappingProxyType(found)


def _server(said: Statement, defaults: tuple[tuple[str, ...], ...], *, several: bool) -> Server:
    template = said.words[0] == "server-template"
    name, rest = said.words[1], said.words[3:] if template else said.words[2:]
    text, own = (rest[0] if rest else ""), _unfolded(rest[1:])
    settings = {**_merged(defaults), **_settings(own)}
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
        template=template or several,
    )


def _count(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else default  # noqa: PLR2004
