"""What a container's environment tells a Galera member, as the file that could say the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.audit.pages.draft import Draft
from fournines.components.galera.audit.facts import DATABASE, ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from fournines.kit.audit.node import Node
    from fournines.kit.audit.source import Source

_OPTIONS = {
    "MARIADB_GALERA_CLUSTER_ADDRESS": "wsrep_cluster_address",
    "MARIADB_GALERA_CLUSTER_NAME": "wsrep_cluster_name",
    "MARIADB_GALERA_NODE_NAME": "wsrep_node_name",
    "MARIADB_GALERA_NODE_ADDRESS": "wsrep_node_address",
    "MARIADB_GALERA_SST_METHOD": "wsrep_sst_method",
    "WSREP_CLUSTER_ADDRESS": "wsrep_cluster_address",
    "WSREP_CLUSTER_NAME": "wsrep_cluster_name",
    "WSREP_NODE_NAME": "wsrep_node_name",
    "WSREP_NODE_ADDRESS": "wsrep_node_address",
}
"""Variables of the images bitnami/mariadb-galera and panubo/mariadb-galera, and the options they become."""
_FOUNDING = frozenset(
    {"MARIADB_GALERA_CLUSTER_BOOTSTRAP", "MARIADB_GALERA_FORCE_SAFETOBOOTSTRAP", "WSREP_NEW_CLUSTER"}
)
_XTRADB, _JOINS = "CLUSTER_NAME", "CLUSTER_JOIN"
"""What percona's image takes: a member that is told to join nobody begins a cluster at each start."""
_YES = frozenset({"yes", "true", "1", "on"})
_PAIR = re.compile(
    r"[ \t]*+(?:- ++)?[\"']?([A-Z][A-Z0-9_]{3,60}+)[\"']?(?:=|: ++)[\"']?+([^\"'\n]*+)[\"']?+[ \t]*+"
)
_NAME = re.compile(r"[ \t]*+(?:- ++)?name: *+[\"']?([A-Z][A-Z0-9_]{3,60}+)[\"']?[ \t]*+")
_VALUE = re.compile(r"[ \t]*+value: *+[\"']?+([^\"'\n]*+)[\"']?+[ \t]*+")
_NEXT = "---"
"""The line between two documents, among the variables."""


def speaks(text: str) -> bool:
    """Whether a text names a variable that is known."""
    return "_GALERA_" in text or "WSREP_" in text


def options(pairs: Iterable[tuple[str, str, int]]) -> Draft | None:
    """The file that these variables, with their values and lines, amount to; None where none is known."""
    said: list[tuple[str, int]] = []
    founding = False
    for name, value, line in pairs:
        if name in _OPTIONS:
            said.append((f"{_OPTIONS[name]} = {_address(name, value)}", line))
        elif name in _FOUNDING and value.strip().lower() in _YES and not founding:
            said.append(("wsrep_new_cluster", line))
            founding = True
    if not said:
        return None
    first = said[0][1]
    text = "\n".join(["[mysqld]", "wsrep_on = ON", *(option for option, _ in said)])
    return Draft(ENVIRONMENT, DATABASE, text, (first, first, *(line for _, line in said)), excerpt=True)


def _address(name: str, value: str) -> str:
    """A value as the option has it: some images put the scheme before the list of members themselves."""
    bare = name.endswith("CLUSTER_ADDRESS") and value and "://" not in value and not value.startswith("$")
    return f"gcomm://{value}" if bare else value


def xtradb(pairs: Iterable[tuple[str, str, int]]) -> Draft | None:
    """The same of percona's image, which joins whom it is told and founds a cluster where that is nobody."""
    said = {name: (value, line) for name, value, line in pairs}
    if _XTRADB not in said:
        return None
    name, first = said[_XTRADB]
    joins, line = said.get(_JOINS, ("", first))
    options_ = (f"wsrep_cluster_address = gcomm://{joins}", f"wsrep_cluster_name = {name}")
    text = "\n".join(["[mysqld]", "wsrep_on = ON", *options_])
    return Draft(ENVIRONMENT, DATABASE, text, (first, first, line, first), excerpt=True)


def named_pairs(text: str) -> Iterator[tuple[str, str, int]]:
    """The variables that lines set: ``K=V``, ``- K=V``, ``K: V``, and a manifest's ``name`` and ``value``."""
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        if line.startswith("---"):
            yield _NEXT, "", number
        name = _NAME.fullmatch(line)
        value = _VALUE.fullmatch(lines[number]) if name and number < len(lines) else None
        pair = None if name else _PAIR.fullmatch(line)
        if name and value:
            yield name[1], value[1].strip(), number + 1
        elif pair:
            yield pair[1], pair[2].strip(), number


def of_lines(text: str) -> Iterator[Draft]:
    """What each document of a manifest, or a file of variables, tells its containers."""
    pairs: list[tuple[str, str, int]] = []
    for name, value, line in named_pairs(text) if speaks(text) else ():
        if name == _NEXT:
            yield from filter(None, [options(pairs)])
            pairs = []
        pairs.append((name, value, line))
    yield from filter(None, [options(pairs)])


def of_commands(source: Source) -> Iterator[Draft]:
    """What ``docker run -e K=V`` tells each container, and ``export`` those that are started after it."""
    exported: list[tuple[str, str, int]] = []
    for node in source.commands if speaks(source.text) else ():
        given = list(_given(source, node))
        if node.key == "export":
            exported += given
        else:
            yield from filter(None, [options(given)])
    yield from filter(None, [options(exported)])


def _given(source: Source, node: Node) -> Iterator[tuple[str, str, int]]:
    words: Sequence[str] = node.words
    line = source.at(node).line
    if node.key == "export":
        for word in words[1:]:
            name, _, given = word.partition("=")
            yield name, given, line
    for word, value in zip(words, (*words[1:], ""), strict=True):
        said = (
            value
            if word in ("-e", "--env")
            else word.partition("--env=")[2]
            if word.startswith("--env=")
            else ""
        )
        name, equals, given = said.partition("=")
        if equals:
            yield name, given, line
