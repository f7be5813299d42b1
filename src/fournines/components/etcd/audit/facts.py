"""etcd's members as facts, told by environment, by YAML or on the command line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Kind, Place, Reader, Source, Syntax
from fournines.kit.audit.text import unfilled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LINES = 1000
_ENVIRONMENT = re.compile(r"\s*(?:export\s+|Environment=[\"']?)?ETCD_([A-Z_]{3,40})=(.*)")
_YAML = re.compile(r"([a-z][a-z\-]{2,40}):(?:\s+(.*))?")
_OPTION = re.compile(r"\s--?([a-z][a-z\-]{2,40})[=\s]\s*([^\s\\]{1,2000})")
_COMMAND = re.compile(r"(?:^|[\s=/])etcd(?:\s|$)", re.MULTILINE)


@dataclass(frozen=True)
class EtcdMember:
    """A member as its own options describe it; ``said`` holds each option by its long name."""

    at: Place
    said: Mapping[str, tuple[str, Place]] = field(repr=False, hash=False, compare=False)

    def get(self, name: str) -> str:
        """An option, empty where nothing or something unfinished is said."""
        value = self.said.get(name, ("", self.at))[0]
        return "" if unfilled(value) else value

    def place(self, *names: str) -> Place:
        """The line of the first of these options that is there, else the first line of all."""
        return next((self.said[name][1] for name in names if name in self.said), self.at)

    @property
    def cluster(self) -> tuple[tuple[str, str], ...]:
        """Name and URL of each member of ``initial-cluster``; etcd may be given several URLs of one."""
        parts = (part.strip().partition("=") for part in self.get("initial-cluster").split(","))
        return tuple((name, url.rstrip("/")) for name, equals, url in parts if equals and url)

    @property
    def names(self) -> frozenset[str]:
        """The members of its cluster."""
        return frozenset(name for name, _ in self.cluster)


def read(source: Source) -> Iterator[EtcdMember]:
    """The member of a file."""
    said: dict[str, tuple[str, Place]] = {}
    for number, line in enumerate(source.text.split("\n")[:_LINES], start=1):
        if match := _ENVIRONMENT.match(line):
            said[match.group(1).lower().replace("_", "-")] = _bare(match.group(2)), source.at(number)
        elif match := _YAML.match(line):
            said[match.group(1)] = _bare(match.group(2) or ""), source.at(number)
    if said:
        yield EtcdMember(source.at(1), said)
    else:
        yield from read_commands(source)


def read_commands(source: Source) -> Iterator[EtcdMember]:
    """A member that is started with options, in a unit or a script."""
    text = source.text
    if "--initial-cluster" not in text or not _COMMAND.search(text):
        return
    said: dict[str, tuple[str, Place]] = {}
    for match in _OPTION.finditer(text):
        if match.group(1) in said:  # a second member in the same text
            yield EtcdMember(next(iter(said.values()))[1], said)
            said = {}
        said[match.group(1)] = _bare(match.group(2)), source.at_character(match.start(1))
    if "initial-cluster" in said:
        yield EtcdMember(said["initial-cluster"][1], said)


def _bare(text: str) -> str:
    """A value without quotes and without the comment behind it."""
    text = text.strip()
    if text[:1] in "\"'" and text.find(text[:1], 1) > 0:
        return text[1 : text.find(text[:1], 1)]
    return text.partition(" #")[0].strip().rstrip("\"'")


ETCD = Kind(
    name="etcd",
    syntax=Syntax.LINES,
    names=(
        "default/etcd",
        "sysconfig/etcd",
        "etcd.conf",
        "etcd/*.conf",
        "etcd.env",
        "etcd/*.y*ml",
        "etcd*.y*ml",
    ),
    marks=(
        r"^\s*(?:export )?ETCD_(?:NAME|DATA_DIR|INITIAL_CLUSTER\w*|LISTEN_\w+|ADVERTISE_\w+|INITIAL_ADV\w+)=",
        r"^initial-(?:cluster|advertise-peer-urls|cluster-state|cluster-token):",
        r"^(?:listen|advertise)-(?:client|peer)-urls:",
    ),
    read=read,
)
UNITS = Reader("systemd unit", read_commands)
SCRIPTS = Reader("script", read_commands)
