"""One statement a line: HAProxy with its sections, and the flat files of the operating system."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from fournines.kit.audit.node import Node, Parsed, Problem

HAPROXY_SECTIONS = frozenset(
    [
        "global",
        "defaults",
        "listen",
        "frontend",
        "backend",
        "peers",
        "resolvers",
        "mailers",
        "userlist",
        "program",
        "http-errors",
        "cache",
        "ring",
        "fcgi-app",
        "log-forward",
        "crt-store",
        "traces",
        "acme",
        "log-profile",
    ]
)
"""HAProxy configuration manual 2.1 and the section chapters: a line starting so opens a section."""

_WORD = re.compile(
    r"""(?P<space>[ \t\r\f\v]+)
      | "(?P<double>(?:[^"\\]++|\\.)*+)(?P<dend>"|\\?$)
      | '(?P<single>[^']*)(?P<send>'|$)
      | (?P<comment>\#)
      | (?P<plain>(?:[^\s"'\#\\]++|\\.?)++)
      | (?P<other>\s)""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(.)")
_MARKED = re.compile(r"[\"'\\#\x1c-\x1f\x85\u2028\u2029]")
"""What makes more of a line than words between blanks; str.split takes more for a blank than the pattern."""


def parse_haproxy(text: str) -> Parsed:
    """Sections and the keyword lines inside them; lines before the first section stay at the top."""
    problems: list[Problem] = []
    top: list[Node] = []
    section: tuple[tuple[str, ...], int, str] | None = None
    inside: list[Node] = []
    defaults = _Defaults()

    def shut() -> None:
        if section is not None:
            words, line, rest = section
            if words[0] == "defaults":
                defaults.limit(words, inside, problems)
            top.append(Node(words, line, tuple(inside), rest, block=True))
            inside.clear()

    for node in _statements(text, problems, comment="#"):
        if node.key in HAPROXY_SECTIONS:
            shut()
            section = (node.words, node.line, node.rest)
        elif section is None:
            top.append(node)
        else:
            inside.append(node)
    shut()
    return Parsed(tuple(top), tuple(problems))


MOST_DEFAULTS = 200
"""Lines that a section may inherit; what a chain of defaults hands down is multiplied by what takes it."""


@dataclass(slots=True)
class _Defaults:
    """How many lines each defaults section hands down, its parent's among them."""

    lines: dict[str, int] = field(default_factory=dict)
    said: bool = False

    def limit(self, words: tuple[str, ...], inside: list[Node], problems: list[Problem]) -> None:
        """Leave out the lines of a section by which it would hand down too many; the first time is told."""
        name, parent = "".join(words[1:2]), "".join(words[3:4]) if words[2:3] == ("from",) else ""
        before = self.lines.get(parent, 0) if parent else 0
        room = MOST_DEFAULTS - before
        if len(inside) > room:
            if not self.said:
                said = f"it is not read on: a section inherits at most {MOST_DEFAULTS} lines of defaults"
                problems.append(Problem(inside[room].line, said, ours=True))
            self.said = True
            del inside[room:]
        self.lines[name] = before + len(inside)


def parse_lines(text: str) -> Parsed:
    """Words of each line that is neither empty nor a comment (``#``, and ``;`` or ``!`` at its start)."""
    problems: list[Problem] = []
    nodes = tuple(
        node for node in _statements(text, problems, comment="#") if not node.key.startswith((";", "!"))
    )
    return Parsed(nodes, tuple(problems))


def _statements(text: str, problems: list[Problem], *, comment: str) -> list[Node]:
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if not stripped or stripped[0] == comment:
            continue
        words, quoted = split(line, number, problems)
        if words:
            rest = stripped[len(words[0]) :].strip() if stripped.startswith(words[0]) else ""
            found.append(Node(tuple(words), number, rest=rest, quoted=quoted))
    return found


def split(line: str, number: int, problems: list[Problem]) -> tuple[list[str], bool]:
    """The words of a line, quotes and escapes resolved, up to a comment; and if word two was quoted.

    A backslash that ends the line stays as a word of its own: HAProxy has no continuation lines, and a
    rule wants to see it.
    """
    if not _MARKED.search(line):
        return line.split(), False
    words: list[str] = []
    pieces: list[str] = []
    quoted = False
    for match in _WORD.finditer(line):
        kind = match.lastgroup
        if kind in ("space", "other"):
            _glue(words, pieces)
            continue
        if kind == "comment":
            break
        word, closed = _value(match)
        if not closed:
            problems.append(Problem(number, "a quote that is not closed"))
        quoted = quoted or (len(words) == 1 and not pieces and kind != "plain")
        pieces.append(word)
    _glue(words, pieces)
    return words, quoted


def _glue(words: list[str], pieces: list[str]) -> None:
    """Put down the word that these pieces are, if there are any."""
    if pieces:
        words.append("".join(pieces))
        pieces.clear()


def _value(match: re.Match[str]) -> tuple[str, bool]:
    """A piece of a word as it is meant, and whether its quote is closed."""
    double, single, plain = match.group("double", "single", "plain")
    if single is not None:
        return single, bool(match["send"])
    closed = double is None or match["dend"] == '"'
    text: str = plain if double is None else double
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text, closed
