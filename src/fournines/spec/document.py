"""YAML with positions: text in, plain values and the place of every key and value out.

Every scalar stays text. YAML 1.1 would turn ``52:54:00:12:34:56`` into 41135085296 (base 60), the key
``on`` into True and ``2024.10`` into 2024.1; the models convert where they know what is meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from fournines.errors import Mistake, SpecError

Path = tuple[str, ...]
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the file; both count from 1."""

    line: int
    column: int


@dataclass
class Document:
    """A YAML file as plain values (text, lists, dicts), and where each of them stands.

    ``places`` maps the path of a value to its place; ``keys`` the path to the place of its key.
    """

    file: str
    lines: tuple[str, ...]
    value: dict[str, Any] = field(default_factory=dict)
    places: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def mistake(self, path: Path, what: str, *, try_this: str | None = None, at_key: bool = False) -> Mistake:
        """A mistake about the value (or key) at ``path``; a path that is not there points to its parent."""
        return self.mistake_at(self._place(path, at_key=at_key), path, what, try_this)

    def mistake_at(self, place: Place, path: Path, what: str, try_this: str | None = None) -> Mistake:
        """A mistake at a place of the file."""
        line = self.lines[place.line - 1] if place.line <= len(self.lines) else ""
        return Mistake(self.file, place.line, place.column, ".".join(path), what, line, try_this)

    def _place(self, path: Path, *, at_key: bool) -> Place:
        first, second = (self.keys, self.places) if at_key else (self.places, self.keys)
        for length in range(len(path), -1, -1):
            found = first.get(path[:length]) or second.get(path[:length])
            if found:
                return found
            first, second = self.keys, self.places
        return Place(1, 1)


def parse(text: str, file: str) -> Document:
    """Read YAML text.

    Raises:
        SpecError: it is not YAML, or not a mapping at the top. Duplicate keys, aliases and merge keys
            are collected in ``mistakes`` instead, so that they are shown together with the others.
    """
    document = Document(file, tuple(text.splitlines()))
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
        what = " ".join(str(part) for part in (error.context, error.problem) if part)
        raise SpecError([document.mistake_at(place, (), f"not valid YAML: {what}")]) from None
    except yaml.YAMLError as error:
        what = str(error).replace("\n", " ")
        raise SpecError([document.mistake_at(Place(1, 1), (), f"not valid YAML: {what}")]) from None
    if not isinstance(root, yaml.MappingNode):
        raise SpecError(
            [
                document.mistake_at(
                    Place(1, 1),
                    (),
                    "a site file is a mapping of keys such as name, networks, hosts",
                    "start from the file that `nines init` writes",
                )
            ]
        )
    document.value = _Walk(document).mapping(root, ())
    return document


class _Walk:
    """Turns nodes into values, once each: a node met twice is an alias."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._seen: set[int] = set()

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        self._document.places[path] = _place(node)
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._add(key_node, path, "a key must be a plain word")
                continue
            key = str(key_node.value)
            here = (*path, key)
            if key_node.tag == "tag:yaml.org,2002:merge":
                self._add(key_node, here, "merge keys (<<) are not understood", "write the keys out")
            elif key in found:
                first = self._document.keys[here].line
                self._add(
                    key_node, here, f"this key stands twice; the first is on line {first}", "keep one of them"
                )
            else:
                self._document.keys[here] = _place(key_node)
                found[key] = self._value(value_node, here)
        return found

    def _value(self, node: yaml.Node, path: Path) -> Any:  # noqa: ANN401 - YAML holds anything
        self._document.places[path] = _place(node)
        if id(node) in self._seen:
            self._add(node, path, "aliases (*name) are not understood", "write the value out", key=path)
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*path, str(index))) for index, item in enumerate(node.value)]
        if node.tag == "tag:yaml.org,2002:null" and not node.value:
            return None
        return str(node.value)

    def _add(
        self,
        node: yaml.Node,
        path: Path,
        what: str,
        try_this: str | None = None,
        *,
        key: Path | None = None,
    ) -> None:
        place = self._document.keys.get(key, _place(node)) if key else _place(node)
        self._document.mistakes.append(self._document.mistake_at(place, path, what, try_this))


def _place(node: yaml.Node) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)


def plain(value: object) -> object:
    """The value as plain dicts and lists (a copy that may be changed)."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
