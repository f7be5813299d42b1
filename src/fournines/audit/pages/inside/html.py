"""Pages in HTML: what stands in ``<pre>``, and the prose around it without its tags."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from fournines.audit.pages.page import Block

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDINGS = (".html", ".htm", ".xhtml")
_TAG = re.compile(r"<[/!a-zA-Z][^<>]*+>")
_BREAK = re.compile(r"</div></div>|<br ?/?>|</(?:p|li|tr)>", re.IGNORECASE)
_HEADING = re.compile(r"<h[1-6]\b[^<>]*+>", re.IGNORECASE)
_OPEN = re.compile(r"<(pre|textarea|script|style|svg)\b[^<>]*+>", re.IGNORECASE)
_LISTINGS = ("pre", "textarea")
_TITLE = "\x00"
_BEFORE = 8
_LONGEST = 400
"""Characters of a paragraph that count as what stands before a listing: its end."""


def html_blocks(text: str) -> tuple[list[Block], str]:
    """The listings of a page, and its prose with a line for each line of the page."""
    found: list[Block] = []
    prose = [""]
    heading = ""
    for part, name in _parts(text):
        if name in _LISTINGS:
            lines, numbers = _listing(part, len(prose))
            before = tuple(line[-_LONGEST:] for line in prose[-_BEFORE * 4 :] if line.strip())[-_BEFORE:]
            found.append(Block("\n".join(lines), numbers, "", before, heading))
            prose += [""] * part.count("\n")
        elif name:
            prose += [""] * part.count("\n")
        else:
            first, *others = _said(part)
            prose[-1] += first
            prose += others
            heading = next(
                (said[2:] for said in reversed([first, *others]) if said.startswith("# ")), heading
            )
    return found, "\n".join(prose)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """The page in parts, each with the name of the element it fills; the empty name for prose."""
    at = 0
    while opened := _OPEN.search(text, at):
        name = opened[1].lower()
        yield text[at : opened.end()], ""
        at = min(
            (end for end in (text.find(f"</{it}", opened.end()) for it in (name, name.upper())) if end >= 0),
            default=len(text),
        )
        yield text[opened.end() : at], name
    yield text[at:], ""


def _listing(part: str, line: int) -> tuple[list[str], tuple[int, ...]]:
    """The lines of a listing without their tags, and the lines of the page they stand on."""
    lines: list[str] = []
    numbers: list[int] = []
    for offset, raw in enumerate(part.split("\n")):
        for piece in _BREAK.sub("\n", raw).split("\n"):
            lines.append(_bare(piece).rstrip())
            numbers.append(line + offset)
    return lines, tuple(numbers)


def _said(part: str) -> list[str]:
    """The prose of a part, line by line; a heading begins with ``#``."""
    lines = _TAG.sub(_lines_of, _HEADING.sub(lambda tag: _TITLE + _lines_of(tag), part)).split("\n")
    said = [_bare(line).strip() for line in lines]
    return [f"# {line.rpartition(_TITLE)[2].strip()}" if _TITLE in line else line for line in said]


def _lines_of(tag: re.Match[str]) -> str:
    return "\n" * tag.group().count("\n") or " "


def _bare(line: str) -> str:
    return html.unescape(_TAG.sub("", line)).replace("\xa0", " ")
