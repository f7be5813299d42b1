"""What the prose of a page names: scripts, and the settings to change in a file that is copied."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Kind, Place, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCRIPT = re.compile(r"(?<![\w.\-])[\w\-]++\.(?:sh|py|pl|bash)\b", re.ASCII)
_SETTING = re.compile(r"(?<![\w.\-])[a-z][a-z0-9]*+(?:_[a-z0-9]+)++(?![\w(])", re.ASCII)
_BLANK = re.compile(r"`(\$\{\w{1,40}\}|<[\w.\-]{1,40}>|%\w{1,40}%|@\w{1,40}@|\{\{\w{1,40}\}\})`")
"""A placeholder in backquotes: the sentence says what is to be put in there."""
_PORT = re.compile(r"(?i)(?<![\w\-])port(?:\s*[=:]\s*|\s+(?:to\s+)?)`?(\d{2,5})(?![\d.])")
_COPIES = re.compile(r"(?i)\bcop(?:y|ies|ied|ying)\b|\bscp\b|\bkopier|\u62f7\u8d1d|\u590d\u5236")
"""A sentence about copying; the last two are Chinese."""


@dataclass(frozen=True)
class Named:
    """A script that a sentence names, without its folder."""

    at: Place
    name: str


@dataclass(frozen=True)
class Copied:
    """A sentence that has a file copied to other hosts, and the settings it says to change there."""

    at: Place
    settings: tuple[str, ...]


@dataclass(frozen=True)
class Explained:
    """A placeholder, as it is written, of which a sentence says what to put in."""

    at: Place
    name: str


@dataclass(frozen=True)
class PortNamed:
    """A port that a sentence names: something is made to listen there, in words."""

    at: Place
    port: int


def names_in(line: str) -> str:
    """What of a line of prose counts, as one line of the kind ``prose``; empty when nothing does."""
    scripts = _SCRIPT.findall(line)
    settings = _SETTING.findall(line) if _COPIES.search(line) else []
    blanks = _BLANK.findall(line) if "`" in line else []
    ports = [f"port={port}" for port in _PORT.findall(line)]
    return " ".join([*(["copied", *settings] if settings else []), *scripts, *blanks, *ports])


def read_prose(source: Source) -> Iterator[Named | Copied | Explained | PortNamed]:
    """The facts of the lines that ``names_in`` made."""
    for node in source.nodes:
        words = list(node.words)
        if words[:1] == ["copied"]:
            yield Copied(source.at(node), tuple(word for word in words[1:] if word.isidentifier()))
        for word in words:
            if _SCRIPT.fullmatch(word):
                yield Named(source.at(node), word)
            elif _BLANK.fullmatch(f"`{word}`"):
                yield Explained(source.at(node), word)
            elif word.startswith("port="):
                yield PortNamed(source.at(node), int(word.removeprefix("port=")))


PROSE = Kind(name="prose", syntax=Syntax.LINES, names=(), marks=(), read=read_prose)
"""The names in a page's sentences: no file, so nothing recognises it."""
