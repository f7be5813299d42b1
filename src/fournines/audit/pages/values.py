"""Shell variables that a page or a script sets once and uses in what it writes: ``VIP=10.0.0.10``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.kit.audit.shell import parse_shell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fournines.kit.audit.node import Node

_SET = re.compile(r"([A-Za-z_]\w*)=([^$`()*?\n]{1,200})")
_SETS = re.compile(r"^[^=#]{0,200}=|\b(?:read|for|select)\b")
"""Lines worth parsing: most of a page's commands set nothing."""
_USED = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")
_AS_IT_STANDS = re.compile(r"<<-?[ \t]*(?:'(\w+)'|\"(\w+)\"|\\(\w+))")
_BEFORE = frozenset({"export", "local", "readonly", "declare"})
_SETTING = _BEFORE | {"for", "read", "select"}
"""First words of what sets a variable, or takes its one value away."""


def values(texts: Iterable[str]) -> dict[str, str]:
    """The variables that all these commands set to one plain value; what is set twice is nobody's value."""
    lines = "\n".join(line for text in texts for line in text.split("\n") if _SETS.search(line))
    return settled(parse_shell(lines).nodes)


def settled(nodes: Iterable[Node]) -> dict[str, str]:
    """The variables these commands set to one plain value."""
    found: dict[str, set[str]] = {}
    for name, value in (pair for node in nodes for pair in _set(node)):
        found.setdefault(name, set()).add(value)
    return {name: said.pop() for name, said in found.items() if len(said) == 1 and "" not in said}


def _set(node: Node) -> Iterator[tuple[str, str]]:
    """What a command sets for those after it; ``for`` and ``read`` set no one value."""
    first = node.key
    if "=" not in first and first not in _SETTING and not first.startswith("-"):
        return  # most commands set nothing, and a script may have forty thousand
    words = [word for word in node.words if word not in _BEFORE and not word.startswith("-")]
    pairs = [word.partition("=") for word in words]
    if all(equals and name.isidentifier() for name, equals, _ in pairs):
        for word, (name, _, _) in zip(words, pairs, strict=True):
            plain = _SET.fullmatch(word)
            yield name, plain.group(2) if plain else ""
    elif node.key in ("for", "read", "select") or (node.words[:1] and node.words[0] in _BEFORE):
        yield from ((word, "") for word in words if word.isidentifier())


_ALIAS = re.compile(r"^[ \t]*alias ([\w\-]+)=(['\"])([^'\"$`;|&\n]{1,200})\2", re.MULTILINE)
_MOST = 50
"""Aliases of a page that are put in."""


def aliases(texts: Iterable[str]) -> dict[str, str]:
    """The names that these blocks give to commands (``alias mq1='docker exec mq1'``)."""
    found = [(name, said) for text in texts for name, _, said in _ALIAS.findall(text)]
    return {name: said for name, said in found[:_MOST] if said.split()[:1] != [name]}


def unaliased(text: str, known: Mapping[str, str]) -> str:
    """The text with these commands where a line begins with their names."""
    if not known:
        return text
    first = re.compile(rf"^([ \t]*)({'|'.join(map(re.escape, known))})(?=[ \t])", re.MULTILINE)
    return first.sub(lambda match: match.group(1) + known[match.group(2)], text)


def filled(text: str, known: Mapping[str, str]) -> str:
    """The text with these variables put in, but for what a quoted here-document keeps as it stands."""
    if not known or "$" not in text:
        return text
    kept: list[str] = []
    until = ""
    for line in text.split("\n"):
        kept.append(line if until else _USED.sub(lambda match: _value(match, known), line))
        if until:
            until = "" if line.strip() == until else until
        elif opened := _AS_IT_STANDS.search(line):
            until = opened.group(1) or opened.group(2) or opened.group(3)
    return "\n".join(kept)


def _value(match: re.Match[str], known: Mapping[str, str]) -> str:
    return known.get(match.group(1) or match.group(2), match.group())
