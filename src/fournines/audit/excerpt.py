"""The part of a long line that a sentence speaks of: what is quoted must show what is meant."""

from __future__ import annotations

import re

CUT = "\u2026"
"""What stands where a quoted line goes on."""
_WORD = re.compile(r"\w[\w.:/@=\-]*\w")
_LEAD = 4
"""One part of the room in so many shows what stands before the first word that is meant."""


def excerpt(line: str, said: str, room: int) -> str:
    """At most ``room`` characters of a line: its beginning, or the part with most of the words of ``said``.

    A sign stands at each end that was cut off.
    """
    if len(line) <= room:
        return line
    spans = _spoken_of(line, said)
    last = line.find(" ", len(line) - room + len(CUT)) + 1 or len(line)  # from here on all of it fits
    heads = [0, *(min(last, _before(line, start, room // _LEAD)) for start, _ in spans)]
    best = max(heads, key=lambda head: (_held(spans, head, room), -head))
    text = line[best:]
    front = f"{CUT} " if best else ""
    rest = room - len(front)
    return f"{front}{text}" if len(text) <= rest else f"{front}{text[: rest - 1]}{CUT}"


def _spoken_of(line: str, said: str) -> list[tuple[int, int]]:
    """Where the words of the sentence stand in the line: each where it is first met as a whole word."""
    found = []
    for word in dict.fromkeys(_WORD.findall(said)):
        start = line.find(word)
        while start >= 0:
            end = start + len(word)
            if not (line[start - 1 : start].isalnum() or line[end : end + 1].isalnum()):
                found.append((start, end))
                break
            start = line.find(word, end)
    return found


def _before(line: str, start: int, lead: int) -> int:
    """The beginning of a word, at most so far before a place."""
    at = line.find(" ", max(0, start - lead), start)
    return start if at < 0 else at + 1


def _held(spans: list[tuple[int, int]], head: int, room: int) -> int:
    """How many of the words a window shows whole."""
    last = head + room - len(CUT) * 2 - 1
    return sum(head <= start and end <= last for start, end in spans)
