"""Texts of several lines in program text: literals of Python and Go, here-documents of Ruby."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from fournines.audit.pages.inside.commands import properties, quoted
from fournines.audit.pages.inside.folded import folded, holds_texts
from fournines.audit.pages.page import Block

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TRIPLE = ('"""', "'''")
_TICK = ("`",)
_MARKS = {
    **dict.fromkeys((".py", ".groovy", "jenkinsfile"), _TRIPLE),
    **dict.fromkeys((".go", ".js", ".mjs", ".ts"), _TICK),
    **dict.fromkeys((".java", ".kt", ".scala"), _TRIPLE[:1]),
    **dict.fromkeys((".tf", ".hcl", ".rb", ".rake", ".pp", ".php", ".pl", ".ps1", "vagrantfile"), ()),
    ".nix": ("''",),
}
"""Endings and names of program texts, and what opens and closes a text of several lines there."""
_HERE = re.compile(r"<<<?[\-~]?[ \t]*(?:\"(\w{1,40})\"|'(\w{1,40})'|(\w{1,40}))[^<>\w]{0,20}$")
_SHELLS = (".sh", ".bash")
_BEFORE = 6
_MOST = 2000
"""Lines that a text has at most; what is never closed is none."""


def is_program(path: str) -> bool:
    """Whether a path is that of a program text that may hold others."""
    return bool(_ending(path))


def _ending(path: str) -> str:
    base = path.rpartition("/")[2].lower()
    return next((end for end in _MARKS if base.endswith(end)), "")


def literals(path: str, text: str) -> list[Block]:
    """The texts of several lines, and the commands in quotes."""
    lines = text.split("\n")
    marks = _MARKS.get(_ending(path), ())
    found: list[Block] = []
    at = 0
    while at < len(lines):
        closed = _closed(lines, at, marks)
        if closed is None:
            at += 1
            continue
        first, last, inside = closed
        found += _blocks(lines, at, first, inside)
        at = last + 1
    single = sorted([*quoted(text), *properties(lines)], key=lambda said: said[1])
    if single:
        found.append(
            Block("\n".join(said for said, _ in single), tuple(line for _, line in single), "sh", ())
        )
    return found


def _closed(lines: Sequence[str], at: int, marks: Sequence[str]) -> tuple[int, int, list[str]] | None:
    """The text that this line opens: its first line, the line that closes it, and itself."""
    line = lines[at]
    for mark in marks:
        _, found, rest = line.rpartition(mark)
        if not found or line.count(mark) % 2 == 0:
            continue
        for number in range(at + 1, min(len(lines), at + _MOST)):
            before, close, _ = lines[number].partition(mark)
            if close:
                return at, number, [rest, *lines[at + 1 : number], before]
        return None
    here = _HERE.search(line[-80:])
    if here is None:
        return None
    word = here[1] or here[2] or here[3]
    for number in range(at + 1, min(len(lines), at + _MOST)):
        if lines[number].strip().rstrip(";,)") == word:
            return at + 1, number, list(lines[at + 1 : number])
    return None


def _blocks(lines: Sequence[str], at: int, first: int, inside: list[str]) -> Iterator[Block]:
    text = "\n".join(inside)
    if len(inside) < 2 or not text.strip():  # noqa: PLR2004 - a text of one line is none
        return
    numbers = tuple(range(first + 1, first + 1 + len(inside)))
    whole = [block for block in folded(text) if block.whole] if holds_texts(text) else []
    for block in whole:
        yield replace(block, lines=tuple(numbers[line - 1] for line in block.lines))
    if whole:
        return
    before = tuple(line for line in lines[max(0, at - _BEFORE) : at + 1] if line.strip())
    yield Block(_flush(text), numbers, "", before)


def _flush(text: str) -> str:
    """The text without the indentation that all its lines share, whatever stands on the first."""
    lines = text.split("\n")
    widths = [len(line) - len(line.lstrip(" ")) for line in lines[1:] if line.strip()]
    own = min(widths, default=0)
    return "\n".join([lines[0].lstrip(), *(line[own:] for line in lines[1:])])
