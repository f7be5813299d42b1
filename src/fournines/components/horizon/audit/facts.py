"""Horizon's local_settings as facts: assignments of Python, read without running them."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Kind, Place, Source, Syntax
from fournines.kit.audit.status.python import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LONGEST = 256 * 1024
"""Characters of a file that are read; the sample has 40 KiB."""
_ASSIGNS = re.compile(r"([A-Z][A-Z0-9_]*)\s*=(?!=)\s*(.*)")
_BARE = re.compile(r"(?:https?://)?[\w\-]+(?:\.[\w\-]+)+(?::\d+)?(?:/\S*)?|[a-z][\w\-]*")
"""An address, name or URL that somebody forgot to quote."""


_STATEMENT = re.compile(r"\{%[^%\n]{1,300}%\}")
_PUT_IN = re.compile(r"\{\{[^{}\n]{1,200}\}\}")
"""What decides in a template, and what it puts in: ``{% for %}``, ``{{ host }}``."""
_IDENTITY = re.compile(r"^OPENSTACK_HOST\s*=\s*[\"']([^\"'\n]{1,200})[\"']", re.MULTILINE)


@dataclass(frozen=True)
class Unquoted:
    """A value that is no Python: a text without quotes."""

    at: Place
    name: str
    value: str


@dataclass(frozen=True)
class DjangoSettings:
    """One file; ``values`` are the settings whose value is said outright, the last one counts."""

    at: Place
    values: Mapping[str, object] = field(repr=False, hash=False)
    places: Mapping[str, Place] = field(repr=False, hash=False, compare=False)
    excerpt: bool
    identity: str = ""
    """``OPENSTACK_HOST`` as it stands there, before a template or a shell has put anything in."""

    def text(self, name: str) -> str:
        """A setting that is a text; else empty."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    @property
    def cache(self) -> tuple[str, tuple[str, ...]] | None:
        """The back end of the default cache and where it lies; None when the file does not say."""
        caches = self.values.get("CACHES")
        default = caches.get("default") if isinstance(caches, dict) else None
        if not isinstance(default, dict):
            return None
        said = default.get("LOCATION", ())
        places = said.split(";") if isinstance(said, str) else said if isinstance(said, list | tuple) else ()
        return str(default.get("BACKEND", "")), tuple(str(place) for place in places)


def read(source: Source) -> Iterator[DjangoSettings | Unquoted]:
    """The settings of a file; where it is no Python, those of its lines that are."""
    values: dict[str, object] = {}
    places: dict[str, Place] = {}
    text = source.text[:LONGEST]
    plain = _PUT_IN.sub("None", _STATEMENT.sub("", text)) if "{" in text else text
    for first, chunk in _chunks(plain):
        tree = parsed(chunk)
        if tree is None:
            said = _ASSIGNS.fullmatch(chunk.strip())
            value = said.group(2).partition("#")[0].strip() if said else ""
            if said and _BARE.fullmatch(value):
                yield Unquoted(source.at(first), said.group(1), value)
        for node in tree.body if tree else ():
            if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
                continue
            name, at = node.targets[0].id, source.at(first + node.lineno - 1)
            if name == "OPENSTACK_HOST" and isinstance(node.value, ast.Name):
                yield Unquoted(at, name, node.value.id)
            values[name], places[name] = _literal(node.value), at
    if values or not source.lines:
        asked = _IDENTITY.search(text)
        identity = asked.group(1).strip() if asked else ""
        yield DjangoSettings(source.top, values, places, source.excerpt, identity)


def _literal(node: ast.expr) -> object:
    """The value as far as it is said outright; None for what has to be worked out."""
    match node:
        case ast.Constant(value):
            return value
        case ast.Dict(keys, values):
            return {
                key.value: _literal(value)
                for key, value in zip(keys, values, strict=True)
                if isinstance(key, ast.Constant)
            }
        case ast.List(items) | ast.Tuple(items):
            return [_literal(item) for item in items]
    return None


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    """The file's statements with the line each starts on; one that is broken spoils no other."""
    lines = text.split("\n")
    start = 0
    for number in range(1, len(lines) + 1):
        if number == len(lines) or re.match(r"[A-Za-z_@]", lines[number]):
            yield start + 1, "\n".join(lines[start:number])
            start = number


SETTINGS = Kind(
    name="local_settings",
    syntax=Syntax.LINES,
    names=("local_settings.py", "local_settings", "local_settings.d/*.py"),
    marks=(
        r"^OPENSTACK_HOST\s*=",
        r"^OPENSTACK_HOST\s*=\s*\S",
        r"^(?:CACHES|SESSION_ENGINE|ALLOWED_HOSTS|OPENSTACK_KEYSTONE_\w+)\s*=",
        r"^(?:SECRET_KEY|WEBROOT|TIME_ZONE|OPENSTACK_API_VERSIONS|HORIZON_CONFIG)\s*=",
    ),
    read=read,
)
