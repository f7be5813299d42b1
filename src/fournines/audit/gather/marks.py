"""Whether what is typical of a kind is seen in a text, without a search at every one of its characters.

A mark nearly always begins a line with one of a few words: ``^ *(?:nodelist|quorum) ...``. A word is found a
hundred times faster than the place where an expression fits, so that is tried on the lines of words alone.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE = re.compile(r"\^(?:(?:\\s|\[ \\t\])[*+]\+?)?")
"""How a mark begins that speaks of the beginning of a line."""
_GROUP = re.compile(r"\(\?:")
_PLAIN = re.compile(r"(?:[\w<>=:;,/\"'# \-]|\\[^\w\s])(?![*?{])")
"""A character of an expression that stands for itself, once or more."""


_Known = tuple[re.Pattern[str], tuple[str, ...], frozenset[str]]
"""A mark, the words one of which begins its line, and how those begin."""


@lru_cache(2048)
def seen(marks: tuple[str, ...], text: str) -> int:
    """How many of the marks are seen; a hundred hosts have the same file a hundred times."""
    heads = _heads(text)
    return sum(
        mark.search(text) is not None
        if not words
        else not heads.isdisjoint(firsts) and _fits(mark, words, text)
        for mark, words, firsts in _known(marks)
    )


@lru_cache(256)
def counted(kinds: tuple[tuple[str, ...], ...], text: str) -> tuple[int, ...]:
    """The same of each of these kinds at once: for a file of which nothing but its text can tell."""
    found = [0] * len(kinds)
    beginning, others = _begun(kinds)
    tried: set[tuple[int, int]] = set()
    for head in _heads(text):
        for place, mark, words in beginning.get(head, ()):
            if place not in tried:
                tried.add(place)
                found[place[0]] += _fits(mark, words, text)
    for number, mark in others:
        found[number] += mark.search(text) is not None
    return tuple(found)


_Place = tuple[int, int]
"""The number of a kind, and of one of its marks."""
_Begun = dict[str, list[tuple[_Place, re.Pattern[str], tuple[str, ...]]]]


@cache
def _begun(kinds: tuple[tuple[str, ...], ...]) -> tuple[_Begun, list[tuple[int, re.Pattern[str]]]]:
    """The marks of all kinds by the letters their lines begin with, and those that do not tell."""
    beginning: _Begun = {}
    others = []
    for number, marks in enumerate(kinds):
        for index, (mark, words, firsts) in enumerate(_known(marks)):
            for first in firsts:
                beginning.setdefault(first, []).append(((number, index), mark, words))
            if not words:
                others.append((number, mark))
    return beginning, others


@lru_cache(16)
def _heads(text: str) -> frozenset[str]:
    """The first letters of every line, one and two: most marks begin with what no line begins with."""
    twos = {line.lstrip()[:2] for line in text.split("\n")}
    return frozenset(twos | {two[:1] for two in twos})


@cache
def _known(marks: tuple[str, ...]) -> tuple[_Known, ...]:
    found = ((re.compile(mark, re.MULTILINE), first_words(mark)) for mark in marks)
    return tuple((mark, words, frozenset(word[:2] for word in words)) for mark, words in found)


def _fits(mark: re.Pattern[str], words: tuple[str, ...], text: str) -> bool:
    for word in words:
        at = text.find(word)
        while at >= 0:
            if mark.match(text, text.rfind("\n", 0, at) + 1):
                return True
            end = text.find("\n", at)
            at = text.find(word, end) if end >= 0 else -1
    return False


@cache
def first_words(mark: str) -> tuple[str, ...]:
    """The words one of which begins every line that the mark fits; none where the mark does not tell."""
    line = _LINE.match(mark)
    if not line or len(list(_branches(mark))) > 1:
        return ()
    found = _words(mark[line.end() :])
    return tuple(dict.fromkeys(found)) if all(found) else ()


def _words(text: str) -> list[str]:
    """What the beginning of an expression may stand for; the empty word where that is too much to tell."""
    group = _GROUP.match(text)
    if not group:
        return ["".join(word.removeprefix("\\") for word in _leading(text))]
    end = _closing(text)
    found = [word for branch in _branches(text[group.end() : end]) for word in _words(branch)]
    behind = text[end + 1 :]
    if behind.startswith("?"):
        return [*found, *_words(behind[1:])]
    return [""] if behind.startswith(("*", "{")) else found


def _leading(text: str) -> Iterator[str]:
    at = 0
    while match := _PLAIN.match(text, at):
        yield match.group()
        at = match.end()
        if text.startswith("+", at):
            return


def _depths(text: str) -> Iterator[tuple[int, str, int]]:
    """Each character that is neither escaped nor in a class: where it stands, and in how many groups."""
    depth = 0
    for match in re.finditer(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*+(?:\]|\Z)|(.)", text, re.DOTALL):
        char = match.group(1) or ""
        depth -= char == ")"
        yield match.start(), char, depth
        depth += char == "("


def _closing(text: str) -> int:
    """Where the group ends that the text begins with."""
    return next(at for at, char, depth in islice(_depths(text), 1, None) if char == ")" and depth == 0)


def _branches(text: str) -> Iterator[str]:
    begun = 0
    for at, char, depth in _depths(text):
        if char == "|" and depth == 0:
            yield text[begun:at]
            begun = at + 1
    yield text[begun:]
