"""A parsed statement of a configuration file: the one tree every parser of the audit gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Node:
    """One statement: its words without quotes, the line it starts on, and what stands inside it.

    ``line`` counts from 1 in the text given to the parser. ``rest`` is the raw text behind the first
    word, for formats in which blanks matter. ``quoted`` says that the first word after the keyword was
    written in quotes. ``closed`` is False for a block whose end is missing.
    """

    words: tuple[str, ...]
    line: int
    children: tuple[Node, ...] = ()
    rest: str = ""
    quoted: bool = False
    closed: bool = True
    block: bool = False

    @property
    def key(self) -> str:
        """The first word, or the empty string of an anonymous block."""
        return self.words[0] if self.words else ""

    @property
    def args(self) -> tuple[str, ...]:
        """The words behind the first."""
        return self.words[1:]

    @property
    def value(self) -> str:
        """The second word, or the empty string."""
        return self.words[1] if len(self.words) > 1 else ""

    @property
    def options(self) -> dict[str, str]:
        """The ``key=value`` words as a mapping; the first of a repeated key wins."""
        found: dict[str, str] = {}
        for word in self.words:
            key, equals, value = word.partition("=")
            if equals:
                found.setdefault(key, value)
        return found

    def all(self, *keys: str) -> Iterator[Node]:
        """The direct children whose first word is one of ``keys``, in the file's order."""
        return (child for child in self.children if child.key in keys)

    def first(self, *keys: str) -> Node | None:
        """The first direct child named so."""
        return next(self.all(*keys), None)

    def last(self, *keys: str) -> Node | None:
        """The last direct child named so: what counts in formats where the last one wins."""
        found = None
        for child in self.all(*keys):
            found = child
        return found

    def walk(self) -> Iterator[Node]:
        """This node and everything inside it, in the file's order."""
        pending = [self]
        while pending:
            node = pending.pop()
            yield node
            pending.extend(reversed(node.children))


@dataclass(frozen=True, slots=True)
class Problem:
    """What a parser could not make sense of; the rest of the file was read all the same.

    ``ours``: the file may be whole, and it is the audit that did not read all of it.
    """

    line: int
    what: str
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Parsed:
    """A parser's answer: never an exception, whatever the text."""

    nodes: tuple[Node, ...]
    problems: tuple[Problem, ...] = ()
