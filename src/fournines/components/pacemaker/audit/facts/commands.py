"""``pcs`` and ``crm`` commands, in scripts and in pages, as the facts their cluster ends up with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.pacemaker.audit.facts.crm import agent, read_text
from fournines.components.pacemaker.audit.facts.crm_text import STATEMENTS, Statement, statements
from fournines.components.pacemaker.audit.facts.model import (
    Collection,
    Member,
    Op,
    Primitive,
    Property,
    Ref,
    Story,
    false,
    role,
    seconds,
    true,
)
from fournines.components.pacemaker.audit.facts.pcs_constraints import constraint, pairs
from fournines.components.pacemaker.audit.facts.properties import attribute, nvpairs
from fournines.kit.audit.source import Kind, Reader, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.node import Node
    from fournines.kit.audit.source import Place

_CLONES = {"clone": "clone", "--clone": "clone", "master": "promotable", "--master": "promotable"}
_CLONES |= {"promotable": "promotable"}
_SECTIONS = frozenset({"op", "meta", "group", "--group", "bundle", *_CLONES})
_VALUED = frozenset({"-f", "-u", "-p", "--name", "--before", "--after", "--group", "--request-timeout"})


def read_commands(source: Source) -> Iterator[object]:
    """The facts of the cluster commands in a source; nothing where there are none."""
    if not source.speaks_of("crm", "pcs", "cibadmin"):
        return
    yield from _crm(source)
    facts = [fact for node in source.commands for fact in _pcs(source, node)]
    words = [" ".join(node.words) for node in source.commands if "pcs" in node.words[:2]]
    if words:
        text = "\n".join(words)
        built = "cluster setup" in text and "resource create" in text
        yield Story(source.top, "pcs", whole=False, builds=built, text=text)
        yield from facts


_ENTERS = (["crm"], ["crm", "configure"])
"""Commands behind which statements are typed at crmsh's own prompt."""
_LEAVES = frozenset({"exit", "quit", "bye", "end", "sudo", "crm", "pcs", "systemctl"})


def _crm(source: Source) -> Iterator[object]:
    found: list[Statement] = []
    texts: list[str] = []
    entered = False
    for node in source.commands:
        words = _bare(node)
        first = words[0] if words else ""
        entered = words in _ENTERS or (entered and first not in _LEAVES)
        if entered and first in STATEMENTS and first != "crm" and len(words) > 1:
            found.append(Statement(words, [node.line] * len(words)))
            texts.append(" ".join(words))
        elif words[:1] == ["crm"] and "configure" in words[:4]:
            rest = words[words.index("configure") + 1 :]
            found += [Statement(rest, [node.line] * len(rest))] if rest else []
            texts.append(" ".join(rest))
        elif words[:1] == ["crm_attribute"]:
            found += attribute(words, node.line)
        elif words[:1] == ["cibadmin"] and not {"-Q", "--query", "-D", "--delete"} & set(words):
            found += nvpairs(words, node.line)
        for child in node.children if words[:1] == ["crm"] else ():
            found += statements(child.rest, child.line)
            texts.append(child.rest)
    if found:
        yield from read_text(source, found, "\n".join(texts))


def _bare(node: Node) -> list[str]:
    words = [word for word in node.words if word not in ("\\", "")]
    while words and words[0] in ("sudo", "run", "exec", "time", "!", "nohup"):
        words = words[1:]
    return words


def _pcs(source: Source, node: Node) -> Iterator[object]:
    words = _bare(node)
    if words[:1] != ["pcs"]:
        return
    words = _without_redirections(words[1:])
    while len(words) > 1 and words[0].startswith("-"):
        words = words[2 if words[0] in _VALUED else 1 :]
    at = source.at(node)
    head = tuple(words[:2])
    if head in (("resource", "create"), ("stonith", "create")):
        yield from _create(at, words)
    elif head in (
        ("resource", "group"),
        ("resource", "clone"),
        ("resource", "master"),
        ("resource", "promotable"),
    ):
        yield from _collect(at, words)
    elif words[:1] == ["constraint"]:
        yield from constraint(at, words[1:])
    elif words[:1] == ["cluster"]:
        yield from _setup(at, words[1:])
    else:
        yield from _settings(at, words)


def _without_redirections(words: list[str]) -> list[str]:
    for index, word in enumerate(words):
        if re.fullmatch(r"\d*(?:>>?|<|>&|&>)", word):
            return words[:index]
    return words


def _settings(at: Place, words: list[str]) -> Iterator[Property]:
    scopes = {
        ("property", "set"): "cluster",
        ("resource", "defaults"): "rsc_defaults",
        ("resource", "op"): "op_defaults",
    }
    scope = scopes.get((words[0], words[1])) if len(words) > 1 else None
    for name, value in pairs(words[2:]).items() if scope else ():
        yield Property(at, scope or "", name, value)


def _setup(at: Place, words: list[str]) -> Iterator[Member]:
    """``pcs cluster setup``: the nodes; pcs 0.9 says ``--name NAME``, later ones name the cluster first."""
    if words[:1] == ["node"] and words[1:2] in (["add"], ["add-remote"]) and len(words) > 2:  # noqa: PLR2004
        yield Member(at, words[2], remote=words[1] == "add-remote")
    if words[:1] != ["setup"]:
        return
    rest = words[1:]
    named = "--name" in rest
    names: list[str] = []
    skip = False
    for word in rest:
        if skip or word.startswith("--"):
            skip = not skip and word in _VALUED
        elif word in ("transport", "totem", "quorum"):
            break
        elif "=" not in word:
            names.append(word)
    for name in names if named else names[1:]:
        if "$" not in name:
            yield Member(at, name.split(",")[0])


def _create(at: Place, words: list[str]) -> Iterator[object]:
    stonith = words[0] == "stonith"
    rest = [word for word in words[2:] if word not in ("--force", "--wait", "--disabled", "--no-default-ops")]
    if len(rest) < 2:  # noqa: PLR2004 - ID AGENT
        return
    name, kind = rest[:2]
    parts: dict[str, list[str]] = {"params": []}
    ops: list[list[str]] = []
    section = "params"
    for word in rest[2:]:
        if word in _SECTIONS:
            section = word
            parts.setdefault(section, [])
            if word == "op":
                ops.append([])
        elif section == "op":
            if "=" not in word and ops[-1]:
                ops.append([])  # op start timeout=1 stop timeout=2
            ops[-1].append(word)
        else:
            parts[section].append(word)
    meta = pairs(parts.get("meta", ()))
    yield Primitive(
        at=at,
        id=name,
        agent=("stonith", "", kind.removeprefix("stonith:")) if stonith else agent(kind),
        params=pairs(parts["params"]),
        meta=meta,
        ops=tuple(_op(at, op) for op in ops if op),
        filled="--no-default-ops" not in words,
    )
    yield from _wrapped(at, name, parts, meta)


def _op(at: Place, words: list[str]) -> Op:
    said = pairs(words)
    return Op(
        at,
        words[0],
        seconds(said["interval"]) if "interval" in said else None,
        seconds(said["timeout"]) if "timeout" in said else None,
        role(said.get("role", "")),
        said.get("on-fail", ""),
        not false(said.get("enabled", "true")),
    )


def _wrapped(at: Place, name: str, parts: dict[str, list[str]], meta: dict[str, str]) -> Iterator[Collection]:
    for word, kind in _CLONES.items():
        if word in parts:
            more = pairs(parts[word]) | meta
            given = [w for w in parts[word] if "=" not in w and w not in ("meta", "promotable")]
            yield _clone(at, given[0] if given else "", name, kind, more)
    for word in ("group", "--group"):
        if parts.get(word):
            yield Collection(at, parts[word][0], "group", (Ref(at, name),), {})


def _clone(at: Place, own: str, name: str, kind: str, meta: dict[str, str]) -> Collection:
    """A clone by the name it was given, or by those pcs 0.9 and 0.10 make up."""
    if kind == "clone" and true(meta.get("promotable", "")):
        kind = "promotable"
    names = [own] if own else [f"{name}-clone", f"{name}-master"]
    return Collection(at, names[0], kind, (Ref(at, name),), meta, tuple(names[1:]))


def _collect(at: Place, words: list[str]) -> Iterator[Collection]:
    rest: list[str] = []
    skip = False
    for word in words[2:]:
        if skip or word.startswith("--"):
            skip = not skip and word in _VALUED
        else:
            rest.append(word)
    bare = [word for word in rest if "=" not in word and word != "meta"]
    if words[1] == "group" and bare[:1] == ["add"] and len(bare) > 2:  # noqa: PLR2004 - add GROUP RSC
        yield Collection(at, bare[1], "group", tuple(Ref(at, member) for member in bare[2:]), {})
    elif words[1] == "master" and len(bare) > 1:
        yield _clone(at, bare[0], bare[1], "promotable", pairs(rest))
    elif words[1] != "group" and bare:
        own = bare[1] if len(bare) > 1 else ""
        yield _clone(at, own, bare[0], _CLONES[words[1]], pairs(rest))


_SPOKEN = (
    r"^[ \t]*(?:sudo\s+)?(?:pcs\s+(?:-f\s+\S+\s+)?"
    r"(?:(?:resource|stonith)\s+(?:create|meta|update)|property\s+set|constraint\s+\w+|cluster\s+setup)\s"
    r"|crm(?:\s+-F)?\s+(?:configure|resource\s+meta)\s+\w|crm_resource\s.*(?:--meta|-m)\b)"
)
COMMANDS = Kind(
    name="cluster commands",
    syntax=Syntax.SHELL,
    names=("*.pcs", "pcs*.txt", "*pcs*commands*"),
    marks=(_SPOKEN,),
    read=read_commands,
)
"""A list of commands that is no script: no ``#!``, no ``.sh``."""

IN_SCRIPTS = Reader("script", read_commands)
