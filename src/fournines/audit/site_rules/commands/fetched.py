"""A file that is fetched under one name and used under another."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import pairwise
from re import split
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.wrapped import program_of, without

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.node import Node
    from fournines.kit.audit.source import Source

_BEFORE = ("sudo", "env", "nohup", "time")
_READS = {
    "chmod": 1,
    "chown": 1,
    "dpkg": 0,
    "rpm": 0,
    "sh": 0,
    "bash": 0,
    "python": 0,
    "python3": 0,
    "unzip": 0,
}
"""Programs that need a file to be there, and how many of their plain words stand before its name."""
_MAKES = frozenset(
    {"cp", "mv", "ln", "touch", "tee", "tar", "unzip", "gunzip", "install", "git", "cd", "rsync", "scp"}
)
_CLOSE = 0.8
_STEPS = "Fetch it:\n\n    cd /usr/local/sbin\n    wget https://example.org/check-galera\n    chmod a+rx {}\n"


@dataclass(slots=True)
class _Folder:
    """What a block of commands has fetched into its folder; ``unsure`` once there may be more in it."""

    fetched: list[str] = field(default_factory=list)
    unsure: bool = False


@rule(
    "SY030",
    Severity.ERROR,
    "A file that is fetched under one name and used under another",
    consequence=Consequence.DOWN,
    why="the second command finds no such file, and what was fetched stays as it came: an agent or a check "
    "without the right to be executed is 'not installed' on every host",
    fix="the name the file was fetched under",
    source="chmod(1): cannot access; Pacemaker Explained, OCF_ERR_INSTALLED",
    bad={"howto.md": _STEPS.format("galera-check")},
    good={"howto.md": _STEPS.format("check-galera")},
    points_at="chmod a+rx galera-check",
)
def other_name(site: Evidence) -> Iterator[Hit | Unknown]:
    for source in site.kinds("commands"):
        yield from _followed(source)


def _followed(source: Source) -> Iterator[Hit]:
    folder = _Folder()
    for node in source.commands:
        words = [word for word in node.words if word not in _BEFORE]
        program = program_of(words)
        if program in ("wget", "curl"):
            folder.fetched.extend(_named(program, words[1:]))
        elif program in _READS:
            for name in _needed(program, words[1:]):
                meant = "" if folder.unsure else _meant(name, folder.fetched)
                if meant:
                    yield Hit(source.at(node), f"{name} is not what was fetched: that is {meant}")
        if program in _MAKES or _redirected(node):
            folder.unsure = folder.unsure or program != "cd" or bool(folder.fetched)


def _named(program: str, words: Sequence[str]) -> Iterator[str]:
    """The names that a download has in this folder."""
    said = next((b for a, b in pairwise(words) if a in ("-O", "-o", "--output")), "")
    if said and (program == "curl" or said != "-") and "://" not in said:
        yield from [said] if "/" not in said else []
        return
    if program == "curl" and not any(word.startswith("-") and "O" in word for word in words):
        return
    for word in words:
        if "://" in word:
            name = urlsplit(word).path.rpartition("/")[2]
            yield from [name] if name else []


def _needed(program: str, words: Sequence[str]) -> Iterator[str]:
    bare = [word for word in words if not word.startswith("-")]
    for name in bare[_READS[program] :]:
        if "/" not in name and not set(name) & set("*?$`<>[{"):
            yield name


def _meant(name: str, fetched: Sequence[str]) -> str:
    """The file that was fetched and is most likely meant; empty when the name is right, or quite another."""
    if name in fetched:
        return ""
    words = sorted(split(r"[-_.]", name.lower()))
    same = next((one for one in fetched if sorted(split(r"[-_.]", one.lower())) == words), "")
    return same or next(iter(get_close_matches(name, fetched, 1, _CLOSE)), "")


def _redirected(node: Node) -> bool:
    return any(word in (">", ">>") for word in node.words)


_MOVES = re.compile(
    r"https?://raw\.github(?:usercontent)?\.com/[^\s/]+/[^\s/]+/(?:refs/heads/)?(?:master|main|HEAD)/"
)
_AGENT = "Fetch it:\n\n    cd /usr/lib/ocf/resource.d/site\n    wget https://raw.githubusercontent.com/a/b/{}/ocf/app\n"
_AGENT += "    chmod a+rx app\n"


@rule(
    "SY039",
    Severity.INFO,
    "An agent that comes from a branch which moves",
    consequence=Consequence.FRAGILE,
    why="each host gets what the branch holds on the day it is set up: members of one cluster run different "
    "agents, and one that is replaced next year gets a third, or none",
    fix="a release or a commit in the address, or the distribution's package, the same on every host",
    source="Pacemaker Explained, Resource classes: the agent is a local file of each node",
    bad={"howto.md": _AGENT.format("master")},
    good={"howto.md": _AGENT.format("v1.4")},
    points_at="wget https://raw.githubusercontent.com/a/b/master/ocf/app",
)
def moving(site: Evidence) -> Iterator[Hit | Unknown]:
    found = []
    for source in site.kinds("commands", "script"):
        if "ocf" not in source.text or "raw.github" not in source.text:
            continue
        for node in source.commands:
            address = next((word for word in node.words if _MOVES.match(word)), "")
            inside = "resource.d" in source.text or "/ocf/" in address
            if address and inside and program_of(without(node.words, _BEFORE)) in ("wget", "curl"):
                found.append(source.at(node))
    if found:
        count = f"{len(found)} agents are" if len(found) > 1 else "this agent is"
        yield Hit(found[0], f"{count} taken from the head of a branch", tuple(found[1:]))
