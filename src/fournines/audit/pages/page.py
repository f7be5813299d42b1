"""A page as blocks of code and the prose around them: CommonMark's fences and indented code."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from textwrap import dedent

_FENCE = re.compile(
    r"^(?P<item>(?:[ ]{0,8}(?:[-*+]|\d{1,3}[.)])[ ]{1,4})?)(?P<indent>[ ]{0,12})(?P<fence>`{3,}|~{3,})[ "
    r"\t]*(?P<info>[^`]*)$"
)
_HEADING = re.compile(r"^\s{0,3}(?:[-*]\s+)?(?:#{1,6}\s+|\*\*)(.+)$")
_CALLOUTS = "".join(map(chr, (*range(0x2460, 0x2474), *range(0x2776, 0x2794), *range(0x3251, 0x3260))))
"""Numbers in circles, behind a line of a block that the text below explains."""
_RULE = re.compile(r"^\s*(?:-{3,}|={5,}|\*{5,})\s*$")
_ITEM = re.compile(r"(?:[-*+]|\d{1,3}[.)])(?:[ ]{1,4}(?=\S)|$)")
_CODE = 4
"""Columns that code is indented beyond the text around it."""
_BACK = 8
"""Lines before a block that are kept as its prose."""
_SECTION = re.compile(r"^[ \t]*(?:listen|frontend|backend)[ \t]+\S", re.MULTILINE)
_INSIDE = re.compile(
    r"\s*(?:(?:option|server|bind|timeout|balance|mode|stick|http-check|tcp-check|default-server|cookie|acl|"
    r"http-request|use_backend|default_backend)[ \t]+\S)"
)
"""A line that stands inside a section of HAProxy only: a block that begins with it goes on with the last."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block as it stands: ``lines`` are the page's line numbers of the lines of ``text``.

    ``before`` is the prose since the block before, ``heading`` the heading it stands under, ``previous`` the
    text of the block before when nothing but prose lies between. ``whole``: it is all of its file.
    ``given``: a shell is given it, whatever else it looks like. ``loose``: only its indentation marks it.
    ``filled``: what holds it fills in values, as Ansible and Helm do.
    """

    text: str
    lines: tuple[int, ...]
    info: str
    before: tuple[str, ...]
    heading: str = ""
    previous: str = ""
    whole: bool = False
    given: bool = False
    loose: bool = False
    filled: bool = False


@dataclass(slots=True)
class _Reader:
    found: list[Block] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)
    heading: str = ""
    previous: str = ""
    inside: list[tuple[int, str]] = field(default_factory=list)
    lists: list[int] = field(default_factory=list)
    """Where the text of the list items begins that the reader is in, the outer ones first."""

    def is_code(self, line: str, *, blank: bool) -> bool:
        """Whether a line is indented as code is: beyond the text of a list in a list, where it is in one.

        In the item of a plain list four columns are enough, as in a paragraph: most pages are written so.
        """
        indent = _indent(line)
        if self.inside and indent >= _indent(self.inside[0][1]):
            return True
        around = self.lists[-1] if self.lists else 0
        nested = around >= _CODE or (around and _ITEM.match(line.strip()))
        return (blank or bool(self.inside)) and indent >= (around + _CODE if nested else _CODE)

    def say(self, line: str) -> None:
        if line.strip():
            indent = _indent(line)
            while self.lists and indent < self.lists[-1]:
                self.lists.pop()
            item = _ITEM.match(line.strip())
            if item:
                self.lists.append(indent + item.end())
        match = _HEADING.match(line)
        if match:
            self.heading, self.previous = match.group(1).rstrip("#*: \t\r"), ""
        if line.strip():
            self.prose.append(line)

    def end(self, info: str = "", *, loose: bool = True) -> None:
        while self.inside and not self.inside[-1][1].strip():
            self.inside.pop()
        if not self.inside:
            return
        text = dedent("\n".join(_plain(line) for _, line in self.inside))
        lines = tuple(number for number, _ in self.inside)
        before = tuple(self.prose[-_BACK:])
        block = Block(text, lines, info, before, self.heading, self.previous, loose=loose)
        self.found.append(block)
        self.prose, self.previous, self.inside = [], text, []


def _indent(line: str) -> int:
    shown = line.expandtabs(4)
    return len(shown) - len(shown.lstrip(" "))


def _plain(line: str) -> str:
    """A line without the page's own marks: callout numbers, rules, line ends of DOS."""
    bare = line.rstrip("\r").expandtabs(4) if line[:1] == "\t" else line.rstrip("\r")
    shown = bare.rstrip(" \t")
    if shown != (unnumbered := shown.rstrip(_CALLOUTS)):
        bare = unnumbered.rstrip(" \t")
    return "" if _RULE.match(bare) else bare


def blocks(page: str) -> list[Block]:
    """The blocks of a page in its order; a fence that never closes reaches to the end."""
    reader = _Reader()
    fence: re.Match[str] | None = None
    blank = True
    for number, line in enumerate(page.split("\n"), start=1):
        match = _FENCE.match(line.expandtabs(4) if line[:1] == "\t" else line)
        if fence is not None:
            if match and _closes(fence, match):
                reader.end(fence["info"].strip(), loose=False)
                fence = None
            else:
                reader.inside.append((number, line))
        elif match:
            reader.end()
            fence = match
        elif reader.is_code(line, blank=blank) if line.strip() else reader.inside:
            reader.inside.append((number, line))
        else:
            reader.end()
            reader.say(line)
        blank = not line.strip()
    reader.end(fence["info"].strip() if fence else "", loose=fence is None)
    return _whole(reader.found)


def _whole(found: list[Block]) -> list[Block]:
    """The blocks, those put together that the end of a page has cut in the middle of a section."""
    kept: list[Block] = []
    for block in found:
        if kept and not block.before and _INSIDE.match(block.text) and _SECTION.search(kept[-1].text):
            first = kept.pop()
            text, lines = f"{first.text}\n{block.text}", (*first.lines, *block.lines)
            kept.append(replace(first, text=text, lines=lines))
        else:
            kept.append(block)
    return kept


def _closes(opening: re.Match[str], match: re.Match[str]) -> bool:
    return (
        match["fence"][0] == opening["fence"][0]
        and not match["item"]
        and len(match["fence"]) >= len(opening["fence"])
        and not match["info"].strip()
    )
