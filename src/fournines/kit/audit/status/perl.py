"""From a Perl script to steps: each statement becomes the shell commands it amounts to, as Python's do.

What is not understood becomes a question that may be answered either way, so nothing is claimed of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.kit.audit.shell import parse_shell
from fournines.kit.audit.status.perl_text import statements
from fournines.kit.audit.status.shell import TooDeepError
from fournines.kit.audit.status.shell import steps_of as shell_steps
from fournines.kit.audit.status.steps import Block, Chain, Choice, Command, Function, Loop, Not, Pipe, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fournines.kit.audit.status.perl_text import Statement

LONGEST = 64 * 1024
"""Characters of a script that is followed; a check has fifty lines."""
_RUN = re.compile(r"(?:`(?P<back>[^`]*)`|qx[({\[/|](?P<qx>.*)[)}\]/|])", re.DOTALL)
_SYSTEM = re.compile(r"system\s*\(?\s*(?P<args>.*?)\s*\)?", re.DOTALL)
_SET = re.compile(r"(?:my\s+|our\s+|local\s+)?\(?\$(\w+)\)?\s*=(?!~|=)\s*(.*)", re.DOTALL)
_HEAD = re.compile(r"(if|elsif|unless|while|until|foreach|for)\s*(.*)", re.DOTALL)
_TAIL = re.compile(r"(.*\S)\s+(if|unless)\s+(.+)", re.DOTALL)
_EXIT = re.compile(r"(?:POSIX::_)?exit\b\s*\(?\s*(.*?)\s*\)?", re.DOTALL)
_MATCH = re.compile(r"[=!]~")
_COMPARED = re.compile(r"==|!=|>=|<=|>|<|\beq\b|\bne\b")
_OPERATORS = {
    "==": "-eq",
    "!=": "-ne",
    ">": "-gt",
    "<": "-lt",
    ">=": "-ge",
    "<=": "-le",
    "eq": "=",
    "ne": "!=",
}
_STATUS = re.compile(r"\$\?(?:\s*>>\s*8)?|\$CHILD_ERROR")
_PRINTED = re.compile(
    r"(?:print|say)\s*+(?:\(\s*+)?(?:STDOUT\s++)?('[^']*'|\"[^\"]*\")(?:\s*,[^;]*)?\)?", re.DOTALL
)
"""What goes to standard output, as far as it begins with a text."""
_QUIET = re.compile(
    r"(?:print|printf|say|use|no|require|package|openlog|syslog|closelog|sleep|chomp|warn|local|my|our|\$\|)\b|\$\|"
)


def steps_of(text: str) -> Step | None:
    """The steps of a script; None when it is too much of it, or nothing that can be read."""
    found = statements(text) if len(text) <= LONGEST else None
    if found is None:
        return None
    try:
        return _Reader(found).script()
    except (TooDeepError, RecursionError):
        return None


class _Reader:
    def __init__(self, found: Sequence[Statement]) -> None:
        self.found = found
        self.subs = {one.text.split()[1].split("(")[0] for one in found if one.text.startswith("sub ")}
        self.statuses: set[str] = set()

    def script(self) -> Step:
        return Block((*self.block(self.found).steps, Command(("exit", "0"), 0)))

    def block(self, found: Sequence[Statement]) -> Block:
        steps: list[Step] = []
        rest = list(found)
        while rest:
            one = rest.pop(0)
            if one.body is None:
                steps += self.simple(one.text, one.line)
            elif one.text.startswith(("if", "unless")):
                steps.append(self.choice(one, rest))
            elif one.text.startswith("sub "):
                steps.append(Function(one.text.split()[1].split("(")[0], self.block(one.body)))
            elif one.text.startswith(("while", "until", "for")):
                steps.append(Loop(None, self.block(one.body)))
            elif one.text.startswith("eval"):
                steps.append(Choice(Command((f"eval {one.line}",), one.line), self.block(one.body)))
            else:
                steps += self.block(one.body).steps
        return Block(tuple(steps))

    def choice(self, one: Statement, rest: list[Statement]) -> Step:
        head = _HEAD.fullmatch(one.text)
        asked = self.condition(head.group(2) if head else "", one.line)
        otherwise: Step = Block()
        if rest and rest[0].body is not None and rest[0].text.startswith("els"):
            following = rest.pop(0)
            elsif = following.text.startswith("elsif")
            otherwise = self.choice(following, rest) if elsif else self.block(following.body or ())
        condition = Not(asked) if one.text.startswith("unless") else asked
        return Choice(condition, self.block(one.body or ()), otherwise)

    # --- statements -------------------------------------------------------------------------------------

    def simple(self, text: str, line: int) -> list[Step]:
        tail = _TAIL.fullmatch(text)
        if tail and not _balanced(tail.group(1)):
            tail = None
        if tail:
            when = self.condition(tail.group(3), line)
            when = Not(when) if tail.group(2) == "unless" else when
            return [Choice(when, Block(tuple(self.simple(tail.group(1), line))))]
        for word, both in ((" or ", False), (" || ", False), (" and ", True), (" && ", True)):
            left, found, right = text.partition(word)
            given = _SET.fullmatch(left)
            if not found or not _balanced(left) or (given and not word.strip().isalpha()):
                continue
            asked: Step = self.condition(left, line)
            if given:  # my $x = f() or exit 1: whether it is true is not known
                asked = Block((*self.one(left, line), Command((left[:200],), line)))
            return [Chain(asked, Block(tuple(self.simple(right, line))), both)]
        return self.one(text, line)

    def one(self, text: str, line: int) -> list[Step]:  # noqa: PLR0911 - one a kind
        ended = _EXIT.fullmatch(text)
        if ended:
            return [Command(("exit", self.word(ended.group(1)) if ended.group(1) else "0"), line)]
        if re.match(r"die\b|croak\b|confess\b", text):
            return [Command(("exit", "255"), line)]
        if re.match(r"return\b", text):
            return [Command(("return", "0"), line)]
        given = _SET.fullmatch(text)
        if given:
            return list(self.assigned(given.group(1), given.group(2), line))
        ran = _SYSTEM.fullmatch(text)
        if ran:
            return [_shell(ran.group("args"), line)]
        called = re.match(r"&?(\w+)\b", text)
        if called and called.group(1) in self.subs:
            return [Command((called.group(1),), line)]
        if text.startswith("exec"):
            return [_shell(text[4:].strip(" ()"), line), Command(("exit", "$?"), line)]
        printed = _PRINTED.fullmatch(text)
        if printed:
            return [Command(("echo", self.word(printed.group(1))), line)]
        if _QUIET.match(text):
            return []
        return [Chain(Command((text[:200],), line), Command(("exit", "255"), line), both=False)]

    def assigned(self, name: str, value: str, line: int) -> Iterator[Step]:
        ran = _RUN.fullmatch(value.strip())
        system = _SYSTEM.fullmatch(value) if value.startswith("system") else None
        if ran:
            yield Command((f"{name}=$({(ran.group('back') or ran.group('qx') or '').strip()})",), line)
        elif system or _STATUS.fullmatch(value):
            self.statuses.add(name)
            asked = (
                _shell(system.group("args"), line) if system else Command(("[", "$?", "=", "0", "]"), line)
            )
            yield Choice(asked, Command((f"{name}=0",), line), Command((f"{name}=1",), line))
        elif re.fullmatch(r"\d+|'[^'$]*'|\"[^\"]*\"|\$\w+", value.strip()):
            yield Command((f"{name}={self.word(value)}",), line)
        else:
            yield Command((f"{name}=$unknown",), line)

    # --- conditions -------------------------------------------------------------------------------------

    def condition(self, text: str, line: int) -> Step:
        """A condition, with status 0 where it is true."""
        text = _bare(text)
        for pattern, both in ((r"\|\||(?<=\s)or(?=\s)", False), (r"&&|(?<=\s)and(?=\s)", True)):
            for match in re.finditer(pattern, text):
                left, right = text[: match.start()], text[match.end() :]
                if left and right and _balanced(left):
                    return Chain(self.condition(left, line), self.condition(right, line), both)
        if text.startswith(("!", "not ")) and not text.startswith(("!~", "!=")):
            return Not(self.condition(text.removeprefix("!").removeprefix("not "), line))
        bound = _MATCH.search(text)
        if bound:
            sought = _pattern(text[bound.end() :].strip())
            asked = Command(("[", self.word(text[: bound.start()]), "=", f"*{sought}*", "]"), line)
            return asked if bound.group() == "=~" else Not(asked)
        compared = _COMPARED.search(text, 1)
        if compared and compared.end() < len(text):
            left, right = text[: compared.start()].rstrip(), text[compared.end() :].lstrip()
            return self.compared(left, compared.group(), right, line)
        return self.truth(text, line)

    def compared(self, left: str, operator: str, right: str, line: int) -> Step:
        system = _SYSTEM.fullmatch(left) if left.startswith("system") else None
        status = _STATUS.fullmatch(left.strip("() "))
        if (system or status) and right.strip() == "0" and operator in ("==", "!="):
            asked = (
                _shell(system.group("args"), line) if system else Command(("[", "$?", "=", "0", "]"), line)
            )
            return asked if operator == "==" else Not(asked)
        return Command(("[", self.word(left), _OPERATORS[operator], self.word(right), "]"), line)

    def truth(self, text: str, line: int) -> Step:
        name = re.fullmatch(r"\$(\w+)", text)
        if text.startswith("system"):
            ran = _SYSTEM.fullmatch(text)
            return Not(_shell(ran.group("args") if ran else "", line))
        if _STATUS.fullmatch(text):
            return Not(Command(("[", "$?", "=", "0", "]"), line))
        if name and name.group(1) in self.statuses:
            return Command(("[", f"${{{name.group(1)}}}", "!=", "0", "]"), line)
        if name:
            return Command(("[", "-n", f"${{{name.group(1)}}}", "]"), line)
        test = re.fullmatch(r"(-[edfsr])\s*\(?(.+?)\)?", text)
        if test:
            return Command(("[", test.group(1), self.word(test.group(2)), "]"), line)
        return Command((text[:200] or "unknown",), line)

    def word(self, text: str) -> str:
        """A value as a word of the shell."""
        text = _bare(text)
        ran = _RUN.fullmatch(text)
        if ran:
            return f"$({(ran.group('back') or ran.group('qx') or '').strip()})"
        if _STATUS.fullmatch(text):
            return "$?"
        if re.fullmatch(r"'[^']*'|\"[^\"]*\"", text):
            return text[1:-1]
        return re.sub(r"\$(\w+)", r"${\1}", text)


def _pattern(text: str) -> str:
    """The text that ``/.../`` or ``m{...}x`` looks for, without its anchors."""
    inside = text.removeprefix("m")[1:].rstrip("abcdefghijklmnopqrstuvwxyz")[:-1]
    return re.sub(r"\\(.)", r"\1", inside.strip("^$"))


def _bare(text: str) -> str:
    """An expression without the brackets around all of it."""
    text = text.strip()
    while text.startswith("(") and text.endswith(")") and _balanced(text[1:-1]):
        text = text[1:-1].strip()
    return text


def _balanced(text: str) -> bool:
    """Whether brackets and quotes are closed in the order they are opened."""
    bare = re.sub(r"\\.|\"[^\"]*\"|'[^']*'|`[^`]*`", "", text)
    depth = 0
    for letter in bare:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth < 0:
            return False
    return depth == 0 and not set(bare) & set("\"'`")


def _shell(args: str, line: int) -> Step:
    """What ``system`` runs: one text for a shell, or a program and its words."""
    parts = re.findall(r"'([^']*)'|\"((?:[^\"\\]|\\.)*)\"|(\$\w+)", args)
    words = [re.sub(r"\\(.)", r"\1", single or double or name) for single, double, name in parts]
    if not words:
        return Command((f"system {args[:200]}",), line)
    if len(words) > 1:
        return Command(tuple(words), line)
    return _at(shell_steps(parse_shell(words[0]).nodes), line)


def _at(step: Step, line: int) -> Step:
    """A step of one line, with the line it stands on in the script."""
    match step:
        case Command(words, _):
            return Command(words, line)
        case Block(steps):
            return Block(tuple(_at(one, line) for one in steps))
        case Chain(left, right, both):
            return Chain(_at(left, line), _at(right, line), both)
        case Not(inner):
            return Not(_at(inner, line))
        case Pipe(parts):
            return Pipe(tuple(_at(part, line) for part in parts))
    return step
