"""Which kind of file is this? By the name it has, and by what stands in it."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Syntax

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fournines.kit.audit.source import Kind

LOOKED_AT = 64 * 1024
"""Characters of a file that are searched for marks."""

_SHELL = re.compile(r"#!\s*\S*(?:/|\s)(?:ba|da|k|z)?sh\b")
_SPEAKS = re.compile(r"^ ?[^\s#;!]", re.MULTILINE)
LONGEST_LINE = 500
_BLANKS = re.compile(r"[^\S\n]+")
_NAMED = 100
_A_MARK = 30
_DEEPEST_NAME = 3
"""Parts of a path that a kind's name may speak of."""
_ENOUGH = 2
"""Marks that must be seen in a file whose name says nothing."""


@cache
def _pattern(mark: str) -> re.Pattern[str]:
    return re.compile(mark, re.MULTILINE)


def recognise(path: str, text: str, kinds: Iterable[Kind], *, marked: bool = False) -> Kind | None:
    """The kind this file is most likely of, or None.

    A name that fits counts for more than any content; yet a fit with nothing of the kind inside loses
    against content that speaks clearly. Longer patterns are more exact; a bare wildcard needs something
    of the kind in the text, or nothing but comments. ``marked``: no name alone is enough.
    """
    head = _seen(text[:LOOKED_AT])
    if _SHELL.match(head) and not marked:
        kinds = [kind for kind in kinds if kind.syntax is Syntax.SHELL]
    silent = not _SPEAKS.search(head)
    tail = "/".join(path.rsplit("/", _DEEPEST_NAME)[-_DEEPEST_NAME:])
    best: tuple[int, Kind] | None = None
    known = tuple(kinds)
    for number, close in _near(tuple(kind.names for kind in known), path.rpartition("/")[2]):
        kind = known[number]
        # Without a name that fits it has nothing but its marks: often too few to be read for.
        if not close and best and best[0] >= _A_MARK * len(kind.marks):
            continue
        marks = _marks(kind.marks, head)
        fits = _fitting(kind.names, tail) if close else ()
        named = max((_specific(name) for name in fits), default=0)
        sure = any("*" not in name or "/" in name for name in fits) or silent
        if not marks and (marked or not fits or not sure):
            continue
        if not fits and marks < min(_ENOUGH, len(kind.marks)):
            continue
        score = (_NAMED + named if fits and (marks or silent) else named) + _A_MARK * marks
        if best is None or score > best[0]:
            best = (score, kind)
    return best[1] if best else None


def _seen(text: str) -> str:
    r"""The text without what marks do not speak of: runs of blanks, empty lines, the ends of long lines.

    A mark that begins with ``^\s*`` is quadratic in either: a megabyte of empty lines would be minutes.
    """
    lines = _BLANKS.sub(" ", text).split("\n")
    return "\n".join(line[:LONGEST_LINE] for line in lines if line.strip())


def _specific(pattern: str) -> int:
    return len(pattern.replace("*", "")) + 20 * pattern.count("/")


@lru_cache(2048)
def _marks(marks: tuple[str, ...], head: str) -> int:
    """How many of the marks are seen; a hundred hosts have the same file a hundred times."""
    return sum(1 for mark in marks if _pattern(mark).search(head))


@lru_cache(4096)
def _near(kinds: tuple[tuple[str, ...], ...], base: str) -> tuple[tuple[int, bool], ...]:
    """Which of the kinds, by their names, and whether one of those ends like this file; such kinds first."""
    close = [any(_alike(name.rpartition("/")[2], base) for name in names) for names in kinds]
    return tuple(sorted(enumerate(close), key=lambda pair: not pair[1]))


@lru_cache(4096)
def _fitting(names: tuple[str, ...], tail: str) -> tuple[str, ...]:
    """The names that fit the end of a path: ``drbd.d/*.res`` fits ``etc/drbd.d/r0.res``."""
    parts = tail.split("/")
    return tuple(name for name in names if _ends(parts, name.split("/")))


def _ends(parts: list[str], name: list[str]) -> bool:
    last = parts[-len(name) :]
    return len(last) == len(name) and all(map(_alike, name, last))


def _alike(pattern: str, text: str) -> bool:
    """Whether a part of a path is as the pattern says; small letters are large ones.

    To compile a regular expression for each of two hundred names takes as long as to read fifty hosts.
    """
    if "[" in pattern or "?" in pattern:
        return fnmatchcase(text.lower(), pattern.lower())
    begin, *middle = pattern.lower().split("*")
    left = text.lower()
    if not middle:
        return left == begin
    end = middle.pop()
    if not left.startswith(begin) or not left.endswith(end) or len(left) < len(begin) + len(end):
        return False
    left = left[len(begin) : len(left) - len(end)]
    for piece in middle:
        _, found, left = left.partition(piece) if piece else ("", "*", left)
        if not found:
            return False
    return True
