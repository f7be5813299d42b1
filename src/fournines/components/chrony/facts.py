"""Time as facts: chrony.conf, ntp.conf, and clocks that are stepped by cron."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from fournines.kit.source import Kind, Place, Reader, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

_REFERENCE = re.compile(r"127\.127\.\d+\.\d+")
_STEP = re.compile(r"\b(?:ntpdate|rdate|sntp\s+-[sS])\b")


@dataclass(frozen=True)
class TimeConf:
    """A chrony.conf or ntp.conf as a whole."""

    at: Place
    program: str
    excerpt: bool
    includes: bool


@dataclass(frozen=True)
class TimeSource:
    """A ``server``, ``pool`` or ``peer``. A pool is several servers; ``local`` is the host's own clock."""

    at: Place
    kind: str
    name: str
    local: bool


@dataclass(frozen=True)
class ClockStep:
    """A command that sets the clock in one jump (``ntpdate``), repeatedly when ``cron``."""

    at: Place
    command: str
    cron: bool


def _reader(program: str) -> object:
    def read(source: Source) -> Iterator[object]:
        words = {node.key.lower() for node in source.nodes}
        includes = bool(words & {"include", "confdir", "sourcedir", "includefile"})
        yield TimeConf(source.top, program, source.excerpt, includes)
        for node in source.nodes:
            key = node.key.lower()
            if key in ("server", "pool", "peer") and node.value:
                local = bool(_REFERENCE.fullmatch(node.value)) or node.value in (
                    "127.0.0.1",
                    "localhost",
                    "::1",
                )
                yield TimeSource(source.at(node), key, node.value, local)

    return read


def read_commands(source: Source) -> Iterator[object]:
    """``ntpdate`` in scripts and cron lines, and time sources appended to a file."""
    for node in source.nodes:
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
        if re.search(r"(?:ntp|chrony)\S*\.conf", target):
            for child in node.children:
                for offset, line in enumerate(child.rest.split("\n")):
                    found = re.match(r"\s*(server|pool|peer)\s+(\S+)", line)
                    if found:
                        name = found.group(2)
                        place = source.at(child.line + offset)
                        yield TimeSource(place, found.group(1), name, bool(_REFERENCE.fullmatch(name)))


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
