"""How much of what was found is judged: so many lines of all files together, whatever a line holds.

Rules look at everything several times. What is counted is what they have to look at: a line of configuration,
a long one as several, one of nothing but quotes and braces as many, and for each file something beside.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field

MOST_LINES = 40_000
"""Lines of all files together that say something, neither blank nor comment: 200 hosts of 200 lines."""
LIMIT = f"{MOST_LINES:,} lines are the most that is judged of all files (--whole lifts that)"

_OF_A_FILE = 10
"""Lines that a file of a known kind counts for beside its own: what rules ask of each."""
_LINE = 100
"""Characters of a line: what is longer counts as several."""
_MARKS = 3
"""Quotes, braces, operators that a line has; of what it has beyond them, two count as a line more."""
_OF_A_STRANGER = 2
"""Lines that a file of no known kind counts for, however short: its name and its marks are looked for."""
_LOOKED_AT = 500
"""Characters of a file of no known kind that are searched while a line is judged."""
_COMPOSED = 20
"""Characters of YAML that are read while a line is judged."""
_MOST_LOOKED_AT = 64 * 1024
_OF_A_SECTION = 2
"""Lines that a section of HAProxy counts for beside its own: dozens of rules ask each, however short."""
_SECTIONS = ("listen ", "frontend ", "backend ")
_SAYING = re.compile(r"^[ \t]*+[^\s#;!][^\n]*+", re.MULTILINE)
_ELEMENT = re.compile(r"<[^<]*+")
_OTHER = {ord(mark): None for mark in "\"'`{}()[];|&<>$\\,"}


@dataclass(slots=True)
class Allowance:
    """The lines that may still be judged."""

    lines: int = field(default_factory=lambda: MOST_LINES)

    @classmethod
    def of(cls, *, whole: bool) -> Allowance:
        """The usual one, or one that is never spent."""
        return cls(sys.maxsize) if whole else cls()

    @property
    def spent(self) -> bool:
        """Whether nothing more is judged."""
        return self.lines <= 0

    def other(self, text: str) -> None:
        """Count a file of no known kind, which was only looked at."""
        self.lines -= _OF_A_STRANGER + min(len(text), _MOST_LOOKED_AT) // _LOOKED_AT

    def composed(self, text: str) -> None:
        """Count a text of YAML, which is slow to read."""
        self.lines -= len(text) // _COMPOSED

    def within(self, text: str) -> str:
        """As much of a file's text as may be judged, and count it."""
        said = (_ELEMENT if text.lstrip()[:1] == "<" else _SAYING).findall(text)
        whole = _OF_A_FILE + _count(len(said), "".join(said)) + sum(map(_begun, said))
        if whole <= self.lines:
            self.lines -= whole
            return text
        end = 0
        for line in said:
            end = text.index(line, end) + len(line)
            self.lines -= _count(1, line) + _begun(line)
            if self.lines <= 0:
                return text[:end]
        self.lines -= _OF_A_FILE
        return text


def _count(lines: int, text: str) -> int:
    """What these lines count for: each for one, and for more what has more in it than lines have."""
    marks = len(text) - len(text.translate(_OTHER))
    long, dense = len(text) - lines * _LINE, marks - lines * _MARKS
    return lines + max(0, long) // _LINE + max(0, dense) // 2


def _begun(line: str) -> int:
    """What a line counts for beside itself because it begins a section."""
    return _OF_A_SECTION if line.startswith(_SECTIONS) else 0
