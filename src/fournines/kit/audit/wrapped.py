"""Commands that other commands carry out: on another host, in a container, as another user."""

from __future__ import annotations

import re
import shlex
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
_FEW = 16
"""Words of a command that is remembered."""
_REMOTE = {
    "ssh": "-i -p -l -o -F -J -b -c -L -R -D -E -e -m -O -Q -S -W -w",
    "pssh": "-h -H -l -p -t -o -e -x -O --hosts --host --user --timeout --par",
    "pdsh": "-w -l -g -f -t -u -x -R",
    "clush": "-w -g -x -X -f -l -o -t -u",
    "docker": "-u --user -e --env -w --workdir --index",
    "kubectl": "-n --namespace -c --container -f --filename",
}
"""Programs that take a command behind their own words, and their options that have a value."""
_REMOTE["parallel-ssh"] = _REMOTE["pssh"]
_REMOTE |= dict.fromkeys(
    ("podman", "nerdctl", "crictl", "docker-compose", "podman-compose"), _REMOTE["docker"]
)
_REMOTE["oc"] = _REMOTE["kubectl"]
_EXEC = _REMOTE.keys() - {"ssh", "pssh", "parallel-ssh", "pdsh", "clush"}
"""Programs that run a command in a container: its words as they are, no shell reads them once more."""
_TARGETS = {"ssh": 1, **dict.fromkeys(_EXEC, 1)}
"""Words between the options and the command: the host or the container."""
_VERBS = frozenset({"exec", "rsh"})
_STARTING = frozenset({"run", "up", "create"})
"""Verbs that start a container: a verb behind them is part of what it is started with."""
_MOST_BEFORE = 10
"""Words before the verb of those: their own options."""
_SHELLS = frozenset({"sh", "bash", "dash", "ksh", "su", "vagrant", "runuser"})
_DASHED = frozenset({"lxc", "lxc-attach", "incus", "nsenter", "pct", "juju", "runuser", "systemd-run"})
"""Programs whose command stands behind ``--``."""
_LAYERS = {
    "sudo": "-u -g -h -p -C -r -t -D -R -T -U --user --group", "doas": "-u -C", "env": "-u -C --unset",
    "timeout": "-s -k --signal --kill-after", "nice": "-n --adjustment", "ionice": "-c -n -p", "chroot": "",
    "sshpass": "-p -f -d -P", "stdbuf": "-i -o -e", "setsid": "", "unbuffer": "", "flock": "-w -E --timeout",
    "nohup": "", "exec": "-a", "time": "-f -o", "command": "", "!": "", "run": "", "chronic": "",
}  # fmt: skip
"""Programs and words of the shell before a command that stays what it is, and options that have a value."""
_LAID = {"timeout": 1, "chroot": 1, "flock": 1}
"""Words of their own before the command: how long, where."""
_BEFORE = frozenset({"sudo", "nohup", "exec", "time", "command", "!", "run"})
"""Those that every reader of commands knows by itself, as long as they have no options."""
_PEELED = _LAYERS.keys() - _BEFORE
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
_OPTION = re.compile(r"-[A-Za-z]{2,3}")
"""Options of one letter in one word: of ``-bw HOSTS`` the last has the value."""
_SHELL_MODULES = frozenset({"shell", "command", "raw"})
_TOLD = re.compile(r"(?:(?:chdir|creates|removes|executable)=\S+\s+|cmd=)*")
"""What Ansible's command modules take before the command itself."""
_HANDING = _BEFORE | _SHELLS | _DASHED | _REMOTE.keys() | {"ansible", "salt"}
"""First words behind which there may be a command that is handed on."""

_PROGRAM = re.compile(r"(\w+)=((?:/[\w.\-]+)+(?: -[\w\-]+)*|[\w.\-]+)")
"""``IPT=/sbin/iptables``: a name for a program, or for one with options."""
_NAMED = re.compile(r"\$\{?(\w+)\}?")


def named(nodes: Sequence[Node]) -> Iterator[Node]:
    """The nodes, peeled, with the program put in where a command begins with the name given to it."""
    given: dict[str, list[str]] = {}
    for node in nodes:
        words = node.words
        match = _PROGRAM.fullmatch(words[-1]) if 0 < len(words) <= _SETTING else None
        if match and (len(words) == 1 or words[0] in ("export", "readonly")):
            given[match.group(1)] = match.group(2).split()
        called = _NAMED.fullmatch(words[0]) if words and words[0].startswith("$") else None
        if called and called.group(1) in given:
            yield replace(node, words=(*given[called.group(1)], *words[1:]))
        else:
            yield peeled(node)


def peeled(node: Node) -> Node:
    """``timeout 60 pcs status``, ``sudo -u rabbitmq rabbitmqctl status``: the command without its wrapping.

    What every reader takes off by itself is left, and so is ``nohup``, which says something.
    """
    words = node.words
    if len(words) <= 1:
        return node
    first, second = words[:2]
    near = second.startswith("-") or second in _PEELED or "=" in second
    if not (first in _PEELED or "=" in first or (near and first in _BEFORE)) or first == "command":
        return node
    bare = unwrapped(words)
    kept = ("nohup",) if "nohup" in words[: len(words) - len(bare)] else ()
    return replace(node, words=(*kept, *bare)) if bare else node


_SETTING = 2
"""Words of a command that gives one name its value: ``export NAME=VALUE``."""


def carried(node: Node) -> Iterator[Node]:
    """A command, and behind it what it hands on: ``ssh h2 "a; b"``, ``ssh h2 <<EOF``, ``bash -s <<EOF``.

    What stands in its words begins on the line of the outer one, what stands in a here-document on its own.
    """
    yield node
    yield from _inner(node, 0)


def _inner(node: Node, depth: int) -> Iterator[Node]:
    if depth == _DEEPEST:
        return
    text = handed_on(node.words)
    found = _handed(node, text[:_LONGEST]) if text else _read(node)
    for inner in map(peeled, found):
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
        own = tuple(replace(child, line=node.line + child.line - 1) for child in said.children)
        yield Node(said.words, node.line + said.line - 1, (*own, *fed), said.rest)
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
    return _known(tuple(words)) if len(words) <= _FEW else _line(words)


@lru_cache(1024)
def _known(words: tuple[str, ...]) -> str:
    """The same, remembered: what is done to each of many hosts, and asked by each of many readers."""
    return _line(words)


def _line(words: Sequence[str]) -> str:
    bare = without(words, _BEFORE)
    name = program_of(bare)
    if name == "ansible":
        return _of_ansible(bare)
    if name == "salt":
        return _after(bare, "cmd.run")
    if name in _SHELLS and (text := _after(bare, "-c")):
        return text
    if name in _DASHED and "--" in bare:
        return shlex.join(bare[bare.index("--") + 1 :])
    return _behind(name, bare[1:]) if name in _REMOTE else ""


def _of_ansible(words: list[str]) -> str:
    """What ``-a`` says, where the module is one that runs a command; it is one when none is named."""
    module = _after(words, "-m", "--module-name")
    said = _after(words, "-a", "--args")
    given = not module or module.rpartition(".")[2] in _SHELL_MODULES
    told = _TOLD.match(said)
    return said[told.end() :] if given and told else ""


def without(words: Sequence[str], before: Collection[str]) -> list[str]:
    """A command without the words that carry it out, and their options: ``sudo -u mysql``, ``nohup``.

    What is set for this one command (``LANG=C crm status``) goes with them.
    """
    at = 0
    while at < len(words) and (words[at] in before or _sets(words, at)):
        name = words[at]
        at += 1
        valued = _LAYERS.get(name, "").split()
        own = _LAID.get(name, 0)
        while at < len(words) and (words[at].startswith("-") or own):
            own -= not words[at].startswith("-")
            at += 1 + _takes(words[at], valued)
    return list(words[at:])


def unwrapped(words: Sequence[str]) -> list[str]:
    """A command without any of the layers around it."""
    return without(words, _LAYERS)


def _sets(words: Sequence[str], at: int) -> bool:
    """Whether this word sets a variable for the command behind it."""
    return at + 1 < len(words) and "=" in words[at] and bool(_ASSIGNED.fullmatch(words[at]))


def _takes(option: str, valued: Collection[str]) -> bool:
    """Whether the next word is the value of this option."""
    return option in valued or bool(_OPTION.fullmatch(option) and f"-{option[-1]}" in valued)


def program_of(words: Sequence[str]) -> str:
    """The name of the program that a command starts; empty where there is none."""
    return words[0].rpartition("/")[2] if words else ""


def _reads_commands(words: Sequence[str]) -> bool:
    """Whether a command without a command line of its own carries out what it reads."""
    bare = [word for word in words if word not in _BEFORE]
    name = program_of(bare)
    return name == "ssh" or name in _SHELLS or (name in _EXEC and bool(set(bare[-2:]) & _SHELLS))


def _after(words: Sequence[str], *flags: str) -> str:
    """The value of an option by any of its names: ``-a X``, ``-ba X``, ``--args X``, ``--args=X``."""
    for word, value in zip(words, (*words[1:], ""), strict=True):
        name, equals, own = word.partition("=")
        if name in flags or _takes(word, flags):
            return own if equals else value
    return ""


def _behind(name: str, words: list[str]) -> str:
    """The command behind a program's own words and its target."""
    if name in _EXEC:
        verb = next((at for at, word in enumerate(words[:_MOST_BEFORE]) if word in _VERBS), None)
        if verb is None or not _STARTING.isdisjoint(words[:verb]):
            return ""
        words = words[verb + 1 :]
    valued = _REMOTE[name].split()
    targets = _TARGETS.get(name, 0)
    at = 0
    while at < len(words) and (words[at].startswith("-") or targets):
        targets -= not words[at].startswith("-")
        at += 1 + _takes(words[at], valued)
    return shlex.join(words[at:]) if name in _EXEC else " ".join(words[at:])
