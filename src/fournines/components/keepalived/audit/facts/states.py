"""What a notify script does in each state: the branches of its case, its functions where they are called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.kit.audit.shell import BLOCK_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.node import Node

_STATE = re.compile(r"BACKUP|FAULT|MASTER")
MOST = 2000
"""Commands of a script, with those of its functions where they are called, that are looked at."""
_ASKING = BLOCK_WORDS | {"[", "[[", "test"}
"""What a function decides by itself, which is no branch of who calls it."""


def inlined(commands: tuple[Node, ...]) -> tuple[Node, ...]:
    """The commands with those of a function behind each call of it; the function itself is left out."""
    bodies: dict[str, list[Node]] = {}
    kept: list[Node] = []
    name, depth = "", 0
    for index, node in enumerate(commands):
        if not name and (name := _defined(commands, index)):
            bodies[name], depth = [], 0
        if not name:
            kept.append(node)
            continue
        depth += (node.key == "{") - (node.key == "}")
        if depth or node.key == "}":
            bodies[name].append(node)
        if not depth and node.key == "}":
            name = ""
    found: list[Node] = []
    for node in kept:
        found.append(node)
        if node.key in bodies and len(found) < MOST:
            found += [inner for inner in bodies[node.key] if inner.key not in _ASKING]
    return tuple(found[:MOST])


def _defined(commands: tuple[Node, ...], index: int) -> str:
    """The name of the function whose definition begins here; empty where none does."""
    words = [node.key for node in commands[index : index + 5]]
    if words[:1] == ["function"] and "{" in words[1:]:
        return words[1]
    return words[0] if words[1:4] == ["(", ")", "{"] else ""


def branches(commands: tuple[Node, ...]) -> Iterator[tuple[tuple[str, ...], Node]]:
    """The commands of a script with the states whose branch they stand in: of a ``case``, or of an ``if``."""
    states: tuple[str, ...] = ()
    pattern: list[str] = []
    for node in commands:
        word = node.words[0] if node.words else ""
        if word in ("esac", "fi", "else"):
            states, pattern = (), []
        elif word in ("[", "[[", "test"):
            states = tuple(s.lower() for w in node.words if "!=" not in node.words for s in _STATE.findall(w))
        elif len(node.words) == 1 and _STATE.fullmatch(word):
            pattern.append(word.lower())
        elif word == ")":
            states, pattern = tuple(pattern), []
        else:
            yield states, node
