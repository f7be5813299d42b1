"""What was read of a site file, and where each part of it stands: mistakes are told in its terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fournines.errors import Mistake
from fournines.spec.shapes import masked, shown

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """A complaint of a rule about one path; ``at_key`` points at the key rather than the value."""

    path: Path
    what: str
    try_this: str
    at_key: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands in the file; both count from 1."""

    line: int
    column: int


@dataclass
class Document:
    """A YAML file as plain values (text, lists, dicts), and where each of them stands.

    ``places`` maps the path of a value to its place; ``keys`` the path to the place of its key; ``written``
    the path of a value as the models have it to the path as it stands in the file, where these differ.
    ``dropped`` are the mappings of which an entry had to be left out; ``empty`` holds a mistake for each key
    without a value, to be told where nothing else is wrong with that key. ``aliases`` are the places of all
    aliases, in the file's order.
    """

    file: str
    lines: tuple[str, ...]
    value: dict[str, Any] = field(default_factory=dict)
    places: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    written: dict[Path, Path] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    dropped: set[Path] = field(default_factory=set)
    empty: list[Mistake] = field(default_factory=list)
    aliases: list[Place] = field(default_factory=list)

    def mistake(self, path: Path, what: str, try_this: str, *, at_key: bool = False) -> Mistake:
        """A mistake about the value (or key) at ``path``; a path that is not there points to its parent."""
        path = self.as_written(path)
        return self.mistake_at(self._place(path, at_key=at_key), path, what, try_this)

    def mistake_at(self, place: Place, path: Path, what: str, try_this: str) -> Mistake:
        """A mistake at a place of the file."""
        line = masked(self.lines[place.line - 1]) if place.line <= len(self.lines) else ""
        dotted = ".".join(part if part.isprintable() else shown(part) for part in path)
        return Mistake(self.file, place.line, place.column, dotted, what, line, try_this)

    def as_written(self, path: Path) -> Path:
        """The path as it stands in the file."""
        for length in range(len(path), 0, -1):
            found = self.written.get(path[:length])
            if found is not None:
                return (*found, *path[length:])
        return path

    def at(self, place: Place) -> str:
        """The character at a place; empty at the end of a line."""
        line = self.lines[place.line - 1] if place.line <= len(self.lines) else ""
        return line[place.column - 1 : place.column]

    def _place(self, path: Path, *, at_key: bool) -> Place:
        first, second = (self.keys, self.places) if at_key else (self.places, self.keys)
        for length in range(len(path), -1, -1):
            found = first.get(path[:length]) or second.get(path[:length])
            if found:
                return found
            first, second = self.keys, self.places
        return Place(1, 1)


def plain(value: object) -> object:
    """The value as plain dicts and lists (a copy that may be changed)."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
