"""Time as facts: chrony.conf, ntp.conf, and clocks that are stepped by cron."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from typing import TYPE_CHECKING

from fournines.components.chrony.audit.directives import KNOWN
from fournines.kit.audit.source import Kind, Place, Reader, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.node import Node

_REFERENCE = re.compile(r"127\.127\.\d+\.\d+")
_KINDS = ("server", "pool", "peer")
_STEP = re.compile(r"\b(?:ntpdate|rdate|sntp\s+-[sS])\b")


@dataclass(frozen=True)
class TimeConf:
    """A chrony.conf or ntp.conf as a whole."""

    at: Place
    program: str
    excerpt: bool
    includes: bool
    sources: tuple[TimeSource, ...]


@dataclass(frozen=True)
class TimeSource:
    """A ``server``, ``pool`` or ``peer``. A pool is several servers; ``local`` is the host's own clock."""

    at: Place
    kind: str
    name: str
    local: bool


@dataclass(frozen=True)
class Stray:
    """A line whose first word ``program`` does not know; ``meant`` is the one that is alike, if any."""

    at: Place
    program: str
    word: str
    meant: str


@dataclass(frozen=True)
class ClockStep:
    """A command that sets the clock in one jump (``ntpdate``), repeatedly when ``cron``."""

    at: Place
    command: str
    cron: bool


def _source(source: Source, node: Node) -> TimeSource:
    local = bool(_REFERENCE.fullmatch(node.value)) or node.value in ("127.0.0.1", "localhost", "::1")
    return TimeSource(source.at(node), node.key.lower(), node.value, local)


def _strays(source: Source, program: str) -> Iterator[Stray]:
    """Assignments and misspelt directives; a word that is like none is left to the program."""
    for node in source.nodes:
        word = node.key.lower()
        if word in KNOWN[program] or not re.match(r"[a-z_]+\b", word):
            continue
        meant = next(iter(get_close_matches(word, KNOWN[program], 1, 0.8)), "")
        if "=" in word or node.value.startswith("=") or meant:
            yield Stray(source.at(node), program, node.key, meant)


def _reader(program: str) -> object:
    def read(source: Source) -> Iterator[object]:
        words = {node.key.lower() for node in source.nodes}
        includes = bool(words & {"include", "confdir", "sourcedir", "includefile"})
        sources = tuple(
            _source(source, node) for node in source.nodes if node.key.lower() in _KINDS and node.value
        )
        yield TimeConf(source.top, program, source.excerpt, includes, sources)
        yield from sources
        yield from _strays(source, program)

    return read


def read_commands(source: Source) -> Iterator[object]:
    """``ntpdate`` in scripts and in the cron lines they write."""
    for node in source.nodes if source.speaks_of("ntpdate", "rdate", "sntp") else ():
        text = " ".join(node.words)
        words = list(node.words)
        target = next((b for a, b in pairwise(words) if a in (">", ">>")), "")
        if _STEP.search(text) and words[0] not in (
            "apt-get",
            "apt",
            "yum",
            "dnf",
            "zypper",
            "systemctl",
            "service",
        ):
            cron = "cron" in target or "crontab" in text or bool(re.match(r"[\d*]", words[0]))
            yield ClockStep(source.at(node), text, cron)


def read_cron(source: Source) -> Iterator[ClockStep]:
    """Cron lines that step the clock."""
    for node in source.nodes:
        text = " ".join(node.words)
        if _STEP.search(text):
            yield ClockStep(source.at(node), text, cron=True)


CHRONY = Kind(
    name="chrony.conf",
    syntax=Syntax.LINES,
    names=("chrony.conf", "chrony/*.conf", "chrony/*/*.conf", "chrony*.conf"),
    marks=(r"^\s*(?:server|pool|peer)\s+\S+", r"^\s*(?:driftfile|makestep|rtcsync|keyfile|leapsectz)\b"),
    read=_reader("chrony"),  # type: ignore[arg-type]
)
NTP = Kind(
    name="ntp.conf",
    syntax=Syntax.LINES,
    names=("ntp.conf", "ntp*.conf", "ntpsec/ntp.conf"),
    marks=(
        r"^\s*(?:server|pool|peer)\s+\S+\s*(?:iburst|prefer)?\s*$",
        r"^\s*(?:driftfile|restrict|fudge|disable monitor)\b",
    ),
    read=_reader("ntp"),  # type: ignore[arg-type]
)
CRON = Kind(
    name="crontab",
    syntax=Syntax.LINES,
    names=("crontab", "cron.d/*", "crontabs/*"),
    marks=(r"^\s*(?:[\d*/,\-]+\s+){5}\S+",),
    read=read_cron,
)
COMMANDS = Reader("script", read_commands)
