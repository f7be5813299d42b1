"""What was typed at a terminal, in a file that somebody saved of it: notes, or a file and its command."""

from __future__ import annotations

import re

_PROMPT = re.compile(
    r"^[ \t]{0,8}(?:\[[\w.\-]{1,40}@[\w.\-]{1,60}[^\[\]#$>\n]{0,60}\]|"
    r"[\w.\-]{1,40}@[\w.\-]{1,60}:[^#$>=\n]{0,60})[#$][ \t]{0,3}(?=[\w./])"
)
_HERE = re.compile(r"<<-?[ \t]{0,3}[\"']?(\w{1,40})")
_CALL = re.compile(
    r"[ \t]{0,8}(?:[^#$>\n]{0,80}[#$>][ \t]{1,3})?(?:sudo[ \t]{1,3})?(?:cat|more|less|vim?|nano)"
    r"[ \t]{1,3}[\w.\-]{0,60}/[\w./\-]{1,200}[ \t\r]{0,8}"
)
_LEAST = 2
"""Prompts that make a text the record of a session."""


def prompts(text: str) -> int:
    """How many commands stand behind a prompt that names a user and a host."""
    return sum(_PROMPT.match(line) is not None for line in text.split("\n"))


def typed(text: str) -> str:
    """The commands of a session, each in its line; the text itself where it is none."""
    if prompts(text) < _LEAST:
        return text
    lines = text.split("\n")
    kept: list[str] = []
    until, goes_on = "", False
    for line in lines:
        prompt = None if until or goes_on else _PROMPT.match(line)
        if prompt or until or goes_on:
            command = line[prompt.end() :] if prompt else line
            here = _HERE.search(command) if prompt else None
            until = here[1] if here else "" if line.strip() == until else until
            goes_on = not until and command.rstrip().endswith("\\")
            kept.append(command)
        else:
            kept.append("")
    return "\n".join(kept)


def printed(text: str) -> str:
    """A file without the command that printed it, where that is its first line."""
    first, newline, rest = text.partition("\n")
    return f"{newline}{rest}" if newline and _CALL.fullmatch(first) else text


_BOLD = re.compile(r"^([ \t]*+)\*\*(?=\w)|(?<=\w)\*\*(?=[ \t\r]*$)", re.MULTILINE)


def unmarked(text: str) -> str:
    """A file without the asterisks of a post that had lines of it in bold."""
    return _BOLD.sub(r"\1", text) if "**" in text else text
