"""Shell scripts and pasted commands: one node for each simple command, with its here-documents.

Not a shell: enough to see what is run, in what order, and how a script ends. ``rest`` holds the operator
behind the command (``&&``, ``||``, ``|``, ``;``, ``&`` or empty at a line's end). Keywords (``if``,
``then``, ``fi``...) are nodes of their own. A here-document is the child ``("<<", delimiter)`` of its
command, its body in ``rest``, its first line in ``line``, ``quoted`` when no variable is put in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from fournines.kit.audit.node import Node, Parsed, Problem

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\f\v]+)
      | (?P<newline>\n)
      | (?P<joined>\\\n)
      | (?P<comment>\#[^\n]*)
      | (?P<here><<-?[ \t]*(?:'(?P<d1>\w+)'|"(?P<d2>\w+)"|\\?(?P<d3>\w+)))
      | (?P<redirect>\d*(?:>>|>&|<&|>\||<<<|>|<)|&>>?)
      | (?P<operator>&&|\|\||\|&|;;|[;&|])
      | (?P<group>[()])
      | "(?P<double>(?:[^"\\]++|\\.)*+)(?P<dend>"|\\?\Z)
      | '(?P<single>[^']*)(?P<send>'|\Z)
      | (?P<substitution>\$\(|`)
      | (?P<plain>(?:\$\{[^}\n]{0,200}\}|[^\s"'`;&|()<>\\$]++|\\.|\$(?!\())+)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
BLOCK_WORDS = (
    frozenset(["if", "then", "elif", "else", "fi", "for", "while", "until", "do", "done", "case", "esac"])
    | frozenset("{}()")
    | frozenset(["function", "select"])
)
"""Words of the shell that are commands of their own in the tree: they open, join or close blocks."""
_CLOSING = frozenset(["fi", "done", "esac", "}", ")"])
"""Words that end a block: an operator may stand behind the block as behind a command."""
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_QUOTED = re.compile(r"\\([$`\"\\])")
"""What a backslash takes its meaning from between double quotes; before all else it is a letter."""
_BACKTICK = re.compile(r"[^`\\]*(?:\\.[^`\\]*)*`", re.DOTALL)
_PAREN = re.compile(r"[()'\"\\]")
_LONGEST_SUBSTITUTION = 4000
MOST_WORDS = 5000
"""Words that are read of a command: rules take them off one by one."""
_MOST_STEPS = 200_000
"""Brackets that are looked at inside substitutions of one file: keeps a text of nothing but ``$(`` linear."""


@dataclass(frozen=True, slots=True)
class _Here:
    """A here-document that is announced: ``quoted`` keeps its body as it stands."""

    delimiter: str
    tabs: bool
    quoted: bool


@dataclass(slots=True)
class _Shell:
    text: str
    nodes: list[Node] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    line: int = 1
    started: int = 1
    glued: bool = False
    full: bool = False
    steps: int = 0
    here: list[_Here] = field(default_factory=list)
    waiting: list[tuple[_Here, int | None]] = field(default_factory=list)

    last: int = field(init=False)

    def __post_init__(self) -> None:
        self.last = self.text.count("\n") + 1

    def add(self, word: str) -> None:
        if self.glued and self.words:
            self.pieces.append(word)
        else:
            if not self.words:
                self.started = self.line
            if len(self.words) < MOST_WORDS:
                self.words.append(word)
            elif not self.full:
                said = f"only {MOST_WORDS} words of this command were read"
                self.problems.append(Problem(self.started, said, ours=True))
                self.full = True
        self.glued = True

    def apart(self) -> None:
        """End the word at hand: the pieces it was glued of, thousands perhaps, are put together once."""
        if self.pieces:
            self.words[-1] += "".join(self.pieces)
            self.pieces = []
        self.glued = False

    def end(self, operator: str = "") -> None:
        self.apart()
        before = 0
        while before < len(self.words) and self.words[before] in BLOCK_WORDS:
            self.nodes.append(Node((self.words[before],), self.started))
            before += 1
        del self.words[:before]
        index = len(self.nodes) if self.words else None
        self.waiting.extend((here, index) for here in self.here)
        self.here = []
        if self.words:
            self.nodes.append(Node(tuple(self.words), self.started, rest=operator))
            self.words = []
        elif operator and self.nodes and self.nodes[-1].key in _CLOSING and not self.nodes[-1].rest:
            self.nodes[-1] = replace(self.nodes[-1], rest=operator)

    def heredocs(self, position: int) -> int:
        """Read the bodies waiting behind this newline; returns where the next command starts."""
        for here, index in self.waiting:
            body: list[str] = []
            first = min(self.line, self.last)  # one whose body the text ends before stands on its last line
            closed = False
            while position < len(self.text):
                stop = self.text.find("\n", position)
                stop = len(self.text) if stop < 0 else stop
                line = self.text[position:stop]
                position = min(stop + 1, len(self.text))
                self.line += 1
                if (line.lstrip("\t") if here.tabs else line).rstrip("\r ") == here.delimiter:
                    closed = True
                    break
                body.append(line)
            if not closed:
                self.problems.append(Problem(first, f"the here-document is not closed by {here.delimiter}"))
            child = Node(
                ("<<", here.delimiter), first, rest="\n".join(body), quoted=here.quoted, closed=closed
            )
            if index is not None:
                command = self.nodes[index]
                self.nodes[index] = Node(
                    command.words, command.line, (*command.children, child), command.rest
                )
        self.waiting = []
        return position


@dataclass(slots=True)
class _Lines:
    """Lines that say the same are read once: a script made by a loop has thousands of them.

    Only what a line is by itself is kept: no here-document, no quote that goes on, nothing that speaks of the
    line before it.
    """

    shell: _Shell
    read: dict[str, tuple[Node, ...]] = field(default_factory=dict)
    text: str = ""
    state: tuple[int, int, int, int] = (0, 0, 0, 0)

    def begin(self, position: int) -> int:
        """Take over the lines from here on that were read before; returns where the first other begins."""
        shell = self.shell
        while True:
            stop = shell.text.find("\n", position, position + _REMEMBERED)
            self.text = shell.text[position:stop] if stop >= 0 else ""
            known = self.read.get(self.text) if self.text else None
            if known is None:
                break
            shell.nodes += [Node(node.words, shell.line, rest=node.rest) for node in known]
            shell.line += 1
            position = stop + 1
        self.state = (stop, shell.line, len(shell.problems) + shell.steps, len(shell.nodes))
        return position

    def keep(self, newline: int) -> None:
        """Remember the line that ended here, if it stood for itself."""
        stop, line, odd, nodes = self.state
        shell = self.shell
        itself = newline == stop and shell.line == line + 1 and odd == len(shell.problems) + shell.steps
        if self.text and itself and self.text.lstrip()[:1] not in _JOINS:
            self.read[self.text] = tuple(shell.nodes[nodes:])


_REMEMBERED = 200
"""Characters of a line that is remembered."""
_JOINS = frozenset(("", ";", "&", "|"))
"""Beginnings of a line that goes on with the one before it."""


def parse_shell(text: str) -> Parsed:
    """Read a script or pasted commands; linear in its length."""
    shell = _Shell(text)
    lines = _Lines(shell)
    position = lines.begin(0)
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:  # cannot happen: (?P<other>.) takes anything
            break
        position = _take(shell, match)
        if match.lastgroup == "newline":
            lines.keep(match.start())
            position = lines.begin(position)
    shell.end()
    if "<<" in text:
        _through_pipes(shell.nodes)
    return Parsed(tuple(shell.nodes), tuple(shell.problems[:100]))


def _through_pipes(nodes: list[Node]) -> None:
    """``cat <<EOF | crm configure``: what cat hands on is the next command's to read.

    A ``cat`` between two others hands on what it was handed: the bodies are put down once, behind the last.
    """
    handed: list[Node] = []
    for index, node in enumerate(nodes):
        passes = node.key == "cat" and node.rest == "|" and index + 1 < len(nodes)
        if passes and (node.children or handed):
            handed[:0] = node.children
            nodes[index] = replace(node, children=())
        elif handed:
            nodes[index] = replace(node, children=(*node.children, *handed))
            handed = []


def _take(shell: _Shell, match: re.Match[str]) -> int:  # noqa: C901 - one branch a token
    kind, token = match.lastgroup, match.group()
    position = match.end()
    if kind in ("space", "joined"):
        shell.apart()
        shell.line += token.count("\n")
    elif kind == "newline":
        shell.end()
        shell.line += 1
        if shell.waiting:
            position = shell.heredocs(position)
    elif kind == "comment":
        if shell.glued:  # a # inside a word is no comment
            shell.add("#")
            return match.start() + 1
    elif kind == "here":
        shell.apart()
        delimiter = match.group("d1") or match.group("d2") or match.group("d3")
        quoted = match.group("d3") is None or "\\" in token
        shell.here.append(_Here(delimiter, token.startswith("<<-"), quoted))
    elif kind == "redirect":
        shell.apart()
        shell.add(token)
        shell.apart()
    elif kind == "operator":
        shell.end(token)
    elif kind == "group":
        shell.end()
        shell.nodes.append(Node((token,), shell.line))
    elif kind == "substitution":
        position = _substitution(shell, match)
    else:
        _word(shell, match)
    return position


def _word(shell: _Shell, match: re.Match[str]) -> None:
    token, double, single = match.group(0, "double", "single")
    if single is not None:
        closed, word = bool(match["send"]), single
    else:
        closed = double is None or match["dend"] == '"'
        word = token if double is None else double.replace("\\\n", "")
        word = (_ESCAPE if double is None else _QUOTED).sub(r"\1", word) if "\\" in word else word
    if not closed:
        shell.problems.append(Problem(shell.line, "a quote that is not closed"))
    shell.add(word)
    shell.line += token.count("\n")


def _substitution(shell: _Shell, match: re.Match[str]) -> int:
    """Keep ``$(...)`` and backticks as the text of one word: what is run inside is not followed."""
    start = match.end()
    text = shell.text
    if match.group() == "`":
        close = _BACKTICK.match(text, start, start + _LONGEST_SUBSTITUTION)
        end = close.end() if close else start
    else:
        depth, end = 1, start
        reach = start + _LONGEST_SUBSTITUTION if shell.steps < _MOST_STEPS else start
        for step in _PAREN.finditer(text, start, reach):
            shell.steps += 1
            depth += {"(": 1, ")": -1}.get(step.group(), 0)
            if depth == 0:
                end = step.end()
                break
    whole = text[match.start() : end]
    shell.add(whole)
    shell.line += whole.count("\n")
    return end
