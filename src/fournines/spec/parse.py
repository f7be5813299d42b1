"""YAML with positions: text in, plain values and the place of every key and value out.

Every scalar stays text. YAML 1.1 would turn ``52:54:00:12:34:56`` into 41135085296 (base 60), the key
``on`` into True and ``2024.10`` into 2024.1; the models convert where they know what is meant.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

import yaml

from fournines.errors import SpecError
from fournines.spec.document import Document, Path, Place
from fournines.spec.shapes import shown
from fournines.spec.syntax import (
    AFTER_GLUED,
    BLANK,
    DASH,
    DEEPER,
    GLUED,
    LOOKS,
    OPENED,
    TEMPLATE,
    deeper_than,
    glued_colon,
    glued_dash,
    no_space,
    syntax_words,
    tricks,
)

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_DEEPEST = 20
"""A site file has five levels; what is deeper is a mistake, and Python's own stack is not endless."""
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line in YAML 1.1."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_NOT_ONE_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""Control characters, and those that nobody sees but that change what is read or in which order."""
_ENDS = "\n\r\x85\u2028\u2029"
_TAG = "tag:yaml.org,2002:"


def parse(text: str, file: str) -> Document:
    """Read YAML text.

    Raises:
        SpecError: it is not YAML, or not a mapping at the top. Duplicate keys, aliases, tags and text that is
            not one line are collected in ``mistakes`` instead, so that they are shown with the others.
    """
    document = Document(file, tuple(_BREAK.split(text)))
    strange = _CONTROL.search(text, 1 if text.startswith("\ufeff") else 0)
    if strange:
        lines = _BREAK.split(text[: strange.start()])
        raise _only(
            document,
            Place(len(lines), len(lines[-1]) + 1),
            f"the character U+{ord(strange[0]):04X} cannot stand in a site file",
            "remove it",
        )
    root = _composed(document, text)
    if not isinstance(root, yaml.MappingNode):
        what = (
            "the file is empty" if root is None else "a site file is keys with values: name, networks, hosts"
        )
        place = Place(1, 1) if root is None else _place(root)
        raise _only(document, place, what, "start from the file that `nines init` writes")
    document.value = _Walk(document).mapping(root, ())
    return document


def _only(document: Document, place: Place, what: str, try_this: str) -> SpecError:
    return SpecError([document.mistake_at(place, (), what, try_this)])


def _composed(document: Document, text: str) -> yaml.Node | None:
    """The tree of nodes; how deep it goes is known before anything recurses into it."""
    try:
        _look_through(document, text)
        found: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise _only(document, *_no_yaml(document, error)) from None
    except yaml.YAMLError:
        raise _only(document, Place(1, 1), "this is not YAML", "start from `nines init`") from None
    return found


def _look_through(document: Document, text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        place = _marked(event.start_mark)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            what = f"more than {_DEEPEST} levels of brackets or indentation"
            raise _only(document, place, what, "close the brackets: a site file has at most five levels")
        if isinstance(event, yaml.AliasEvent):
            document.aliases.append(place)
        document.mistakes += (document.mistake_at(place, (), what, hint) for what, hint in tricks(event))


def _no_yaml(document: Document, error: yaml.MarkedYAMLError) -> tuple[Place, str, str]:
    """Where the parser gave up, or what it stumbled over began, and in which words that is told."""
    place = _marked(
        error.context_mark if error.context in OPENED else error.problem_mark or error.context_mark
    )
    said = f"{error.context} {error.problem}"
    for number, line in enumerate(document.lines[: place.line], 1):
        if blank := BLANK.match(line.lstrip(" ")):
            return Place(number, line.index(blank[0]) + 1), *no_space(blank[0])
    line = document.lines[place.line - 1] if place.line <= len(document.lines) else ""
    for pattern, what, hint in LOOKS:
        for number, one in enumerate(document.lines[: place.line], 1):
            if found := re.match(pattern, one):
                return Place(number, found.end(1) + 1), what, found.expand(hint)
    if dash := glued_dash(line):
        return Place(place.line, dash), *DASH
    glued = glued_colon(document.lines, place.line) if re.search(AFTER_GLUED, said) else None
    if glued:
        place, said = Place(*glued), GLUED
    if re.search(DEEPER, said) and (above := deeper_than(document.lines, place.line)):
        number, column = above
        what = f"this line is indented further than line {number}, whose key has its value already"
        hint = f"indent it like line {number}, or line {number} like this one"
        return Place(place.line, column), what, hint
    return place, *syntax_words(document.at(place), said)


class _Walk:
    """Turns nodes into values, once each: a node met twice is an alias."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._seen: set[int] = set()

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        self._document.places[path] = _place(node)
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = None if self._glued(key_node, value_node, path) else self._key(key_node, path)
            if key is None or key in found:
                self._document.dropped.add(path)
            if key is None:
                continue
            here = (*path, key)
            if key in found:
                first = self._document.keys[here].line
                self._add(
                    key_node, here, f"this key stands twice; the first is on line {first}", "keep one of them"
                )
            else:
                self._document.keys[here] = _place(key_node)
                found[key] = self._value(value_node, here, _marked(key_node.end_mark))
        return found

    def _glued(self, key: yaml.Node, value: yaml.Node, path: Path) -> bool:
        """Whether ``{mgmt:10.0.0.12}`` stands there, which YAML takes for one long key; none has a colon."""
        name, colon, rest = (
            str(key.value).partition(":") if isinstance(key, yaml.ScalarNode) else ("", "", "")
        )
        if getattr(key, "style", None) or (colon and "[" in name):  # a range of hosts, in another's notation
            return False
        equal, _, amount = name.partition("=")
        if amount and not colon and value.tag == f"{_TAG}null" and not value.value:
            hint = f"write {shown(f'{equal.strip()}: {amount.strip()}')[1:-1]}"
            self._add(key, path, "an equals sign where a colon has to stand", hint)
            return True
        if not (name and colon and rest):
            return False
        what, place = "a colon without a blank after it", _place(key)
        if value.tag == f"{_TAG}null" and not value.value:
            self._add(key, path, what, f"write {shown(f'{name}: {rest}')[1:-1]}")
        else:  # components:rabbitmq: {}
            place = Place(place.line, place.column + len(name))
            hint = f"write {shown(name)[1:-1]}: alone, and {shown(rest)[1:-1]} indented in the next line"
            self._document.mistakes.append(self._document.mistake_at(place, path, what, hint))
        return True

    def _key(self, node: yaml.Node, path: Path) -> str | None:
        place = _place(node)
        before = Place(place.line, place.column - 1)
        if (
            isinstance(node, yaml.MappingNode)
            and self._document.at(before) == "{"
            and all(value.tag == f"{_TAG}null" for _, value in node.value)
        ):
            self._document.mistakes.append(self._document.mistake_at(before, (), *TEMPLATE))
        elif not isinstance(node, yaml.ScalarNode) or not node.value:
            self._add(node, path, "a key must be a plain word", "write key: value")
        elif node.tag == f"{_TAG}merge":
            self._add(node, (*path, "<<"), "merge keys (<<) are not understood", "write the keys out")
        elif blank := BLANK.search(node.value):
            raise _only(self._document, _place(node), *no_space(blank[0]))
        elif _NOT_ONE_LINE.search(node.value):
            what = f"the key {shown(node.value)} is not one plain word"
            self._add(node, path, what, "write it without escapes")
        else:
            return str(node.value)
        return None

    def _value(self, node: yaml.Node, path: Path, after: Place) -> Any:  # noqa: ANN401 - YAML holds anything
        """The value of a node, which stands after what ends at that place."""
        if id(node) in self._seen:  # it is the anchor's, and does not know where its alias stands
            aliases = self._document.aliases
            self._document.places[path] = aliases[bisect_left(aliases, after)]
            return None
        self._document.places[path] = _place(node)
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return list(self._entries(node, path))
        if node.tag == f"{_TAG}null":
            what = "an entry" if path[-1].isdecimal() else path[-1]
            hint = "write a value, or leave the key out"
            mistake = self._document.mistake_at(_place(node), path, f"{what} is empty", hint)
            self._document.empty.append(mistake)
            return None
        if found := _NOT_ONE_LINE.search(node.value):
            what = f"{shown(node.value)} is not one line of plain text"
            hint = "write it on one line" if found[0] in _ENDS else f"take U+{ord(found[0]):04X} out of it"
            self._add(node, path, what, hint)
        return str(node.value)

    def _entries(self, node: yaml.SequenceNode, path: Path) -> Iterator[Any]:
        after = _place(node)
        for index, item in enumerate(node.value):
            here = (*path, str(index))
            yield self._value(item, here, after)
            begun = self._document.places[here]
            after = max(_marked(item.end_mark), Place(begun.line, begun.column + 1))

    def _add(self, node: yaml.Node, path: Path, what: str, try_this: str) -> None:
        self._document.mistakes.append(self._document.mistake_at(_place(node), path, what, try_this))


def _place(node: yaml.Node) -> Place:
    return _marked(node.start_mark)


def _marked(mark: Any) -> Place:  # noqa: ANN401 - a Mark of one of PyYAML's two parsers
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
