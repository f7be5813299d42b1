"""Wrong site files by the hundred: each key and value of a good one spoilt in every way that a hand does.

What is spoilt is known, so where the mistake has to be told is known too: on that line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from fournines.errors import Mistake

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a file: its path, its key's and its own place in the text, what it is."""

    path: Path
    key: tuple[int, int] | None
    value: tuple[int, int]
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """A spoilt file, how it was spoilt, and the lines on which that may be told."""

    how: str
    path: Path
    text: str
    lines: frozenset[int]


def nodes(text: str) -> Iterator[Node]:
    """Every value of a file but the whole."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    assert root is not None
    yield from _beneath(text, root, ())


def _beneath(text: str, node: yaml.Node, path: Path) -> Iterator[Node]:
    entries: list[tuple[str, yaml.Node | None, yaml.Node]] = []
    if isinstance(node, yaml.MappingNode):
        entries = [(key.value, key, value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        entries = [(str(index), None, value) for index, value in enumerate(node.value)]
    for name, key, value in entries:
        here = (*path, name)
        begin, end = value.start_mark.index, value.end_mark.index
        end = begin + len(text[begin:end].rstrip())
        yield Node(
            here,
            (key.start_mark.index, key.end_mark.index) if key else None,
            (begin, end),
            {"MappingNode": "mapping", "SequenceNode": "list"}.get(type(value).__name__, "text"),
            text[begin:end],
        )
        yield from _beneath(text, value, here)


def spoilt(text: str) -> Iterator[Wrong]:
    """Every way to spoil every key and value of a file."""
    for node in nodes(text):
        for how, begin, end, by in (*_of_key(text, node), *_of_value(node)):
            changed = text[:begin] + by + text[end:]
            first = text.count("\n", 0, node.key[0] if how == "no value" and node.key else begin) + 1
            last = first + by.count("\n")
            yield Wrong(how, node.path, changed, frozenset(range(first, last + 1)))


Change = tuple[str, int, int, str]
"""How, from where to where in the text, and what stands there now."""


def _of_key(text: str, node: Node) -> Iterator[Change]:
    if node.key is None:
        return
    begin, end = node.key
    key = text[begin:end]
    yield "misspelt key", begin, end, misspelt(key)
    yield "key in capitals", begin, end, key.upper()
    if "\n" not in node.text:
        entry = text[begin : node.value[1]]
        alone = text[:begin].rpartition("\n")[2]
        between = f"\n{alone}" if not alone.strip() else ", "
        yield "key twice", node.value[1], node.value[1], f"{between}{entry}"
        yield "colon without a blank", end, node.value[0], ":"
    yield (
        "unknown key",
        begin,
        begin,
        "colour: red"
        + (
            f"\n{text[:begin].rpartition(chr(10))[2]}"
            if not text[:begin].rpartition("\n")[2].strip()
            else ", "
        ),
    )


def _of_value(node: Node) -> Iterator[Change]:
    begin, end = node.value
    if node.key is not None:
        yield "no value", begin, end, ""
    if node.kind == "text":
        yield "list for a text", begin, end, f"[{node.text}]"
        yield "mapping for a text", begin, end, f"{{qxz: {node.text}}}"
        yield "another word", begin, end, "qxzzy"
        if not re.fullmatch("[0-9.]+[A-Za-z+]?", node.text):  # a digit less is another number or address
            yield "misspelt word", begin, end, misspelt(node.text)
        yield "quotation mark", begin, end, f'"{node.text}'
        yield "words", begin, end, f"{node.text} qxz"
        if re.fullmatch(r"[0-9.]+", node.text):
            yield "unit", begin, end, f"{node.text}s"
            yield "negative", begin, end, f"-{node.text}"
            yield "far too much", begin, end, f"{node.text}000000000"
    elif node.kind == "list":
        yield "text for a list", begin, end, "qxzzy"
        yield "mapping for a list", begin, end, "{qxz: qxz}"
        yield "bracket open", end - 1, end, ""
        if "," in node.text:
            yield "no commas", begin, end, node.text.replace(",", "")
        if len(node.text) > 2:
            yield "entry twice", begin, begin + 1, f"[{re.split('[],]', node.text[1:])[0]}, "
    else:
        yield "text for a mapping", begin, end, "qxzzy"
        yield "list for a mapping", begin, end, "[qxz]"


def misspelt(word: str) -> str:
    """A letter left out, or doubled where the word is short."""
    return word[:-2] + word[-1] if len(word) > 3 else word + word[-1:]


_TOKEN = re.compile(r"\"[^\"]*\"|'[^']*'|[^\s,:\]}{\[]+( [^\s,:\]}{\[#]+)*")
_HINTS = (
    r"did you mean (\S+)\?",
    r"write a (?:whole )?number, (?:above )?(-?[0-9.]+)",
    r"write one of ([^,]+)",
    r"write (true) or false",
    r"write ([A-Za-z0-9.:/-]+)$",
    r"write ([0-9]+[A-Za-z]+) to",
)
"""Hints that say in so many words what to put in the place of what is there."""


def mended(text: str, mistake: Mistake) -> str | None:
    """The file with what the hint says in the place of what is there; None where it says no such thing."""
    found = next(filter(None, (re.match(hint, mistake.try_this or "") for hint in _HINTS)), None)
    if found is None:
        return None
    lines = text.split("\n")
    line = lines[mistake.line - 1]
    token = _TOKEN.match(line, mistake.column - 1)
    if token is None:
        return None
    lines[mistake.line - 1] = line[: token.start()] + found[1] + line[token.end() :]
    return "\n".join(lines)
