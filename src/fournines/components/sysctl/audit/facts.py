"""Kernel settings as facts: sysctl.conf, sysctl.d and the commands that write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Kind, Place, Reader, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

_SETTING = re.compile(r"^(?:-\s*)?([a-z]\w*(?:[./][\w\-]+)+)\s*=\s*(\S.*)$")


@dataclass(frozen=True)
class Sysctl:
    """One setting, its name with dots (``net.ipv4.tcp_retries2``); ``lasting`` unless a reboot forgets it."""

    at: Place
    name: str
    value: str
    lasting: bool = True

    @property
    def number(self) -> int | None:
        """The value as a number."""
        return int(self.value) if re.fullmatch(r"-?\d{1,18}", self.value) else None


def read(source: Source) -> Iterator[Sysctl]:
    """The settings of a file."""
    for node in source.nodes:
        if len(node.words) > 1:
            name = node.key.lstrip("- ").replace("/", ".")
            yield Sysctl(source.at(node), name, " ".join(node.args))


def read_commands(source: Source) -> Iterator[Sysctl]:
    """``sysctl -w``, ``echo ... > /proc/sys/...`` and ``echo ... >> /etc/sysctl.conf`` in a script."""
    for node in source.commands if source.speaks_of("sysctl", "/proc/sys/") else ():
        words = list(node.words)
        place = source.at(node)
        if words and words[0].rsplit("/", 1)[-1] == "sysctl":
            for word in words[1:]:
                match = _SETTING.match(word)
                if match:
                    yield Sysctl(place, match.group(1).replace("/", "."), match.group(2), lasting=False)
        target = next((b for a, b in pairwise(words) if a in (">", ">>")), "")
        if target.startswith("/proc/sys/") and words[0] == "echo":
            name = target.removeprefix("/proc/sys/").replace("/", ".")
            yield Sysctl(place, name, words[1], lasting=False)
        elif "sysctl" in target:
            for child in node.children:
                for offset, line in enumerate(child.rest.split("\n")):
                    yield from _line(source.at(child.line + offset), line)
            if words[0] in ("echo", "printf"):
                yield from _line(place, words[1] if len(words) > 1 else "")


def _line(place: Place, line: str) -> Iterator[Sysctl]:
    match = _SETTING.match(line.strip())
    if match:
        yield Sysctl(place, match.group(1).replace("/", "."), match.group(2).strip())


SYSCTL = Kind(
    name="sysctl",
    syntax=Syntax.INI,
    names=("sysctl.conf", "sysctl.d/*.conf", "*sysctl*.conf"),
    marks=(r"^\s*(?:net|vm|kernel|fs)\.[\w.\-]+\s*=\s*\S+", r"^\s*net\.ipv[46]\.[\w.\-]+\s*=\s*\d+"),
    read=read,
)
COMMANDS = Reader("script", read_commands)
