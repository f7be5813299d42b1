"""Commands that other commands carry out: on another host, in a container, as another user."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from fournines.kit.audit.node import Node
from fournines.kit.audit.shell import parse_shell

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

_DEEPEST = 4
_LONGEST = 8 * 1024
_SHORT = 200
"""Characters of a command line that is remembered: what is remembered must stay small."""
_REMOTE = {
    "ssh": "-i -p -l -o -F -J -b -c -L -R -D -E -e -m -O -Q -S -W -w",
    "pssh": "-h -H -l -p -t -o -e -x -O --hosts --host --user --timeout --par",
    "pdsh": "-w -l -g -f -t -u -x -R",
    "clush": "-w -g -x -X -f -l -o -t -u",
    "docker": "-u --user -e --env -w --workdir",
    "podman": "-u --user -e --env -w --workdir",
    "kubectl": "-n --namespace -c --container",
}
"""Programs that take a command behind their own words, and their options that have a value."""
_REMOTE["parallel-ssh"] = _REMOTE["pssh"]
_TARGETS = {"ssh": 1, "docker": 1, "podman": 1, "kubectl": 1}
"""Words between the options and the command: the host or the container."""
_EXEC = frozenset({"docker", "podman", "kubectl"})
_SHELLS = frozenset({"sh", "bash", "dash", "ksh", "su", "vagrant"})
_BEFORE = frozenset({"sudo", "nohup", "exec", "time", "command", "!", "run"})
_HANDING = _BEFORE | _SHELLS | _REMOTE.keys() | {"ansible", "salt", "lxc", "lxc-attach", "nsenter", "pct"}
"""First words behind which there may be a command that is handed on."""

_PROGRAM = re.compile(r"(\w+)=((?:/[\w.\-]+)+(?: -[\w\-]+)*|[\w.\-]+)")
"""``IPT=/sbin/iptables``: a name for a program, or for one with options."""
_NAMED = re.compile(r"\$\{?(\w+)\}?")


def named(nodes: Sequence[Node]) -> Iterator[Node]:
    """The nodes, with the program put in where a command begins with the name that was given to it."""
    given: dict[str, list[str]] = {}
    for node in nodes:
        words = node.words
        match = _PROGRAM.fullmatch(words[-1]) if len(words) <= _SETTING else None
        if match and (len(words) == 1 or words[0] in ("export", "readonly")):
            given[match.group(1)] = match.group(2).split()
        called = _NAMED.fullmatch(words[0]) if words and words[0].startswith("$") else None
        if called and called.group(1) in given:
            yield replace(node, words=(*given[called.group(1)], *words[1:]))
        else:
            yield node


_SETTING = 2
"""Words of a command that gives one name its value: ``export NAME=VALUE``."""


def carried(node: Node) -> Iterator[Node]:
    """A command, and behind it what it hands on: ``ssh h2 "a; b"``, ``ssh h2 <<EOF``, ``bash -s <<EOF``.

    What stands in its words is on the line of the outer one, what stands in a here-document on its own.
    """
    yield node
    yield from _inner(node, 0)


def _inner(node: Node, depth: int) -> Iterator[Node]:
    if depth == _DEEPEST:
        return
    text = handed_on(node.words)
    found = _handed(node, text[:_LONGEST]) if text else _read(node)
    for inner in found:
        yield inner
        yield from _inner(inner, depth + 1)


@lru_cache(4096)
def _commands(text: str) -> tuple[Node, ...]:
    """The commands of a short line: what is done to each of many hosts is the same each time."""
    return parse_shell(text).nodes


def _handed(node: Node, text: str) -> Iterator[Node]:
    """The commands of a line that a command is given; the first that reads its input reads all of it."""
    fed = node.children
    for said in _commands(text) if len(text) <= _SHORT else parse_shell(text).nodes:
        own = tuple(replace(child, line=node.line) for child in said.children)
        yield Node(said.words, node.line, (*own, *fed), said.rest)
        if fed and (_reads_commands(said.words) or handed_on(said.words)):
            fed = ()


def _read(node: Node) -> Iterator[Node]:
    """The commands that a shell reads from a here-document."""
    for body in node.all("<<") if node.children and _reads_commands(node.words) else ():
        before = body.line - 1
        for said in parse_shell(body.rest).nodes:
            own = tuple(replace(child, line=child.line + before) for child in said.children)
            yield Node(said.words, said.line + before, own, said.rest)


def handed_on(words: Sequence[str]) -> str:
    """The command line another command is given to run, as the shell behind it reads it; empty if none."""
    if words and "/" not in words[0] and words[0] not in _HANDING:
        return ""  # nearly all: a script may have forty thousand
    bare = without(words, _BEFORE)
    name = program_of(bare)
    if name in ("ansible", "salt"):
        return _after(bare, "-a" if name == "ansible" else "cmd.run")
    if name in _SHELLS:
        return _after(bare, "-c")
    if name in ("lxc", "lxc-attach", "nsenter", "pct") and "--" in bare:
        return " ".join(bare[bare.index("--") + 1 :])
    return _behind(name, bare[1:]) if name in _REMOTE else ""


def without(words: Sequence[str], before: Collection[str]) -> list[str]:
    """A command without the words that carry it out, and their options: ``sudo -u mysql``, ``nohup``."""
    if not words or words[0] not in before:
        return list(words)
    at = 0
    while at < len(words) and words[at] in before:
        at += 1
        while at < len(words) and words[at].startswith("-"):
            at += 2 if words[at] in ("-u", "-g") else 1
    return list(words[at:])


def program_of(words: Sequence[str]) -> str:
    """The name of the program that a command starts; empty where there is none."""
    return words[0].rpartition("/")[2] if words else ""


def _reads_commands(words: Sequence[str]) -> bool:
    """Whether a command without a command line of its own carries out what it reads."""
    bare = [word for word in words if word not in _BEFORE]
    name = program_of(bare)
    return name == "ssh" or name in _SHELLS or (name in _EXEC and bool(set(bare[-2:]) & _SHELLS))


def _after(words: Sequence[str], flag: str) -> str:
    index = words.index(flag) + 1 if flag in words else len(words)
    return words[index] if index < len(words) else ""


def _behind(name: str, words: list[str]) -> str:
    if name in _EXEC:
        if "exec" not in words[:4]:
            return ""
        words = words[words.index("exec") + 1 :]
    valued = _REMOTE[name].split()
    targets = _TARGETS.get(name, 0)
    at = 0
    while at < len(words) and (words[at].startswith("-") or targets):
        targets -= not words[at].startswith("-")
        at += 2 if words[at] in valued else 1
    return " ".join(words[at:])
