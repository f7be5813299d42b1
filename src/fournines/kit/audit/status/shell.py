"""From the flat commands of a shell script to steps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.kit.audit.status.steps import (
    Block,
    Cases,
    Chain,
    Choice,
    Command,
    Function,
    Loop,
    Not,
    Pipe,
    Step,
    Subshell,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fournines.kit.audit.node import Node

DEEPEST = 40
"""Blocks inside blocks that are followed; nobody writes more."""
_REDIRECTED = re.compile(r"\d*(?:>>|>&|<&|>\||<<<|<<-?|>|<)|&>>?")


class TooDeepError(Exception):
    """More blocks inside one another than are followed."""


def steps_of(nodes: Sequence[Node]) -> Step:
    """The steps of a script; what is not closed ends with the file.

    Raises:
        TooDeepError: blocks are nested deeper than ``DEEPEST``.
    """
    reader = _Reader(nodes)
    steps: list[Step] = []
    while reader.here is not None:
        steps.append(reader.several(()))
        reader.skip()  # a closing word that closes nothing
    return Block(tuple(steps)) if len(steps) != 1 else steps[0]


def _fed(words: tuple[str, ...], line: int) -> Step:
    """A command; ``grep X <<< TEXT`` is ``echo TEXT | grep X``."""
    if "<<<" not in words[1:-1]:
        return Command(words, line)
    where = words.index("<<<", 1)
    reader = (*words[:where], *words[where + 2 :])
    return Pipe((Command(("echo", words[where + 1]), line), Command(reader, line)))


class _Reader:
    """Recursive descent over the nodes; ``operator`` is what stood behind the last step."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = nodes
        self.index = 0
        self.operator = ""
        self.depth = 0

    @property
    def here(self) -> Node | None:
        return self.nodes[self.index] if self.index < len(self.nodes) else None

    @property
    def word(self) -> str:
        """The block word at hand, or the empty string for a command."""
        node = self.here
        return node.key if node is not None and len(node.words) == 1 else ""

    def skip(self) -> None:
        self.index += 1

    def take(self, *words: str) -> None:
        """Step over one of these words, remembering what stands behind it."""
        if self.here is not None and self.word in words:
            self.operator = self.here.rest
            self.skip()

    def several(self, until: tuple[str, ...]) -> Step:
        self.depth += 1
        if self.depth > DEEPEST:
            raise TooDeepError
        closing = (*until, "then", "do", "done", "fi", "esac", "}", ")", "else", "elif")
        found: list[Step] = []
        while self.here is not None and self.word not in closing:
            found.append(self.chain())
            if self.operator == ";;":
                break
        self.depth -= 1
        return found[0] if len(found) == 1 else Block(tuple(found))

    def chain(self) -> Step:
        left = self.pipe()
        while self.operator in ("&&", "||") and self.here is not None:
            both = self.operator == "&&"
            left = Chain(left, self.pipe(), both)
        if self.operator == "&":  # in the background: nobody waits for its status
            return Chain(left, Command(("true",), 0), both=False)
        return left

    def pipe(self) -> Step:
        negated = False
        while self.here is not None and self.here.key == "!":
            negated = not negated
            if len(self.here.words) > 1:
                break
            self.skip()
        parts = [self.element()]
        while self.operator in ("|", "|&") and self.here is not None:
            parts.append(self.element())
        step = parts[0] if len(parts) == 1 else Pipe(tuple(parts))
        return Not(step) if negated else step

    def element(self) -> Step:
        self.operator = ""
        made = {
            "if": self.choice, "while": self.loop, "until": self.loop, "for": self.each, "select": self.each,
            "case": self.cases, "{": self.braces, "(": self.subshell, "function": self.function,
        }.get(self.word)  # fmt: skip
        if made is None:
            return self.command()
        step = made()
        while self.here is not None and not self.operator and _REDIRECTED.fullmatch(self.here.key):
            self.operator = self.here.rest  # done < file
            self.skip()
        return step

    def command(self) -> Step:
        node = self.here
        if node is None:
            return Block()
        self.skip()
        self.operator = node.rest
        words = node.words[1:] if node.words[0] == "!" and len(node.words) > 1 else node.words
        if words[0] == "[[":
            return self.double(words, node.line)
        if len(words) == 1 and self.word == "(" and self.after(1) == ")":
            self.index += 2
            return Function(words[0], self.body())
        return _fed(words, node.line)

    def double(self, words: tuple[str, ...], line: int) -> Step:
        """``[[ a && b ]]``: the operators inside are the test's."""
        while "]]" not in words and self.here is not None:
            words = (*words, self.operator, *self.here.words)
            self.operator = self.here.rest
            self.skip()
        return Command(words, line)

    def after(self, distance: int) -> str:
        index = self.index + distance
        return self.nodes[index].key if index < len(self.nodes) else ""

    def body(self) -> Step:
        step = self.element()
        self.operator = ""
        return step

    def choice(self) -> Step:
        self.skip()
        condition = self.several(("then",))
        self.take("then")
        then = self.several(())
        otherwise: Step = Block()
        if self.word == "elif":
            self.depth += 1
            if self.depth > DEEPEST:
                raise TooDeepError
            otherwise = self.choice()
            self.depth -= 1
            return Choice(condition, then, otherwise)
        if self.word == "else":
            self.take("else")
            otherwise = self.several(())
        self.take("fi")
        return Choice(condition, then, otherwise)

    def loop(self) -> Step:
        wanted = self.word == "while"
        self.skip()
        condition = self.several(("do",))
        self.take("do")
        body = self.several(())
        self.take("done")
        return Loop(condition, body, wanted=wanted)

    def each(self) -> Step:
        self.skip()
        said: list[str] = []
        while self.here is not None and self.word != "do":
            said.extend(self.here.words)
            self.skip()
        self.take("do")
        body = self.several(())
        self.take("done")
        items = said[2:] if said[1:2] == ["in"] else []
        return Loop(None, body, sure=bool(items) and not any(c in item for item in items for c in "$`*"))

    def cases(self) -> Step:
        self.skip()
        node = self.here
        if node is None:
            return Block()
        line, words = node.line, list(node.words)
        subject = words[0]
        self.skip()
        pattern = words[2:] if "in" in words[1:2] else words[1:]
        arms: list[tuple[tuple[str, ...], Step]] = []
        while self.here is not None and self.word != "esac":
            while self.here is not None and self.word not in (")", "esac"):
                pattern.extend(word for word in self.here.words if word != "(")
                self.skip()
            if self.word == "esac":
                break
            self.operator = ""
            self.take(")")
            body: Step = Block() if self.operator == ";;" else self.several(("esac",))
            arms.append((tuple(pattern), body))
            pattern = []
            if self.word in ("then", "do", "done", "fi", "}", "else", "elif"):
                self.skip()  # a broken script must end too
        self.take("esac")
        return Cases(subject, tuple(arms), line)

    def braces(self) -> Step:
        self.take("{")
        step = self.several(())
        self.take("}")
        return step

    def subshell(self) -> Step:
        node = self.here
        if node is not None and self.calculates():
            return self.arithmetic(node.line)
        self.take("(")
        step = self.several(())
        self.take(")")
        return Subshell(step)

    def calculates(self) -> bool:
        """Whether this is ``((``: both brackets close on the line they open on, one behind the other."""
        line = self.nodes[self.index].line
        depth, before = 0, ""
        for node in self.nodes[self.index : self.index + 40]:
            if node.line != line:
                return False
            depth += {"(": 1, ")": -1}.get(node.key, 0)
            if depth == 0:
                return before == ")" and self.after(1) == "("
            before = node.key
        return False

    def arithmetic(self, line: int) -> Step:
        """``(( a == b ))``."""
        words: list[str] = []
        depth = 0
        while self.here is not None:
            if self.word in ("(", ")"):
                depth += 1 if self.word == "(" else -1
            else:
                words.extend(self.here.words)
                words.append(self.here.rest)
            self.operator = self.here.rest if self.word == ")" else ""
            self.skip()
            if depth <= 0:
                break
        return Command(("((", *(word for word in words if word), "))"), line)

    def function(self) -> Step:
        self.skip()
        node = self.here
        if node is None:
            return Block()
        self.skip()
        if "{" in node.words[1:]:
            body = self.several(())
            self.take("}")
            return Function(node.key, body)
        while self.word in ("(", ")"):
            self.skip()
        return Function(node.key, self.body())
