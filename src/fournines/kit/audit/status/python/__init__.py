"""From a Python script to steps: each statement becomes the shell commands it amounts to.

A statement that raises ends the script with status 1, as ``set -e`` would. What is not understood becomes a
question that may be answered either way, so nothing is claimed of it.
"""

from __future__ import annotations

import ast
import re
from copy import copy
from typing import TYPE_CHECKING
from warnings import catch_warnings, simplefilter

from fournines.kit.audit.status.python.names import EXITS, NARROW, said
from fournines.kit.audit.status.python.values import Values
from fournines.kit.audit.status.steps import (
    Attempt,
    Block,
    Choice,
    Command,
    Function,
    Loop,
    Step,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST = 64 * 1024
"""Characters of a script that is followed; a check has fifty lines."""
_OLD = (
    (re.compile(r"^([ \t]*)print[ \t]+(?![(=])(.*)$", re.MULTILINE), r"\1print(\2)"),
    (re.compile(r"\bexcept\s+([\w.]+|\([^()]*\))\s*,\s*(\w+)\s*:"), r"except \1 as \2:"),
)
"""What Python 2 wrote otherwise, in the lines a check has."""


def steps_of(text: str) -> Step | None:
    """The steps of a script; None when it is no Python that can be read, or too much of it."""
    if len(text) > LONGEST:
        return None
    tree = parsed(modern(text))
    try:
        return Reader(tree).script() if tree else None
    except (ValueError, RecursionError):
        return None


def modern(text: str) -> str:
    """The text with what Python 2 wrote otherwise."""
    for pattern, new in _OLD:
        text = pattern.sub(new, text)
    return text


def parsed(text: str) -> ast.Module | None:
    """The tree of a text; None when it is no Python. What Python thinks of its escapes is not said."""
    try:
        with catch_warnings():
            simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _put(node: ast.expr, made: Mapping[int, ast.expr]) -> ast.expr:
    """A copy of an expression in which others stand for some of its parts, by their identity."""
    if id(node) in made:
        return made[id(node)]
    clone = copy(node)
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.expr):
            setattr(clone, name, _put(value, made))
        elif isinstance(value, list):
            setattr(clone, name, [_put(one, made) if isinstance(one, ast.expr) else one for one in value])
    return clone


class Reader(Values):
    """Reads statements into steps."""

    def script(self) -> Step:
        """The steps of the whole program."""
        start = Command(("set", "-e"), 1), Command(("__name__=__main__",), 1)
        return Block((*start, *self.statements(self.tree.body), Command(("true",), 1)))

    def statements(self, body: Sequence[ast.stmt]) -> tuple[Step, ...]:
        """The steps of several statements."""
        return tuple(step for node in body for step in self.statement(node))

    def block(self, body: Sequence[ast.stmt]) -> Step:
        """The same as one step."""
        return Block(self.statements(body))

    def statement(self, node: ast.stmt) -> list[Step]:  # noqa: C901, PLR0911, PLR0912 - one branch a kind
        """The steps of a statement; none of what decides nothing."""
        match node:
            case ast.Expr(value):
                return self.value(value)[0]
            case ast.Assign(targets=[ast.Name(name)], value=value):
                return self.assign(name, value, node.lineno)
            case ast.Assign(targets=[ast.Tuple([ast.Name(one), ast.Name(other)])], value=ast.Call() as value):
                return self.pair(one, other, value, node)
            case ast.AnnAssign(target=ast.Name(name), value=ast.expr() as value):
                return self.assign(name, value, node.lineno)
            case ast.Assign(value=value) | ast.AugAssign(value=value):
                return [*self.value(value)[0], *self.forget(node)]
            case ast.If(test, body, orelse):
                first, asked = self.beforehand(test)
                return [*first, Choice(self.condition(asked), self.block(body), self.block([*orelse]))]
            case ast.While(test, body):
                return [Loop(self.condition(test), self.block(body))]
            case ast.For(iter=items, body=body):
                sure = isinstance(items, ast.List | ast.Tuple) and bool(items.elts)
                return [*self.bound(node), Loop(None, self.block(body), sure=sure)]
            case ast.Try():
                return self.attempt(node)
            case ast.With(items=items, body=body):
                return [
                    *(step for item in items for step in self.value(item.context_expr)[0]),
                    *self.statements(body),
                ]
            case ast.FunctionDef(name=name, body=body):
                return [
                    Function(
                        name, Block((*self.statements(body), Command((f"ret_{name}=None",), node.lineno)))
                    )
                ]
            case ast.Return(value):
                return self.hand_back(value, node)
            case ast.Raise(exc):
                return self.raised(exc, node.lineno)
            case ast.Assert(test):
                return [Choice(self.condition(test), Block(), Command(("false",), node.lineno))]
            case ast.Break() | ast.Continue():
                return [Command((type(node).__name__.lower(),), node.lineno)]
        return []

    def is_own(self, node: ast.Call) -> bool:
        """Whether a call is of a function of the program."""
        return said(node.func) in self.functions

    def beforehand(self, test: ast.expr) -> tuple[list[Step], ast.expr]:
        """The calls of the program's own functions in a condition, made before it, and what is left of it.

        What such a function raises ends the program, though it is called in a condition: a shell would go on.
        """
        calls = [n for n in ast.walk(test) if isinstance(n, ast.Call) and self.is_own(n)][:4]
        made = {id(one): ast.copy_location(ast.Name(self.fresh(), ast.Load()), one) for one in calls}
        steps = [step for one in calls for step in self.assign(made[id(one)].id, one, one.lineno)]
        return steps, _put(test, made) if made else test

    def forget(self, node: ast.stmt) -> list[Step]:
        """The names a statement sets to what is not followed."""
        names = [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        return [Command((f"{name}=$unknown",), node.lineno) for name in names[:8]]

    def pair(self, one: str, other: str, value: ast.Call, node: ast.stmt) -> list[Step]:
        """``out, err = p.communicate()`` and ``status, out = getstatusoutput(...)``."""
        name = said(value.func)
        if name.endswith(".communicate"):
            return [*self.forget(node), *self.assign(one, value, node.lineno)]
        if name.endswith("getstatusoutput"):
            steps, status, output = self.run(value)
            self.outputs.add(other)
            kept = (("local", f"{one}={status}"), ("local", f"{other}={output}"))
            return [*steps, *(Command(words, node.lineno) for words in kept)]
        return [*self.value(value)[0], *self.forget(node)]

    def hand_back(self, value: ast.expr | None, node: ast.stmt) -> list[Step]:
        """``return``: the value is kept for who called."""
        owner = next((f.name for f in self.functions.values() if node in ast.walk(f)), "")
        steps, text = self.value(value) if value is not None else ([], "None")
        return [
            *steps,
            Command(("local", f"ret_{owner}={text}"), node.lineno),
            Command(("return", "0"), node.lineno),
        ]

    def raised(self, exc: ast.expr | None, line: int) -> list[Step]:
        """``raise``."""
        if isinstance(exc, ast.Call) and said(exc.func) in EXITS:
            return self.value(exc)[0]
        return [Command(("exit", "0") if exc is not None and said(exc) == "SystemExit" else ("false",), line)]

    def attempt(self, node: ast.Try) -> list[Step]:
        """``try``: the first handler that may take what was raised."""
        rescue: Step = Command(("false",), node.lineno)
        for handler in reversed(node.handlers):
            kinds = [said(handler.type)] if handler.type is not None else []
            if isinstance(handler.type, ast.Tuple):
                kinds = [said(kind) for kind in handler.type.elts]
            body = self.block(handler.body)
            everything = not kinds or not set(kinds) <= NARROW
            which = Command(("[", "$exception", "=", "|".join(kinds), "]"), handler.lineno)
            rescue = body if everything else Choice(which, body, rescue)
        body = Block((self.block(node.body), self.block(node.orelse)))
        return [Attempt(body, rescue) if node.handlers else body, self.block(node.finalbody)]
