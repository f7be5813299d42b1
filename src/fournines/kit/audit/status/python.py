"""From a Python script to steps: each statement becomes the shell commands it amounts to.

A statement that raises ends the script with status 1, as ``set -e`` would. What is not understood becomes a
question that may be answered either way, so nothing is claimed of it.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from fournines.kit.audit.status.habits import named
from fournines.kit.audit.status.steps import (
    Attempt,
    Block,
    Chain,
    Choice,
    Command,
    Function,
    Loop,
    Not,
    Step,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 64 * 1024
"""Characters of a script that is followed; a check has fifty lines."""
_STATUS = frozenset(
    ["subprocess.call", "os.system", "subprocess.run", "call", "run", "subprocess.Popen", "Popen"]
)
"""Calls that run a command, hand its status back and raise nothing when it fails (``run`` without check)."""
_QUIET = named("""
    print str int float len repr list dict set tuple bool open format sorted range min max input
    isinstance vars getattr os.getenv os.environ.get time.sleep sleep time.time datetime.now
    datetime.datetime.now sys.stdout.write sys.stderr.write os.path.exists os.path.isfile os.path.join
    socket.socket socket.gethostname socket.setdefaulttimeout argparse.ArgumentParser syslog.syslog
    syslog.openlog
    """)
_QUIET_METHODS = named("""
    append format join split strip rstrip lstrip replace lower upper startswith endswith close write
    debug info warning warn error critical exception log settimeout setblocking add_argument parse_args
    add get items keys values decode encode getLogger basicConfig
    """)
"""Calls that do not fail because a service is dead."""
_SAME = named("""
    decode strip rstrip lstrip read lower upper splitlines readlines text stdout communicate json
    """)
"""Methods and attributes that hand on what they are asked of."""
_NARROW = named("""
    KeyError IndexError ValueError TypeError AttributeError ImportError ModuleNotFoundError KeyboardInterrupt
    NameError HTTPError urllib.error.HTTPError urllib2.HTTPError
    """)
"""Exceptions that a service which does not answer is not."""
_EXITS = frozenset(["sys.exit", "exit", "quit", "os._exit", "SystemExit"])
_OPERATORS = {ast.Eq: "=", ast.NotEq: "!=", ast.Gt: "-gt", ast.GtE: "-ge", ast.Lt: "-lt", ast.LtE: "-le",
              ast.Is: "=", ast.IsNot: "!="}  # fmt: skip
_OLD = (
    (re.compile(r"^([ \t]*)print[ \t]+(?![(=])(.*)$", re.MULTILINE), r"\1print(\2)"),
    (re.compile(r"\bexcept\s+([\w.]+|\([^()]*\))\s*,\s*(\w+)\s*:"), r"except \1 as \2:"),
)
"""What Python 2 wrote otherwise, in the lines a check has."""


def steps_of(text: str) -> Step | None:
    """The steps of a script; None when it is no Python that can be read, or too much of it."""
    if len(text) > LONGEST:
        return None
    for pattern, new in _OLD:
        text = pattern.sub(new, text)
    try:
        tree = ast.parse(text)
        return _Reader(tree).script()
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _said(node: ast.AST) -> str:
    return ast.unparse(node)[:400]


class _Reader:
    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.count = 0
        self.functions = {n.name: n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}

    def script(self) -> Step:
        start = Command(("set", "-e"), 1), Command(("__name__=__main__",), 1)
        return Block((*start, *self.statements(self.tree.body), Command(("true",), 1)))

    def statements(self, body: Sequence[ast.stmt]) -> tuple[Step, ...]:
        return tuple(step for node in body for step in self.statement(node))

    def block(self, body: Sequence[ast.stmt]) -> Step:
        return Block(self.statements(body))

    def statement(self, node: ast.stmt) -> list[Step]:  # noqa: C901, PLR0911, PLR0912 - one branch a kind
        match node:
            case ast.Expr(value):
                return self.value(value)[0]
            case ast.Assign(targets=[ast.Name(name)], value=value):
                return self.assign(name, value, node.lineno)
            case ast.AnnAssign(target=ast.Name(name), value=ast.expr() as value):
                return self.assign(name, value, node.lineno)
            case ast.Assign(value=value) | ast.AugAssign(value=value):
                return [*self.value(value)[0], *self.forget(node)]
            case ast.If(test, body, orelse):
                return [Choice(self.condition(test), self.block(body), self.block([*orelse]))]
            case ast.While(test, body):
                return [Loop(self.condition(test), self.block(body))]
            case ast.For(iter=items, body=body):
                sure = isinstance(items, ast.List | ast.Tuple) and bool(items.elts)
                return [*self.value(items)[0], *self.forget(node), Loop(None, self.block(body), sure=sure)]
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

    def forget(self, node: ast.stmt) -> list[Step]:
        """The names a statement sets to what is not followed."""
        names = [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        return [Command((f"{name}=$unknown",), node.lineno) for name in names[:8]]

    def assign(self, name: str, value: ast.expr, line: int) -> list[Step]:
        steps, text = self.value(value)
        return [*steps, Command(("local", f"{name}={text}"), line)]

    def hand_back(self, value: ast.expr | None, node: ast.stmt) -> list[Step]:
        owner = next((f.name for f in self.functions.values() if node in ast.walk(f)), "")
        steps, text = self.value(value) if value is not None else ([], "None")
        return [
            *steps,
            Command(("local", f"ret_{owner}={text}"), node.lineno),
            Command(("return", "0"), node.lineno),
        ]

    def raised(self, exc: ast.expr | None, line: int) -> list[Step]:
        if isinstance(exc, ast.Call) and _said(exc.func) in _EXITS:
            return self.value(exc)[0]
        return [
            Command(("exit", "0") if exc is not None and _said(exc) == "SystemExit" else ("false",), line)
        ]

    def attempt(self, node: ast.Try) -> list[Step]:
        rescue: Step = Command(("false",), node.lineno)
        for handler in reversed(node.handlers):
            kinds = [_said(handler.type)] if handler.type is not None else []
            if isinstance(handler.type, ast.Tuple):
                kinds = [_said(kind) for kind in handler.type.elts]
            body = self.block(handler.body)
            everything = not kinds or not set(kinds) <= _NARROW
            which = Command(("[", "$exception", "=", "|".join(kinds), "]"), handler.lineno)
            rescue = body if everything else Choice(which, body, rescue)
        body = Block((self.block(node.body), self.block(node.orelse)))
        return [Attempt(body, rescue) if node.handlers else body, self.block(node.finalbody)]

    # --- conditions and values --------------------------------------------------------------------------

    def condition(self, node: ast.expr) -> Step:
        match node:
            case ast.BoolOp(op, [first, *more]):
                step = self.condition(first)
                for other in more:
                    step = Chain(step, self.condition(other), both=isinstance(op, ast.And))
                return step
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return Not(self.condition(inner))
            case ast.Compare(left, [op], [right]):
                return self.compared(left, op, right, node.lineno)
            case ast.Constant(value):
                return Command(("true" if value else "false",), node.lineno)
        steps, text = self.value(node)
        truth: Step = Command(("[", "-n", text, "]"), node.lineno)
        for false in ("False", "None", "0"):
            truth = Chain(truth, Command(("[", text, "!=", false, "]"), node.lineno), both=True)
        return Block((*steps, truth))

    def compared(self, left: ast.expr, op: ast.cmpop, right: ast.expr, line: int) -> Step:
        (first, a), (second, b) = self.value(left), self.value(right)
        if isinstance(op, ast.In | ast.NotIn):
            test: Step = Command(("[", b, "=", f"*{a}*", "]"), line)
            test = Not(test) if isinstance(op, ast.NotIn) else test
        else:
            test = Command(("[", a, _OPERATORS.get(type(op), "=~"), b, "]"), line)
        return Block((*first, *second, test))

    def value(self, node: ast.expr) -> tuple[list[Step], str]:  # noqa: PLR0911 - one branch for each kind of expression
        """The steps that work a value out, and the word that stands for it then."""
        match node:
            case ast.Constant(value):
                return [], str(value)
            case ast.Name(name):
                return [], f"${{{name}}}"
            case ast.Call():
                return self.call(node)
            case ast.Attribute(value=inner, attr=attr) if attr in _SAME or attr in (
                "returncode",
                "status",
                "status_code",
            ):
                return self.value(inner)
            case ast.JoinedStr(values):
                return [], "".join(
                    self.value(v.value if isinstance(v, ast.FormattedValue) else v)[1] for v in values
                )
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                (first, a), (second, b) = self.value(left), self.value(right)
                return [*first, *second], a + b
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
                return self.chosen(node, "True", "False")
            case ast.IfExp(test, body, orelse):
                (first, a), (second, b) = self.value(body), self.value(orelse)
                steps, word = self.chosen(test, a, b)
                return [*first, *second, *steps], word
            case ast.Subscript(value=inner):
                return self.value(inner)
        return [
            step for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr) for step in self.value(n)[0]
        ], (f"$({_said(node)})")

    def fresh(self) -> str:
        self.count += 1
        return f"value_{self.count}"

    def chosen(self, test: ast.expr, yes: str, no: str) -> tuple[list[Step], str]:
        name, line = self.fresh(), test.lineno
        step = Choice(
            self.condition(test),
            Command(("local", f"{name}={yes}"), line),
            Command(("local", f"{name}={no}"), line),
        )
        return [step], f"${{{name}}}"

    def call(self, node: ast.Call) -> tuple[list[Step], str]:
        name, line = _said(node.func), node.lineno
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name in _EXITS:
            steps, text = self.value(node.args[0]) if node.args else ([], "0")
            literal = (
                node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
            )
            return [*steps, Command(("exit", "1" if literal else text), line)], ""
        if name in self.functions:
            return self.own(node, name)
        if name in _STATUS and not any(k.arg == "check" and _said(k.value) == "True" for k in node.keywords):
            return self.run(node)
        if method in _SAME and isinstance(node.func, ast.Attribute):
            return self.value(node.func.value)
        inner = [step for arg in node.args for step in self.value(arg)[0]]
        if isinstance(node.func, ast.Attribute):
            inner = [*self.value(node.func.value)[0], *inner]
        if name in _QUIET or method in _QUIET_METHODS:
            return inner, f"$({_said(node)})"
        word = self.fresh()
        return [*inner, Command((f"{word}=$({self.words_of(node)})",), line)], f"${{{word}}}"

    def own(self, node: ast.Call, name: str) -> tuple[list[Step], str]:
        steps: list[Step] = []
        for parameter, arg in zip(self.functions[name].args.args, node.args, strict=False):
            steps += self.assign(parameter.arg, arg, node.lineno)
        word = self.fresh()
        handed = Command(("local", f"{word}=${{ret_{name}}}"), node.lineno)
        return [*steps, Command((name,), node.lineno), handed], f"${{{word}}}"

    def run(self, node: ast.Call) -> tuple[list[Step], str]:
        """A command whose status is handed back."""
        word = self.fresh()
        asked = Command(tuple(self.words_of(node).split()) or ("run",), node.lineno)
        return [
            Choice(asked, Command((f"{word}=0",), node.lineno), Command((f"{word}=1",), node.lineno))
        ], f"${{{word}}}"

    def words_of(self, node: ast.Call) -> str:
        """What a call asks, as text: the command it runs, or the call itself with the names put in."""
        first = node.args[0] if node.args else None
        if (
            _said(node.func).startswith(("subprocess.", "os.", "check_", "getoutput", "call", "run", "Popen"))
            and first
        ):
            if isinstance(first, ast.List | ast.Tuple):
                return " ".join(self.value(item)[1] for item in first.elts)
            return self.value(first)[1]
        return f"{_said(node.func)} {' '.join(self.value(arg)[1] for arg in node.args)}"
