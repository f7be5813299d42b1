"""Keywords that are almost HAProxy's: it refuses to start over them."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from fournines.components.haproxy.audit.facts import HaproxyFile
from fournines.components.haproxy.audit.facts.keywords import (
    BALANCE,
    MODE,
    OPTION,
    PROXY,
    SERVER_FLAGS,
    TIMEOUT,
)
from fournines.components.haproxy.audit.facts.lines import VALUED
from fournines.components.haproxy.audit.rules.example import GLOBAL, api, haproxy
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.node import Node
    from fournines.kit.audit.source import Place

_SECTIONS = ("listen", "frontend", "backend", "defaults")
_MOST = 20
"""Misspelt lines that are told of one file: more of them, and it is no haproxy.cfg."""
_ALIKE = 0.78


_SECOND = {"option": OPTION, "balance": BALANCE, "timeout": TIMEOUT}
"""Keywords whose second word is one of a few."""


def _meant(word: str, known: frozenset[str]) -> str:
    """The keyword a word is almost, or the empty string: for words nobody knows, too."""
    if word in known or len(word) < 4 or not word.replace("-", "").replace("_", "").isalpha():  # noqa: PLR2004 - too short to be like another
        return ""
    return next(iter(get_close_matches(word, known, n=1, cutoff=_ALIKE)), "")


_SHORT = dict.fromkeys(("bnd", "bid", "bin", "ind"), "bind") | {"mod": "mode", "ode": "mode"}
"""Words with one letter missing that are too short to be compared with every keyword."""


def _misspelt(node: Node) -> tuple[str, str] | None:
    """A word of this line and the one that is meant."""
    words = node.words[1:] if node.key == "no" else node.words
    if not words:
        return None
    meant = _meant(words[0], PROXY) or _SHORT.get(words[0], "")
    if meant:
        return words[0], meant
    second = words[1] if len(words) > 1 else ""
    if words[0] == "mode" and second.isalpha() and second not in MODE:
        return second, next(iter(get_close_matches(second, MODE, n=1)), "http or tcp")
    if words[0] in _SECOND:
        known = _SECOND[words[0]]
        meant = _meant(second.partition("(")[0], known)
        return (second, meant) if meant else None
    if words[0] in ("server", "default-server"):
        return _in_server(words[3:] if words[0] == "server" else words[1:])
    return None


def _in_server(words: tuple[str, ...]) -> tuple[str, str] | None:
    skip = False
    for word in words:
        if skip or word in VALUED:
            skip = not skip
        else:
            meant = _meant(word, SERVER_FLAGS | VALUED)
            if meant:
                return word, meant
    return None


@rule(
    "HA045",
    Severity.ERROR,
    "A keyword that HAProxy does not know",
    consequence=Consequence.DOWN,
    why="'unknown keyword' is fatal: HAProxy does not start with this file, and a reload keeps the old one "
    "until the next reboot",
    fix="write the keyword as the manual does, and run haproxy -c -f before every reload",
    source="HAProxy 2.6: 'unknown keyword ... in ... section'; configuration manual 4",
    bad={"haproxy.cfg": haproxy(api("sever c1 10.0.0.11:5000 check\nserver c2 10.0.0.12:5000 check"))},
    good={"haproxy.cfg": haproxy(api())},
    points_at="sever c1 10.0.0.11:5000 check",
)
def misspelt(site: Evidence) -> Iterator[Hit | Unknown]:
    for file in site.all(HaproxyFile):
        told = 0
        for section in file.source.nodes:
            for node in section.children if section.key in _SECTIONS else ():
                found = _misspelt(node)
                if found and told < _MOST:
                    told += 1
                    yield Hit(file.source.at(node), f"{found[0]} is no keyword: {found[1]} is meant")


_REMOVED = (
    (("nbproc",), "2.5"),
    (("bind-process",), "2.5"),
    (("clitimeout",), "2.1"),
    (("contimeout",), "2.1"),
    (("srvtimeout",), "2.1"),
    (("redisp",), "2.1"),
    (("redispatch",), "2.1"),
    (("reqadd",), "2.1"),
    (("reqirep",), "2.1"),
    (("reqrep",), "2.1"),
    (("reqidel",), "2.1"),
    (("reqdel",), "2.1"),
    (("reqdeny",), "2.1"),
    (("reqideny",), "2.1"),
    (("rspadd",), "2.1"),
    (("rspdel",), "2.1"),
    (("rspidel",), "2.1"),
    (("rspirep",), "2.1"),
    (("rsprep",), "2.1"),
    (("block",), "2.1"),
    (("option", "forceclose"), "2.0"),
    (("option", "http-tunnel"), "2.1"),
    (("option", "http-use-htx"), "2.2"),
    (("appsession",), "1.6"),
    (("monitor-net",), "2.3"),
    (("mode", "health"), "2.3"),
)
"""Keywords and the version that removed them; HAProxy CHANGELOG."""


_REMOVED_BY_KEY = {words[0]: [pair for pair in _REMOVED if pair[0][0] == words[0]] for words, _ in _REMOVED}


@rule(
    "HA026",
    Severity.WARNING,
    "A keyword that current HAProxy refuses",
    consequence=Consequence.FRAGILE,
    why="the file works with the old version, and the host that is upgraded first does not start HAProxy any "
    "more",
    fix="remove it: threads are on by default, http-request replaces req*, timeout replaces *timeout",
    source="HAProxy: 'nbproc is not supported any more since HAProxy 2.5'",
    bad={"haproxy.cfg": haproxy(api(), head=GLOBAL + "nbproc 2")},
    good={"haproxy.cfg": haproxy(api())},
    points_at="nbproc 2",
)
def removed(site: Evidence) -> Iterator[Hit | Unknown]:
    for file in site.all(HaproxyFile):
        gone = list(_gone(file))
        if not gone:
            continue
        said = "; ".join(
            dict.fromkeys(f"{words} is gone since HAProxy {version}" for _, words, version in gone)
        )
        old = all(_older(site, version) for _, _, version in gone)
        if _BEHIND_NAME in said and "haproxy" not in site.versions and not _newer(file):
            old = True
            said = f"written for HAProxy 1.6 or older: {said}"
        yield Hit(
            gone[0][0],
            said,
            related=tuple(place for place, _, _ in gone[1:]),
            severity=Severity.INFO if old else Severity.WARNING,
        )


_BEHIND_NAME = "an address behind the section's name"
_NEWER = frozenset({"http-request", "http-check", "filter", "program", "cache", "ring", "http-errors"})


def _newer(file: HaproxyFile) -> bool:
    """Whether a file has words beside the old ones that HAProxy 1.4 did not know: then it was moved on."""
    timeouts = {"client", "server", "connect"}
    return any(
        node.key in _NEWER or (node.key == "timeout" and node.words[1:2] and node.words[1] in timeouts)
        for section in file.source.nodes
        for node in (section, *section.children)
    )


def _gone(file: HaproxyFile) -> Iterator[tuple[Place, str, str]]:
    """Where a file says what was removed: the place, the words and the version."""
    for section in file.source.nodes:
        if section.key in ("listen", "frontend") and ":" in " ".join(section.words[2:3]):
            yield file.source.at(section), _BEHIND_NAME, "1.7"
        for node in section.children:
            for words, version in _REMOVED_BY_KEY.get(node.key, ()):
                if node.words[: len(words)] == words:
                    yield file.source.at(node), " ".join(words), version


def _older(site: Evidence, version: str) -> bool:
    """Whether the site is known to run a HAProxy that still has what this version removed."""
    running = re.match(r"(\d{1,3})\.(\d{1,3})", site.versions.get("haproxy", ""))
    major, minor = (int(part) for part in version.split("."))
    return running is not None and (int(running[1]), int(running[2])) < (major, minor)
