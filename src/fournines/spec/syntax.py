"""What the YAML parser complains of, in words of our own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import yaml

OPENED = {
    "while scanning a quoted scalar",
    "while scanning a simple key",
    "while parsing a flow sequence",
    "while parsing a flow mapping",
}
"""Contexts in which the mistake lies where something began, not where the parser gave up."""

GLUED = "unexpected ':'"
"""What YAML would say of ``name:blog`` if that were not a text that may go on in the next line."""
AFTER_GLUED = "mapping values are not|could not find expected ':'|<document start>|block mapping"
"""What it says instead, there or on the next line that holds something."""
BLANK = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
"""What looks like a space and indents nothing."""
TEMPLATE = "templates ({{ name }}, ${NAME}) are not filled in", "write the value itself"
LOOKS = (
    ("(\\s*[\"']?[A-Za-z0-9_.-]+)\uff1a", "\uff1a is U+FF1A and no colon", "write a colon and a blank"),
    (r"([^#]*?)(?:\$\{|\{\{[^:}]*\}\}|\{%)", *TEMPLATE),
    (
        r"([^#]*?)((?:[0-9]{1,3}\.){3})[\[{]([0-9]+)[^0-9]+[0-9]+[]}]",
        "addresses have no ranges",
        r"write \2\3+: it is counted up from there, for each host of a range",
    ),
    (
        r"([^#]*?[{\[,:]\s*)[A-Za-z][A-Za-z0-9-]*\[[0-9]+-[0-9]+\]",
        "a range of hosts is a key of its own under hosts",
        "write it on a line of its own, without braces around it; elsewhere an entry for each host",
    ),
)
"""Lines that no site file has, as patterns: what is wrong begins behind the first group."""
DEEPER = "mapping values are not|block (end|mapping)|did not find expected key"
DASH = "a dash without a blank after it", "write - and a blank before the entry"
_GLUED_DASH = re.compile(r"\s*-(?=[A-Za-z])")
_GLUED_KEY = re.compile(r"\s*[A-Za-z0-9_-]+(?=:[^\s/])")

_SYNTAX = (
    (r"character '\t'", "a tab stands here; YAML is indented by spaces", "replace the tab by spaces"),
    ("incompatible|directive|%", "a line that begins with % is none of a site file's", "remove it"),
    ("escape", "a backslash with a letter that means nothing", "use single quotation marks"),
    (GLUED, "a colon without a blank after it", "write key: value, or quote the text"),
    ("single document", "a second document begins here", "keep one document, without --- between"),
    ("quoted scalar", "a quotation mark is opened and not closed", "close it, or take it away"),
    (
        "mapping values are not",
        "a colon where no key can stand",
        "quote a text that holds ': ', or mend the indentation",
    ),
    (
        "',' or '[\\]}]'",
        "a bracket is opened and not closed, or a comma is missing",
        "close it, or separate the entries by commas",
    ),
    (
        "expected '-' indicator",
        "entries with a dash and entries without one stand in one list",
        "write hosts, networks and components without dashes: each under its name",
    ),
    (
        "'?<document start>|block (end|mapping)|block sequence",
        "what stands here does not go on with the lines before",
        "mend the indentation: keys of one level begin in one column",
    ),
    ("could not find expected ':'", "a key without a colon", "write key: value"),
    ("cannot start any token", "this character cannot begin a text", "put the text into quotation marks"),
    ("undefined alias|anchor|alias", "aliases (*name) are not understood", "write the value out"),
    ("tag|handle", "tags (!name) are not understood", "write the plain value"),
    (
        "block scalar|chomping|indentation",
        "a block of text (| or >) that is not one",
        "write the value on one line",
    ),
    (
        "expected the node content|flow node|did not find expected node",
        "a value is missing here, or a bracket is too many",
        "write the value, or take the bracket away",
    ),
)


def glued_colon(lines: Sequence[str], line: int) -> tuple[int, int] | None:
    """The line and column, from 1, of a key's colon without a blank after it.

    It stands in this line, or in the last one before it that says anything but a comment.
    """
    told = [number for number in range(1, line) if lines[number - 1].partition("#")[0].strip()]
    for number in (line, *told[-1:]):
        if number <= len(lines) and (found := _GLUED_KEY.match(lines[number - 1])):
            return number, found.end() + 1
    return None


def deeper_than(lines: Sequence[str], line: int) -> tuple[int, int] | None:
    """The line before this one, where that is whole (``key: value``), and where this one begins."""
    told = [number for number in range(1, line) if lines[number - 1].partition("#")[0].strip()]
    if not told or line > len(lines):
        return None
    before = lines[told[-1] - 1]
    margins = [len(one) - len(one.lstrip(" ")) for one in (before, lines[line - 1])]
    whole = re.fullmatch(r"[^:#]+: +(\{.*\}|\[.*\]|[^#{[|>]+)", before.partition(" #")[0].rstrip())
    return (told[-1], margins[1] + 1) if whole and margins[1] > margins[0] else None


def glued_dash(line: str) -> int | None:
    """The column, from 1, of a dash at a line's beginning that has no blank after it."""
    found = _GLUED_DASH.match(line)
    return found.end() if found else None


def syntax_words(character: str, said: str) -> tuple[str, str]:
    """YAML's own complaint about a character in our words, and what to do."""
    if character == "\t":
        return "a tab stands here; YAML is indented by spaces", "replace the tab by spaces"
    for pattern, what, hint in _SYNTAX:
        if re.search(pattern, said):
            return what, hint
    return (
        "this cannot be read as YAML",
        "look for a bracket, a quotation mark or a colon too many or too few",
    )


def tricks(event: yaml.Event) -> Iterator[tuple[str, str]]:
    """What YAML could do here that no site file does: the values are to be what stands there."""
    if isinstance(event, yaml.DocumentStartEvent) and (event.version or event.tags):
        yield "directives (%YAML, %TAG) are not understood", "remove the line"
    if isinstance(event, yaml.AliasEvent):
        yield "aliases (*name) are not understood", "write the value out"
    elif isinstance(event, yaml.NodeEvent) and event.anchor:
        yield "anchors (&name) are not understood", "take the anchor away"
    if getattr(event, "tag", None):
        yield "tags (!name) are not understood", "write the plain value"


def no_space(character: str) -> tuple[str, str]:
    """The words for a blank that only looks like a space."""
    what = f"a blank stands here that is no space, U+{ord(character):04X}: it indents nothing"
    return what, "replace it by spaces"
