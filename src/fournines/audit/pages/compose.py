"""What a compose file tells a database server on its command line, as the file that could say the same."""

from __future__ import annotations

import re
import shlex
from itertools import islice
from typing import TYPE_CHECKING

import yaml

from fournines.audit.pages.draft import Draft
from fournines.audit.pages.inside import environment
from fournines.audit.pages.playbook import LONGEST, child, items, pairs, text_of
from fournines.components.galera.audit.facts import DATABASE
from fournines.kit.audit.wrapped import handed_on, program_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SERVICES = re.compile(r"^services:[ \t]*(?:#.*)?$", re.MULTILINE)
_SPEAKS = re.compile(r"wsrep|mysqld|mariadb|mysql|percona", re.IGNORECASE)
_SERVER = re.compile(r"mariadb|mysql|percona|galera|pxc", re.IGNORECASE)
"""What the name of a database server's image has in it, its registry and its tag left out."""
_XTRADB = re.compile(r"xtradb|\bpxc", re.IGNORECASE)
_DAEMONS = frozenset({"mysqld", "mariadbd", "mysqld_safe", "mariadbd-safe"})
_MOST = 400
"""Services that are read of one file."""


def has_services(text: str) -> bool:
    """Whether a text has services that containers are made of."""
    return bool(_SERVICES.search(text))


def is_compose(text: str) -> bool:
    """Whether it has such, and a database server may be among them."""
    return len(text) <= LONGEST and has_services(text) and bool(_SPEAKS.search(text))


def compose(text: str) -> list[Draft]:
    """The options that the services' commands give database servers: each service's is a file of its own."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader) if is_compose(text) else None
    except (yaml.YAMLError, RecursionError):
        return []
    services = islice(pairs(child(root, "services")), _MOST)
    return [draft for _, service in services for draft in _of_service(service)]


def _of_service(service: yaml.Node) -> Iterator[Draft]:
    said = [pair for name in ("entrypoint", "command") for pair in _words(child(service, name))]
    words = [word for _, word in said]
    first = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
    program = program_of(tuple(words[:first][-1:]))
    ours = program in _DAEMONS or (
        program in ("", "docker-entrypoint.sh") and _serves(text_of(child(service, "image")))
    )
    wsrep = any(word.startswith(("--wsrep-", "--wsrep_")) for word in words)
    options = (
        [(line, word[2:]) for line, word in said[first:] if word.startswith("--")] if ours or wsrep else []
    )
    pairs_ = list(_told(child(service, "environment")))
    told = environment.options(pairs_)
    if told:
        yield told
    elif _XTRADB.search(text_of(child(service, "image"))):
        yield from filter(None, [environment.xtradb(pairs_)])
    if options:
        lines = (options[0][0], *(line for line, _ in options))
        yield Draft(
            "my.cnf", DATABASE, "\n".join(["[mysqld]", *(word for _, word in options)]), lines, excerpt=True
        )


def _told(node: yaml.Node | None) -> Iterator[tuple[str, str, int]]:
    """The variables of a service, written as a mapping or as a list of ``NAME=value``."""
    for name, value in pairs(node):
        yield name, text_of(value), value.start_mark.line + 1
    for part in items(node) if node is not None else ():
        name, _, given = text_of(part).partition("=")
        yield name, given, part.start_mark.line + 1


def _serves(image: str) -> bool:
    """Whether an image is a database server's, by its name: ``reg:5000/site/mariadb:11``."""
    name = image.rpartition("/")[2]
    return bool(_SERVER.search(name.partition("@")[0].partition(":")[0]))


def _words(node: yaml.Node | None) -> Iterator[tuple[int, str]]:
    """The words of a command with their lines, also where a shell is given it as one."""
    if node is None:
        return
    parts = items(node)
    words = [(part.start_mark.line + 1, text_of(part)) for part in parts]
    if not parts:
        words = [(node.start_mark.line + 1, word) for word in _split(text_of(node))]
    inner = handed_on([word for _, word in words])
    yield from ((words[-1][0], word) for word in _split(inner)) if inner else words


def _split(text: str) -> Sequence[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()
