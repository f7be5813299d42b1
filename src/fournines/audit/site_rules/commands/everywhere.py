"""Where the commands of a script or a page are carried out, and which of them only one host may carry out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from fournines.audit.pages.values import settled
from fournines.kit.audit.shell import BLOCK_WORDS
from fournines.kit.audit.source import ALL_HOSTS
from fournines.kit.audit.wrapped import handed_on, program_of, without

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.node import Node
    from fournines.kit.audit.source import Place, Source

_BEFORE = frozenset({"sudo", "nohup", "exec", "time", "command", "env"})
_FAN_OUT = frozenset({"pssh", "parallel-ssh", "pdsh", "clush", "xargs", "parallel"})
"""Programs that carry one command out on many hosts."""
_VALUED = "-i -p -l -o -F -J -b -c -L -R -D -E -e -m -O -Q -S -W -w".split()  # noqa: SIM905 - options in a row
_SAYING = frozenset({"echo", "printf", "grep", "man", "which", "type", "logger", "#", "alias"})
_NAME = re.compile(r"\$\{?(\w+)")
_ONE = re.compile(r"\d")
"""A pattern of Ansible that names one host, by its number; one without is a group's."""
_SOME = re.compile(r"\[|^(?:localhost|master|primary|first|bootstrap)")
"""A pattern for one of a group, whichever that is."""


@dataclass(frozen=True)
class Sent:
    """A command and the hosts it is carried out on: ``ALL_HOSTS`` for several, none where nothing says it."""

    at: Place
    section: tuple[str, str]
    words: tuple[str, ...]
    hosts: tuple[str, ...]

    @property
    def text(self) -> str:
        """The command in one line."""
        return " ".join(self.words)


def sent(site: Evidence) -> tuple[Sent, ...]:
    """Every command of the scripts and pages of a site, with where it is carried out."""
    return site.derived(_sent)


def _sent(site: Evidence) -> tuple[Sent, ...]:
    kinds = ("script", "commands", "cluster commands")
    return tuple(one for source in site.kinds(*kinds) for one in _Reader(source).read())


@dataclass
class _Loop:
    """A loop that is open: its name, the values it takes, and whether some may be left out."""

    name: str
    values: tuple[str, ...]
    some: bool = False


@dataclass
class _Reader:
    source: Source
    loops: list[_Loop] = field(default_factory=list)
    branches: list[str] = field(default_factory=list)

    def read(self) -> Iterator[Sent]:
        known = settled(self.source.nodes)
        nodes = [carried[0] for carried in self.source.carried]
        where = (_home(self.source), self.source.section)
        for index, (node, carried) in enumerate(zip(nodes, self.source.carried, strict=True)):
            after = nodes[index + 1] if index + 1 < len(nodes) else None
            if self._opens(node, after, known):
                continue
            before = nodes[index - 1] if index else None
            hosts = () if self.branches or (before and _decides(before)) else self._hosts(node)
            for inner in carried:
                if before and _decides(before):
                    hosts = ()
                before = inner
                words = _done(inner.words)
                if words:
                    yield Sent(self.source.at(inner), where, words, hosts)

    def _opens(self, node: Node, after: Node | None, known: Mapping[str, str]) -> bool:
        """Follow the words of the shell that open and close blocks; whether this node is one of them."""
        key = node.key if len(node.words) == 1 else ""
        if key in ("for", "while", "until") and after is not None:
            self.loops.append(_loop(key, after, known, _body(self.source.nodes, node)))
        elif key == "done" and self.loops:
            self.loops.pop()
        elif key in ("if", "case"):
            self.branches.append(key)
        elif key in ("fi", "esac") and self.branches:
            self.branches.pop()
        return bool(key) and key in (*_WORDS, "break")

    def _hosts(self, node: Node) -> tuple[str, ...]:
        words = without(node.words, _BEFORE)
        name, text = program_of(words), " ".join(words)
        loop = next((one for one in reversed(self.loops) if one.name in _NAME.findall(text)), None)
        if loop is not None:
            return () if loop.some else loop.values
        if name in _FAN_OUT:
            return _fanned(name, words)
        if name in ("ansible", "salt"):
            return _grouped(words[1:])
        if name == "ssh":
            return _target(words[1:])
        host = self.source.typed.get(node.line, "") or self.source.host
        return (host,) if host else ()


_WORDS = BLOCK_WORDS - {"function", "select"}
_TESTS = frozenset({"[", "[[", "test", "grep", "if", "egrep"})


def _decides(node: Node) -> bool:
    """Whether a test stands before the next command, at whatever host it is carried out."""
    tests = _tests(node.words)
    return bool(tests) and (node.rest in ("&&", "||") or tests == "if")


@lru_cache(1024)
def _tests(words: tuple[str, ...]) -> str:
    """The first word of a command that is a test; empty for any other. A script has the same ones often."""
    found = handed_on(words).split() or without(words, _BEFORE)
    return found[0] if program_of(found) in _TESTS else ""


@lru_cache(1024)
def _done(words: tuple[str, ...]) -> tuple[str, ...]:
    """What a command does itself; nothing where it hands that on to another, or only speaks of it."""
    if handed_on(words):
        return ()
    bare = without(words, _BEFORE)
    return tuple(bare) if program_of(bare) not in _SAYING else ()


def _home(source: Source) -> str:
    """The file whose commands belong together: copies of one script on several hosts are one."""
    return source.name.rpartition("/")[2] if source.host and not source.lines else source.path


def _body(nodes: Sequence[Node], opened: Node) -> Sequence[Node]:
    """The nodes of a loop, as far as its end can be seen."""
    start = next(i for i, node in enumerate(nodes) if node is opened)
    depth = 0
    for index, node in enumerate(nodes[start:], start):
        if len(node.words) == 1:
            depth += (node.key in ("for", "while", "until")) - (node.key == "done")
            if depth == 0:
                return nodes[start:index]
    return nodes[start:]


def _loop(key: str, head: Node, known: Mapping[str, str], body: Sequence[Node]) -> _Loop:
    """``for NAME in WORDS``, ``while read NAME``: a break, and not all get their turn."""
    some = any("break" in node.words[:1] for node in body)
    if key != "for":
        name = head.words[-1] if head.key == "read" else ""
        return _Loop(name, (ALL_HOSTS,), some)
    words = [word for item in head.words[2:] for word in _filled(item, known)]
    plain = all(not set(word) & set("$`*(@") for word in words)
    return _Loop(head.key, tuple(dict.fromkeys(words)) if plain and words else (ALL_HOSTS,), some)


def _filled(word: str, known: Mapping[str, str]) -> list[str]:
    name = re.fullmatch(r"\$\{?(\w+)\}?", word)
    return known[name.group(1)].split() if name and name.group(1) in known else [word]


def _target(words: Sequence[str]) -> tuple[str, ...]:
    """The host behind ``ssh``."""
    skip = False
    for word in words:
        if skip or word.startswith("-"):
            skip = not skip and word in _VALUED
        else:
            return (word.rpartition("@")[2].lower(),)
    return ()


def _fanned(name: str, words: Sequence[str]) -> tuple[str, ...]:
    """The hosts of pssh and its kin, as far as they are named; several for xargs that runs ssh."""
    if name in ("xargs", "parallel"):
        return (ALL_HOSTS,) if {"ssh", "lxc", "docker"} & set(words) else ()
    for option, value in zip(words, (*words[1:], ""), strict=True):
        if option in ("-H", "-w", "--host"):
            listed = tuple(host.rpartition("@")[2] for host in re.split(r"[ ,]+", value) if host)
            return listed if all("[" not in host for host in listed) else (ALL_HOSTS,)
    return (ALL_HOSTS,)


def _grouped(words: Sequence[str]) -> tuple[str, ...]:
    """The hosts of Ansible's pattern: one for a host's name or a limit to one, several for a group."""
    limit = next((b for a, b in zip(words, (*words[1:], ""), strict=True) if a in ("-l", "--limit")), "")
    limit = limit or next((w.partition("=")[2] for w in words if w.startswith("--limit=")), "")
    flags = (False, *(word in ("-i", "-m", "-a", "-u", "-f", "-e") for word in words))
    bare = [w for w, valued in zip(words, flags, strict=False) if not w.startswith("-") and not valued]
    pattern = limit or (bare[0] if bare else "")
    if not pattern or _SOME.search(pattern):
        return ()
    listed = tuple(part for part in re.split(r"[,:]", pattern) if part)
    return listed if len(listed) > 1 or _ONE.search(pattern) else (ALL_HOSTS,)


@dataclass(frozen=True)
class Spread:
    """A command that several hosts carry out: where it first goes beyond one, and the places before."""

    at: Place
    hosts: tuple[str, ...]
    related: tuple[Place, ...] = ()

    @property
    def who(self) -> str:
        """The hosts, for a sentence."""
        named = [host for host in self.hosts if host != ALL_HOSTS]
        return ", ".join(named[:5]) if len(named) > 1 else "every host it is given to"


def spread(site: Evidence, which: Callable[[Sent], str | None]) -> Iterator[Spread]:
    """The commands that several hosts carry out, section by section.

    ``which`` says of the words of a command what it is done to (empty where there is but one such thing),
    None for one that is not meant; of equal commands the first is asked about.
    """
    first: dict[object, Spread] = {}
    done: set[object] = set()
    known: dict[tuple[str, ...], str | None] = {}
    for one in sent(site):
        if not one.hosts:
            continue
        if one.words not in known:
            known[one.words] = which(one)
        what = known[one.words]
        if what is None:
            continue
        key = (*one.section, what)
        before = first.get(key)
        hosts = tuple(dict.fromkeys((*(before.hosts if before else ()), *one.hosts)))
        related = () if before is None else (before.at, *before.related)
        first[key] = (
            replace(before, hosts=hosts) if before and key in done else Spread(one.at, hosts, related)
        )
        if len(hosts) > 1 or ALL_HOSTS in hosts:
            done.add(key)
    yield from (first[key] for key in first if key in done)
