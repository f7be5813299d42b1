"""Picking out of a unit's journal what went wrong, not what was said last. Pure.

A daemon that fails says its cause first and consequences after it: mariadbd ends with ``Aborting``, HAProxy
with ``Fatal errors found in configuration``, and between two attempts there is only talk. So the error of a
unit is the first line of the last burst of errors within one attempt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

BURST_SECONDS = 2.0
"""Errors that follow each other faster than this are one failure's cause and consequences."""
_SHOWN = 5

_LEVEL = re.compile(
    r"\[\s*(error|alert|emerg|crit|critical|fatal)\s*\]|^\s*(error|fatal|critical)\b[: ]"
    r"|(?-i:\b(CRITICAL|FATAL|ERROR)\b)"
    r"|^\S*(Error|Exception): ",
    re.IGNORECASE,
)
"""A line that calls itself an error: a level in brackets, a Python exception's last line."""
_WORDS = re.compile(
    r"\b(failed|failure|fails|cannot|can't|could not|unable|denied|refused|invalid|unknown keyword|not found"
    r"|no such|does not exist|doesn't exist|non-existent|already in use|timed out|abort\w*|still waiting)\b",
    re.IGNORECASE,
)
"""A line of a daemon without levels that tells of trouble."""
_MILD = re.compile(r"\[\s*(note|notice|info|debug|warning|warn)\s*\]", re.IGNORECASE)
_GOES_ON = re.compile(r"[{\[(,]$")
"""Erlang breaks a term into lines, each ending in a bracket or a comma."""
_WIDE = 200
_NUMBERS = re.compile(r"0x[0-9a-f]+|\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the journal: when (seconds), in which attempt to run the unit, who said what."""

    at: float
    attempt: str
    source: str
    text: str


def parse(lines: Iterable[str]) -> tuple[Entry, ...]:
    """The lines of ``journalctl --output=json``, a message of several lines as several entries.

    What is no such line is left out; bytes that are no text (journald sends those as numbers) are replaced.
    """
    found: list[Entry] = []
    for line in lines:
        try:
            fields = json.loads(line)
        except ValueError:
            continue
        message = fields.get("MESSAGE") or ""
        text = bytes(message).decode("utf-8", "replace") if isinstance(message, list) else str(message)
        attempt = fields.get("_SYSTEMD_INVOCATION_ID") or fields.get("INVOCATION_ID") or ""
        source = fields.get("SYSLOG_IDENTIFIER") or ""
        at = int(fields.get("__REALTIME_TIMESTAMP") or 0) / 1e6
        found += [Entry(at, attempt, source, part.strip()) for part in text.splitlines() if part.strip()]
    return tuple(found)


def errors(entries: Sequence[Entry]) -> tuple[str, ...]:
    """The error lines of the unit's last failure, its cause first; empty where nothing went wrong.

    Lines that call themselves errors count before lines that merely sound like trouble, those before what
    systemd says of the unit's end.
    """
    own = [entry for entry in _joined(entries) if entry.source != "systemd"]
    systemds = [entry for entry in entries if entry.source == "systemd"]
    strong = [e for e in own if _LEVEL.search(e.text) and not _MILD.search(e.text)]
    weak = [e for e in own if _WORDS.search(e.text) and not _MILD.search(e.text)]
    ends = [entry for entry in systemds if _WORDS.search(entry.text)]
    for chosen in (strong, weak, ends):
        if chosen:
            return tuple(dict.fromkeys(entry.text for entry in _last_burst(chosen)))[:_SHOWN]
    return ()


def alike(one: str, other: str) -> bool:
    """Whether two errors are the same but for times, process ids and addresses."""
    return _NUMBERS.sub("#", one) == _NUMBERS.sub("#", other)


def _last_burst(entries: Sequence[Entry]) -> Sequence[Entry]:
    begin = len(entries) - 1
    while begin and _together(entries[begin - 1], entries[begin]):
        begin -= 1
    return entries[begin:]


def _together(one: Entry, other: Entry) -> bool:
    return one.attempt == other.attempt and other.at - one.at <= BURST_SECONDS


def _joined(entries: Sequence[Entry]) -> list[Entry]:
    """The entries with the lines of one Erlang term in one."""
    found: list[Entry] = []
    for entry in entries:
        last = found[-1] if found else None
        if last and _GOES_ON.search(last.text) and _together(last, entry) and last.source == entry.source:
            if len(last.text) < _WIDE:
                found[-1] = replace(last, text=f"{last.text} {entry.text}")
        else:
            found.append(entry)
    return found
