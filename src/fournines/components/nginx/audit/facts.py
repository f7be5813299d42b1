"""nginx's configuration as facts: where it listens, what it passes on to whom, and how long it waits."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Kind, Place, Source, Syntax
from fournines.kit.audit.text import loopback

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fournines.kit.audit.node import Node

_ENDPOINT = re.compile(r"(?:\w+://)?(\[[0-9a-fA-F:.]+\]|[\w.\-*]+)(?::(\d{1,5}))?(?:/\S*)?")
_PASS = re.compile(r"(proxy|grpc|uwsgi|fastcgi|scgi)_pass")
_KEPT = re.compile(r"(?:proxy|grpc|uwsgi|fastcgi|scgi)_(?:connect_timeout|next_upstream|timeout)")
"""Directives that a block inherits from the blocks around it."""
_UNITS = {"ms": 0.001, "": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(text: str) -> float | None:
    """A time of nginx in seconds (``90``, ``1m 30s``); None for what is none (nginx.org, syntax)."""
    parts = re.findall(r"(\d{1,9})(ms|[smhd]?)", text)
    if not parts or "".join(a + b for a, b in parts) != text.replace(" ", ""):
        return None
    return sum(int(number) * _UNITS[unit] for number, unit in parts)


@dataclass(frozen=True)
class UpstreamServer:
    """A ``server`` of an upstream; ``port`` is empty where none is said."""

    at: Place
    host: str
    port: str
    flags: tuple[str, ...]

    @property
    def loopback(self) -> bool:
        """Whether it is on nginx's own host."""
        return loopback(self.host) or self.host.startswith("unix")

    @property
    def active(self) -> bool:
        """Whether requests go to it as long as all is well."""
        return not {"down", "backup"} & set(self.flags)


@dataclass(frozen=True)
class Upstream:
    """A named group of servers."""

    at: Place
    name: str
    servers: tuple[UpstreamServer, ...]


@dataclass(frozen=True)
class Passing:
    """A place at which requests are passed on: ``target`` is an upstream's name or a server's address.

    ``stream``: bytes, no requests. ``said``: the directives that count here, by name; ``whole`` when the
    blocks around it are all known.
    """

    at: Place
    protocol: str
    target: str
    port: str
    stream: bool
    whole: bool
    said: Mapping[str, tuple[str, Place]] = field(default_factory=dict, repr=False, hash=False, compare=False)


@dataclass(frozen=True)
class NginxListen:
    """A ``listen``; ``address`` is ``*`` where none is said."""

    at: Place
    address: str
    port: str


@dataclass(frozen=True)
class NginxDefault:
    """What the ``http`` block of a host says for all its servers, those in other files too."""

    at: Place
    name: str
    value: str


_Said = dict[str, tuple[str, Place]]


def read(source: Source) -> Iterator[object]:
    """The facts of one file."""
    pending: list[tuple[Node, _Said, bool, bool]] = [
        (node, {}, False, False) for node in reversed(source.nodes)
    ]
    while pending:
        node, around, stream, whole = pending.pop()
        if node.key == "upstream" and node.block:
            yield _upstream(source, node)
        elif node.key == "listen" and not node.block:
            yield from _listen(source, node)
        elif node.block:
            here = dict(around)
            for child in node.children:
                if not child.block and _KEPT.fullmatch(child.key):
                    here[child.key] = " ".join(child.args), source.at(child)
                    if node.key == "http":
                        yield NginxDefault(source.at(child), child.key, " ".join(child.args))
            inside = here, stream or node.key == "stream", whole or node.key in ("http", "stream")
            pending.extend((child, *inside) for child in reversed(node.children))
        elif (found := _PASS.fullmatch(node.key)) and (target := _ENDPOINT.fullmatch(node.value)):
            host, port = target.group(1).strip("[]").lower(), target.group(2) or ""
            known = whole and not source.excerpt
            yield Passing(source.at(node), found.group(1), host, port, stream, known, around)


def _upstream(source: Source, node: Node) -> Upstream:
    servers = []
    for child in node.all("server"):
        target = _ENDPOINT.fullmatch(child.value)
        host = target.group(1).strip("[]").lower() if target else child.value
        port = (target.group(2) or "") if target else ""
        servers.append(UpstreamServer(source.at(child), host, port, child.args[1:]))
    return Upstream(source.at(node), node.value.lower(), tuple(servers))


def _listen(source: Source, node: Node) -> Iterator[NginxListen]:
    if node.value.isdigit():
        yield NginxListen(source.at(node), "*", node.value)
    elif target := _ENDPOINT.fullmatch(node.value):
        yield NginxListen(source.at(node), target.group(1).strip("[]").lower(), target.group(2) or "80")


NGINX = Kind(
    name="nginx.conf",
    syntax=Syntax.DRBD,
    names=(
        "nginx.conf",
        "nginx/*.conf",
        "nginx/conf.d/*.conf",
        "nginx/sites-available/*",
        "nginx/sites-enabled/*",
        "nginx/*/*.conf",
        "nginx*.conf",
    ),
    marks=(
        r"^[ \t]*(?:http|stream|events)\s*\{",
        r"^[ \t]*upstream\s+[\w.\-]+\s*\{",
        r"^[ \t]*(?:proxy|grpc|uwsgi|fastcgi)_pass\s+\S+;",
        r"^[ \t]*server\s*\{\s*$",
        r"^[ \t]*listen\s+\S[^;\n]*;",
        r"^[ \t]*worker_(?:processes|connections)\s+\w+;",
        r"^[ \t]*location\s+[^{\n]*\{",
    ),
    read=read,
)
