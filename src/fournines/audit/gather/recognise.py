"""Which kind of file is this? By the name it has, and by what stands in it."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from fournines.audit.gather.marks import counted, seen
from fournines.kit.audit.script import WRITES
from fournines.kit.audit.source import Syntax

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fournines.kit.audit.source import Kind

LOOKED_AT = 64 * 1024
"""Characters of a file that are searched for marks."""

_WRITES = re.compile(WRITES)
_SHELL = re.compile(r"#!\s*\S*(?:/|\s)(?:ba|da|k|z)?sh\b")
_Names = tuple[tuple[str, ...], ...]
"""The names of each kind."""
_WILD = re.compile(r"\[[^\]\[]*\]|[*?]")
_SPEAKS = re.compile(r"^ ?[^\s#;!]", re.MULTILINE)
LONGEST_LINE = 500
_BLANKS = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
"""Blanks that are no single space."""
_ODD = ("  ", *"\t\r\f\v\x1c\x1d\x1e\x1f")
"""What such blanks begin with in ASCII: most files have some, and where none is nothing is put together."""
_NAMED = 100
_A_MARK = 30
_DEEPEST_NAME = 3
"""Parts of a path that a kind's name may speak of."""
_ENOUGH = 2
"""Marks that must be seen in a file whose name says nothing."""


def recognise(path: str, text: str, kinds: Iterable[Kind], *, marked: bool = False) -> Kind | None:
    """The kind this file is most likely of, or None.

    A name that fits counts for more than any content; yet a fit with nothing of the kind inside loses
    against content that speaks clearly. Longer patterns are more exact; a bare wildcard needs something
    of the kind in the text, or nothing but comments. ``marked``: no name alone is enough.
    """
    head = _shortened(text[:LOOKED_AT])
    writes = not marked and bool(_WRITES.match(head))
    if writes or (_SHELL.match(head) and not marked):
        kinds = [kind for kind in kinds if kind.syntax is Syntax.SHELL]
    silent = not _SPEAKS.search(head)
    tail = "/".join(path.rsplit("/", _DEEPEST_NAME)[-_DEEPEST_NAME:])
    best: tuple[int, Kind] | None = None
    known = tuple(kinds)
    counts: tuple[int, ...] = ()
    for number, close in _near(tuple(kind.names for kind in known), *_end(path)):
        kind = known[number]
        # Without a name that fits it has nothing but its marks: often too few to be read for.
        if not close and best and best[0] >= _A_MARK * len(kind.marks):
            continue
        if not close and not counts:
            counts = counted(tuple(kind.marks for kind in known), head)
        marks = seen(kind.marks, head) if close else counts[number]
        if not close and not marks:
            continue
        fits = [name for name in close if _ends(tail, name)] if close else []
        named = max((_specific(name) for name in fits), default=0)
        sure = any("*" not in name or "/" in name for name in fits) or silent
        if not marks and (marked or not fits or not sure):
            continue
        if not fits and marks < min(1 if writes else _ENOUGH, len(kind.marks)):
            continue
        score = (_NAMED + named if fits and (marks or silent) else named) + _A_MARK * marks
        if best is None or score > best[0]:
            best = (score, kind)
    return best[1] if best else None


def named_for(path: str, kinds: Iterable[Kind]) -> list[Kind]:
    """The kinds whose names speak of a file like this one, whatever stands in it."""
    tail = "/".join(path.rsplit("/", _DEEPEST_NAME)[-_DEEPEST_NAME:])
    return [kind for kind in kinds if any(_ends(tail, name) for name in kind.names)]


def _shortened(text: str) -> str:
    r"""The text without what marks do not speak of: runs of blanks, empty lines, the ends of long lines.

    A mark that begins with ``^\s*`` is quadratic in either: a megabyte of empty lines would be minutes.
    """
    odd = not text.isascii() or any(blank in text for blank in _ODD)
    lines = (_BLANKS.sub(" ", text) if odd else text).split("\n")
    return "\n".join(line[:LONGEST_LINE] for line in lines if line.strip())


def _specific(pattern: str) -> int:
    return len(pattern.replace("*", "")) + 20 * pattern.count("/")


@lru_cache(4096)
def _near(
    kinds: tuple[tuple[str, ...], ...], folder: str, base: str
) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Each of the kinds, with those of its names that may fit this file's; kinds that have such first."""
    plain, starred = _lasts(kinds)
    near: dict[int, list[str]] = {}
    for number, name in plain.get(base, ()):
        near.setdefault(number, []).append(name)
    for above, begin, core, end, number, name in starred:
        if core in base and above in ("", folder) and base.startswith(begin) and base.endswith(end):
            near.setdefault(number, []).append(name)
    others = [(number, ()) for number in range(len(kinds)) if number not in near]
    return (*((number, tuple(near[number])) for number in sorted(near)), *others)


_Plain = dict[str, list[tuple[int, str]]]
_Starred = list[tuple[str, str, str, str, int, str]]


@cache
def _lasts(kinds: _Names) -> tuple[_Plain, _Starred]:
    """The last parts of all names: those said in full; of others the folder and what stands beside wildcards.

    To compile a regular expression for each of two hundred names takes as long as to read fifty hosts.
    """
    plain: _Plain = {}
    starred: _Starred = []
    for number, names in enumerate(kinds):
        for name in names:
            above, last = _end(name)
            pieces = _WILD.split(last)
            if len(pieces) == 1:
                plain.setdefault(last, []).append((number, name))
            else:
                above = "" if _WILD.search(above) else above
                starred.append((above, pieces[0], max(pieces, key=len), pieces[-1], number, name))
    return plain, starred


def _end(path: str) -> tuple[str, str]:
    """The last folder of a path, empty when there is none, and the file in it."""
    above, _, base = path.lower().rpartition("/")
    return above.rpartition("/")[2], base


@lru_cache(4096)
def _ends(path: str, name: str) -> bool:
    """Whether a path ends like a name: ``etc/drbd.d/r0.res`` like ``drbd.d/*.res``."""
    wanted = name.lower().split("/")
    last = path.lower().split("/")[-len(wanted) :]
    return len(last) == len(wanted) and all(map(_alike, last, wanted))


def _alike(text: str, pattern: str) -> bool:
    return text == pattern or bool(_WILD.search(pattern) and fnmatchcase(text, pattern))
