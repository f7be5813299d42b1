"""The words of the shell that hold other commands: chains, choices, loops, pipes and subshells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.kit.audit.status import steps as s
from fournines.kit.audit.status.ask import FAILED, Asks, Question, Truth
from fournines.kit.audit.status.habits import bare, program, succeeds
from fournines.kit.audit.status.pool import PIPEFAIL, TRACES, joined, put, split, with_status
from fournines.kit.audit.status.walk.commands import Commands
from fournines.kit.audit.status.words import expanded

if TYPE_CHECKING:
    from fournines.kit.audit.status.pool import Pool

MOST_STEPS = 20_000
_ROUNDS = 3
"""Times a loop is walked: once, again with what it left behind, and once more."""


class TooMuchError(Exception):
    """More steps than are followed."""


class Walker(Commands):
    """One walk through the steps of a script; ``ends`` and ``raised`` say where it came out."""

    def walk(self, step: s.Step, pool: Pool, *, guarded: bool) -> Pool:
        """The states behind a step. ``guarded``: its failure is asked for, so ``set -e`` does not end it."""
        if not pool:
            return {}
        self.steps += len(pool)
        if self.steps > MOST_STEPS:
            raise TooMuchError
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
            for (status, names), known in inner.items():
                said = {item for item in names if item[0] in TRACES}
                put(found, (status, key[1] | said), known)
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
