"""OVN's databases as facts: which hosts hold a copy of them, and by which addresses they are asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Kind, Place, Reader, Source, Syntax
from fournines.kit.audit.text import unfilled

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPTION = re.compile(r"--db-(nb|sb)-(addr|cluster-local-addr|cluster-remote-addr|sync-from-addr)=(\S{1,200})")
_REMOTE = re.compile(r"\bovn-remote=([^\s;&|]{1,500})")
_CONNECTION = re.compile(r"(?:tcp|ssl):(\[[0-9a-fA-F:.]+\]|[\w.\-]+)(?::\d{1,5})?")
_NAMES = {"nb": "northbound", "sb": "southbound"}


@dataclass(frozen=True)
class OvnDatabase:
    """A host's copy of one database: ``listens`` and ``local`` are its own addresses, empty where unsaid.

    ``remote`` is the member it joins, ``follows`` the one that a copy without votes is taken from.
    """

    at: Place
    name: str
    listens: str
    local: str
    remote: str
    follows: str


@dataclass(frozen=True)
class OvnRemote:
    """Where a host's controller asks for the southbound database."""

    at: Place
    addresses: tuple[str, ...]


def connections(text: str) -> tuple[str, ...]:
    """The hosts of ``tcp:10.0.0.1:6641,ssl:10.0.0.2:6641``; none where one of them is still a placeholder."""
    if unfilled(text):
        return ()
    return tuple(dict.fromkeys(match.group(1).strip("[]").lower() for match in _CONNECTION.finditer(text)))


def read(source: Source) -> Iterator[OvnDatabase | OvnRemote]:
    """The databases that options of ovn-ctl speak of, and the remotes that commands set."""
    found: dict[str, dict[str, str]] = {}
    places: dict[str, Place] = {}
    for match in _OPTION.finditer(source.text):
        if _commented(source.text, match.start()):
            continue
        name, option, value = match.groups()
        if option in found.get(name, {}):  # the next host's, in a page that shows one after the other
            yield _database(places[name], name, found.pop(name))
        if name not in found:
            places[name] = source.at_character(match.start())
        found.setdefault(name, {})[option] = _address(value)
    for name, said in found.items():
        yield _database(places[name], name, said)
    for match in _REMOTE.finditer(source.text):
        listed = connections(match.group(1))
        if listed and not _commented(source.text, match.start()):
            yield OvnRemote(source.at_character(match.start()), listed)


def _commented(text: str, position: int) -> bool:
    return text[text.rfind("\n", 0, position) + 1 : position].lstrip().startswith("#")


def _database(at: Place, name: str, said: dict[str, str]) -> OvnDatabase:
    own = (said.get("addr", ""), said.get("cluster-local-addr", ""), said.get("cluster-remote-addr", ""))
    return OvnDatabase(at, _NAMES[name], *own, said.get("sync-from-addr", ""))


def _address(text: str) -> str:
    bare = text.strip("\"'\\,;)").strip("[]").lower()
    return "" if unfilled(bare) else bare


OVN = Kind(
    name="ovn-central",
    syntax=Syntax.LINES,
    names=("default/ovn-central", "sysconfig/ovn-northd", "sysconfig/ovn", "default/ovn-host", "ovn-central"),
    marks=(r"^\s*(?:export )?OVN_(?:CTL|NORTHD|CONTROLLER)_OPTS=", r"--db-[ns]b-(?:cluster-)?\w+-addr="),
    read=read,
)
SCRIPTS = Reader("script", read)
COMMANDS = Reader("commands", read)
