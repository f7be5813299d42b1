"""One command on the way through a script: what it sets, what it asks, and whether it ends the script."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from fournines.kit.audit.status.ask import FAILED, Asks, Facts, Question, Truth, Value, asked, test
from fournines.kit.audit.status.habits import bare, program, succeeds
from fournines.kit.audit.status.pool import ANSWER, ASKED, ERREXIT, Key, Pool, codes, joined, put, switched
from fournines.kit.audit.status.said import status_line, to_output
from fournines.kit.audit.status.words import HIDING, Names, assigned, expanded, operand

if TYPE_CHECKING:
    from fournines.kit.audit.status import steps as s

_CALLS = 8
"""Functions that call one another so deeply are not followed further."""


@dataclass
class Commands(ABC):
    """The state of a walk, and what simple commands do to it. How steps are walked is the subclass's."""

    forced: tuple[Question, bool] | None
    traces: bool = False
    """Whether states remember what was printed on the way, and whether a program was asked."""
    ends: Pool = field(default_factory=dict)
    raised: Pool = field(default_factory=dict)
    returns: list[Pool] = field(default_factory=list)
    breaks: list[Pool] = field(default_factory=list)
    functions: dict[str, s.Step] = field(default_factory=dict)
    met: dict[Question, None] = field(default_factory=dict)
    answered: set[int] = field(default_factory=set)
    """The lines that printed a status of HTTP."""
    steps: int = 0
    trapped: str = ""
    """The status that ``trap "exit 0" EXIT`` gives every end."""

    @abstractmethod
    def walk(self, step: s.Step, pool: Pool, *, guarded: bool) -> Pool:
        """The states behind a step. ``guarded``: its failure is asked for, so ``set -e`` does not end it."""

    def _command(  # noqa: PLR0911 - one a kind
        self, step: s.Command, key: Key, facts: Facts, *, guarded: bool
    ) -> Pool:
        status, names = key
        words = bare(step.words)
        if not words:
            return {("0", names): facts}
        if step.words[0] == "exec" and len(words) > 1:
            return self._become(step, key, facts, guarded=guarded)
        name, args = program(tuple(expanded(word, names, status) for word in words))
        if name in ("exit", "return", "break", "continue", "set", "exec"):
            return self._word_of_the_shell(name, args, key, facts)
        values = assigned(words, names, status, step.line)
        if values is not None:
            return self._assignment(step, values, key, facts, masks=words[0] in HIDING)
        if name in ("[", "test", "[[", "(("):
            inner = [word for word in words[1:] if word not in ("]", "]]", "))")]
            operands = tuple(operand(word, names, status, step.line) for word in inner)
            return self._answered(test(operands, step.line), names, facts)
        if name == "trap" and {"EXIT", "0"} & set(args[1:]):
            last = args[0].rstrip("; \t\n}").rpartition(";")[2].split()
            self.trapped = last[1] if len(last) > 1 and last[0] == "exit" and last[1].isdigit() else ""
        if name in self.functions and len(self.returns) < _CALLS:
            return self._call(name, args, key, facts, guarded=guarded)
        if name == "false":
            return {(FAILED, names): facts}
        plain = tuple(expanded(word, names, status) for word in words)
        if succeeds(plain):
            return {("0", self._printed(step, plain, names)): facts}
        return self._answered(Asks(Question(" ".join(plain), step.line)), names, facts)

    def _printed(self, step: s.Command, words: tuple[str, ...], names: Names) -> Names:
        """The names after a command that may print: of lines with a status of HTTP the first counts."""
        answer = status_line(words) if self.traces and to_output(step.words) else ""
        if answer:
            self.answered.add(step.line)
        return names | {(ANSWER, answer)} if answer and ANSWER not in dict(names) else names

    def _become(self, step: s.Command, key: Key, facts: Facts, *, guarded: bool) -> Pool:
        """``exec COMMAND``: the script ends as the command does (POSIX, 2.14 exec)."""
        for end, known in self._command(
            replace(step, words=step.words[1:]), key, facts, guarded=guarded
        ).items():
            put(self.ends, end, known)
        return {}

    def _answered(self, found: Truth, names: Names, facts: Facts) -> Pool:
        """Both ways on from a question, or the one way of a known truth."""
        if isinstance(found, bool):
            return {("0" if found else FAILED, names): facts}
        question = found.question
        self.met.setdefault(question)
        if self.traces and not question.text.startswith(("[", "$")):
            names |= {(ASKED, "1")}
        pool: Pool = {}
        for answer in (True, False):
            if self.forced is not None and self.forced[0] == question and self.forced[1] is not answer:
                continue
            if question.aspect and (question, not answer) in facts:
                continue  # a kept output gives the same answer again
            pool["0" if answer is found.wanted else FAILED, names] = asked(facts, question, answer=answer)
        return pool

    def _assignment(
        self, step: s.Command, values: dict[str, Value], key: Key, facts: Facts, *, masks: bool
    ) -> Pool:
        table = dict(key[1])
        for name, value in values.items():
            table.pop(name, None)
            if value is not None:
                table[name] = value
        names = frozenset(table.items())
        runs = [value for value in values.values() if isinstance(value, Question)]
        if not runs or masks:
            return {("0", names): facts}
        question = Question(runs[-1].text, step.line)
        inner = question.text.rsplit("|", 1)[-1].split()
        if succeeds(tuple(inner), piped="|" in question.text):
            return {("0", names): facts}
        return self._answered(Asks(question), names, facts)

    def _word_of_the_shell(self, name: str, args: tuple[str, ...], key: Key, facts: Facts) -> Pool:
        status, names = key
        if name in ("break", "continue"):
            if self.breaks:
                put(self.breaks[-1], ("0", names), facts)
                return {}
            return {key: facts}
        if name == "set":
            return {("0", switched(args, names)): facts}
        if name == "exec":
            return {("0", names): facts}  # exec with nothing but redirections
        found = codes(args[0] if args else status)
        target = self.returns[-1] if name == "return" and self.returns else self.ends
        for code in found:
            put(target, (code, names), facts)
        return {}

    def _call(self, name: str, args: tuple[str, ...], key: Key, facts: Facts, *, guarded: bool) -> Pool:
        status, names = key
        outer = frozenset(item for item in names if item[0].isdigit())
        given = frozenset((str(i), arg) for i, arg in enumerate(args, 1))
        self.returns.append({})
        inside = self.walk(self.functions[name], {(status, (names - outer) | given): facts}, guarded=guarded)
        back = joined(inside, self.returns.pop())
        found: Pool = {}
        for (code, after), known in back.items():
            put(found, (code, frozenset(i for i in after if not i[0].isdigit()) | outer), known)
        return found

    def _errexit(self, pool: Pool) -> Pool:
        """Under ``set -e`` a failure nobody asks for ends the script."""
        left: Pool = {}
        for key, facts in pool.items():
            if key[0] != "0" and (ERREXIT, "1") in key[1]:
                put(self.raised, key, facts)
            else:
                put(left, key, facts)
        return left
