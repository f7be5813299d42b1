"""Every way through a script, and what must have been true at its end.

An abstract interpreter. A state is a status, the values of names, and the facts that hold on every way to it;
states of equal status and names are joined, and only the facts both have are kept. So the facts at the end
are a lower bound: what they say was asked and answered so on *every* way there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from fournines.kit.audit.status import steps as s
from fournines.kit.audit.status.ask import FAILED, Asks, Facts, Question, Truth, Value, asked, test
from fournines.kit.audit.status.habits import bare, program, succeeds
from fournines.kit.audit.status.pool import (
    ERREXIT,
    PIPEFAIL,
    UNKNOWN,
    Key,
    Outcome,
    Pool,
    codes,
    common,
    joined,
    put,
    split,
    switched,
    with_status,
)
from fournines.kit.audit.status.words import HIDING, Names, assigned, expanded, operand

MOST_STEPS = 20_000
_ROUNDS = 3
"""Times a loop is walked: once, again with what it left behind, and once more."""
_CALLS = 8


class _TooMuchError(Exception):
    """More steps than are followed."""


def outcome(
    step: s.Step, *, names: dict[str, str] | None = None, forced: tuple[Question, bool] | None = None
) -> Outcome:
    """How these steps may end. ``names`` are set before; ``forced`` is one question whose answer is given."""
    walker = _Walker(forced)
    start: Names = frozenset((names or {}).items())
    try:
        last = walker.walk(step, {("0", start): frozenset()}, guarded=False)
    except (_TooMuchError, RecursionError):
        return UNKNOWN
    ends = [*last.items(), *walker.ends.items(), *walker.raised.items()]
    if walker.trapped:
        ends = [((walker.trapped, names_), facts) for (_, names_), facts in ends]
    return Outcome(
        common(f for (code, _), f in ends if code == "0"), common(f for (code, _), f in ends if code != "0")
    )


def questions(step: s.Step) -> tuple[Question, ...]:
    """Everything the steps ask, in the order in which it is met."""
    walker = _Walker(None)
    try:
        walker.walk(step, {("0", frozenset()): frozenset()}, guarded=False)
    except (_TooMuchError, RecursionError):
        return ()
    return tuple(walker.met)


@dataclass
class _Walker:
    forced: tuple[Question, bool] | None
    ends: Pool = field(default_factory=dict)
    raised: Pool = field(default_factory=dict)
    returns: list[Pool] = field(default_factory=list)
    breaks: list[Pool] = field(default_factory=list)
    functions: dict[str, s.Step] = field(default_factory=dict)
    met: dict[Question, None] = field(default_factory=dict)
    steps: int = 0
    trapped: str = ""
    """The status that ``trap "exit 0" EXIT`` gives every end."""

    def walk(self, step: s.Step, pool: Pool, *, guarded: bool) -> Pool:
        """The states behind a step. ``guarded``: its failure is asked for, so ``set -e`` does not end it."""
        if not pool:
            return {}
        self.steps += len(pool)
        if self.steps > MOST_STEPS:
            raise _TooMuchError
        match step:
            case s.Command():
                found = joined(
                    *(self._command(step, key, facts, guarded=guarded) for key, facts in pool.items())
                )
            case s.Pipe():
                found = self._pipe(step, pool)
            case s.Block(steps):
                for one in steps:
                    pool = self.walk(one, pool, guarded=guarded)
                return pool
            case s.Subshell(body):
                found = self._inside(body, pool, guarded=guarded)
            case s.Function(name, body):
                self.functions[name] = body
                return with_status(pool, "0")
            case _:
                return self._compound(step, pool, guarded=guarded)
        return found if guarded else self._errexit(found)

    def _compound(self, step: s.Step, pool: Pool, *, guarded: bool) -> Pool:  # noqa: PLR0911 - one a kind
        match step:
            case s.Chain(left, right, both):
                good, bad = split(self.walk(left, pool, guarded=True))
                go, stay = (good, bad) if both else (bad, good)
                return joined(stay, self.walk(right, go, guarded=guarded))
            case s.Not(inner):
                good, bad = split(self.walk(inner, pool, guarded=True))
                return joined(with_status(good, FAILED), with_status(bad, "0"))
            case s.Choice(condition, then, otherwise):
                good, bad = split(self.walk(condition, pool, guarded=True))
                return joined(
                    self.walk(then, good, guarded=guarded),
                    self.walk(
                        otherwise, with_status(bad, "0") if otherwise == s.Block() else bad, guarded=guarded
                    ),
                )
            case s.Loop():
                return self._loop(step, pool, guarded=guarded)
            case s.Cases():
                return self._cases(step, pool, guarded=guarded)
            case s.Attempt(body, rescue):
                return self._attempt(body, rescue, pool, guarded=guarded)
        return pool

    def _errexit(self, pool: Pool) -> Pool:
        """Under ``set -e`` a failure nobody asks for ends the script."""
        left: Pool = {}
        for key, facts in pool.items():
            if key[0] != "0" and (ERREXIT, "1") in key[1]:
                put(self.raised, key, facts)
            else:
                put(left, key, facts)
        return left

    # --- commands ---------------------------------------------------------------------------------------

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
            return {("0", names): facts}
        return self._answered(Asks(Question(" ".join(plain), step.line)), names, facts)

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

    # --- blocks -----------------------------------------------------------------------------------------

    def _pipe(self, step: s.Pipe, pool: Pool) -> Pool:
        last = step.parts[-1]
        if not isinstance(last, s.Command):
            return self._inside(last, pool, guarded=True)
        found: Pool = {}
        for (status, names), facts in pool.items():
            parts = [
                tuple(expanded(w, names, status) for w in bare(p.words))
                for p in step.parts
                if isinstance(p, s.Command)
            ]
            name, _ = program(parts[-1])
            if name in self.functions and name:
                found = joined(found, self._inside(last, {(status, names): facts}, guarded=True))
                continue
            careful = (PIPEFAIL, "1") in names
            deciding = parts if careful else parts[-1:]
            if all(not part or succeeds(part, piped=True) for part in deciding) and len(parts) == len(
                step.parts
            ):
                found = joined(found, {("0", names): facts})
                continue
            question = Question(" | ".join(" ".join(part) for part in parts), last.line)
            found = joined(found, self._answered(Asks(question), names, facts))
        return found

    def _inside(self, body: s.Step, pool: Pool, *, guarded: bool) -> Pool:
        """A subshell: what ends in it ends only it, and what it sets is gone."""
        found: Pool = {}
        for key, facts in pool.items():
            ends, raised, self.ends, self.raised = self.ends, self.raised, {}, {}
            last = self.walk(body, {key: facts}, guarded=guarded)
            inner = joined(last, self.ends, self.raised)
            self.ends, self.raised = ends, raised
            for (status, _), known in inner.items():
                put(found, (status, key[1]), known)
        return found

    def _loop(self, step: s.Loop, pool: Pool, *, guarded: bool) -> Pool:
        self.breaks.append({})
        left: Pool = {} if step.condition is not None or step.sure else dict(with_status(pool, "0"))
        for number in range(_ROUNDS):
            go = pool
            if step.condition is not None:
                good, bad = split(self.walk(step.condition, pool, guarded=True))
                go, stay = (good, bad) if step.wanted else (bad, good)
                left = joined(left, with_status(stay, "0"))
                if number:
                    left = joined(
                        left, *(with_status(stay, code) for code in dict.fromkeys(k[0] for k in pool))
                    )
            pool = self.walk(step.body, go, guarded=guarded)
            if step.condition is None:
                left = joined(left, pool)
        return joined(left, self.breaks.pop())

    def _cases(self, step: s.Cases, pool: Pool, *, guarded: bool) -> Pool:
        left: Pool = {}
        for (status, names), facts in pool.items():
            rest: Pool = {(status, names): facts}
            subject = expanded(step.subject, names, status)
            for patterns, body in step.arms:
                if "*" in patterns:
                    left = joined(left, self.walk(body, rest, guarded=guarded))
                    rest = {}
                    break
                sure = not any(c in f"{subject}{''.join(patterns)}" for c in "$`*?[!")
                asks = Asks(Question(f"{subject} | grep {'|'.join(patterns)}", step.line))
                known: Truth = subject in patterns if sure else asks
                good, rest = split(joined(*(self._answered(known, k[1], f) for k, f in rest.items())))
                left = joined(left, self.walk(body, good, guarded=guarded))
            left = joined(left, with_status(rest, "0"))
        return left

    def _attempt(self, body: s.Step, rescue: s.Step, pool: Pool, *, guarded: bool) -> Pool:
        outer, self.raised = self.raised, {}
        good = self.walk(body, pool, guarded=guarded)
        caught, self.raised = self.raised, outer
        return joined(good, self.walk(rescue, caught, guarded=guarded))
