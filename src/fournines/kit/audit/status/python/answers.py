"""Health responders in Python: each way to answer a request, as the line that a shell would print.

A program that xinetd starts prints its answer; a handler of http.server sends a status; a view of Flask and
its kin hands one back.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from fournines.kit.audit.status.python import LONGEST, Reader, modern, parsed
from fournines.kit.audit.status.python.names import said
from fournines.kit.audit.status.steps import Block, Command, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.status.python.values import Found

_PRINTING = frozenset({"print", "sys.stdout.write", "sys.stdout.buffer.write", "os.write"})
_SENDING = frozenset({"send_response", "send_error", "send_response_only"})
_AFTER = frozenset({"send_header", "end_headers", "flush", "log_message", "log_request", "makefile"})
"""Methods of a handler that ask nobody."""
_HANDLERS = frozenset({"do_GET", "do_HEAD", "do_OPTIONS"})
"""Methods that answer a balancer's check."""
_ROUTES = (".route", ".get", ".head")
_BUILDING = ("Response", "make_response", "HttpResponse", "jsonify", "HTTPException", "abort")
_ASKED = frozenset({"self", "request"})
_CODES = ("status", "status_code", "code")


@dataclass(frozen=True)
class Responder:
    """What answers one kind of request; ``answering`` are the lines that give an answer."""

    name: str
    line: int
    steps: Step
    answering: frozenset[int]


def responders(text: str) -> tuple[Responder, ...] | None:
    """The responders of a program: its handlers and views, else itself where it prints a status of HTTP.

    None where there may be some and they cannot be read.
    """
    tree = parsed(modern(text)) if len(text) <= LONGEST else None
    if tree is None:
        return None
    try:
        return tuple(_found(tree))
    except (ValueError, RecursionError):
        return None


def _found(tree: ast.Module) -> Iterator[Responder]:
    entries = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and _is_entry(node)]
    for entry in entries:
        reader = _Answers(tree, view=entry.name not in _HANDLERS)
        before = [node for node in tree.body if _is_there(node)]
        steps = Block((Command(("set", "-e"), 1), *reader.statements(before), *reader.statements(entry.body)))
        yield Responder(entry.name, entry.lineno, steps, frozenset(reader.answering))
    if not entries:
        reader = _Answers(tree, view=False)
        steps_ = reader.script()
        if reader.printed:
            yield Responder("", 1, steps_, frozenset(reader.answering))


def _is_there(node: ast.stmt) -> bool:
    """Whether a statement of the module only says what is there when requests come."""
    plain = isinstance(node, ast.Assign) and not any(isinstance(one, ast.Call) for one in ast.walk(node))
    return plain or isinstance(node, ast.FunctionDef | ast.ClassDef)


def _is_entry(node: ast.FunctionDef) -> bool:
    routed = any(
        isinstance(one, ast.Call) and said(one.func).endswith(_ROUTES) for one in node.decorator_list
    )
    return node.name in _HANDLERS or routed


class _Answers(Reader):
    """Reads a program as its exit status' reader does, and prints what it answers."""

    def __init__(self, tree: ast.Module, *, view: bool) -> None:
        super().__init__(tree)
        self.view = view
        self.printed = False
        self.answering: set[int] = set()

    def statement(self, node: ast.stmt) -> list[Step]:
        if isinstance(node, ast.ClassDef):
            methods = [inner for inner in node.body if isinstance(inner, ast.FunctionDef)]
            return [step for method in methods for step in super(_Answers, self).statement(method)]
        return super().statement(node)

    def value(self, node: ast.expr) -> Found:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in _ASKED:
            return (
                [],
                f"${{{node.value.id}_{node.attr}}}",
            )  # what was asked for, and of whom: no program answers
        return super().value(node)

    def call(self, node: ast.Call) -> Found:
        name = said(node.func)
        method = name.rpartition(".")[2]
        if name in _PRINTING and node.args and not any(k.arg == "file" for k in node.keywords):
            steps, text = self.value(node.args[-1 if name == "os.write" else 0])
            self.printed |= "HTTP/" in text
            self.answering |= {node.lineno} if text.lstrip().startswith("HTTP/") else set()
            return [*steps, Command(("echo", text), node.lineno)], ""
        if method in _SENDING and node.args:
            return self.answer(node.args[0], node.lineno), ""
        if method == "abort" and self.view and node.args:
            return [*self.answer(node.args[0], node.lineno), Command(("exit", "1"), node.lineno)], ""
        if method in _AFTER or name.endswith(_BUILDING) or name == "self.wfile.write":
            return [step for arg in node.args for step in self.value(arg)[0]], ""
        if name.startswith("self.") and self.is_own(node):
            return self.own(node, name.removeprefix("self."))
        return super().call(node)

    def is_own(self, node: ast.Call) -> bool:
        return said(node.func).removeprefix("self.") in self.functions

    def answer(self, code: ast.expr, line: int) -> list[Step]:
        """The line of HTTP that says this status."""
        steps, text = self.value(code)
        self.answering.add(line)
        return [*steps, Command(("echo", f"HTTP/1.1 {_number(text)}"), line)]

    def hand_back(self, value: ast.expr | None, node: ast.stmt) -> list[Step]:
        if not self.view or value is None or not self.in_view(node):
            return super().hand_back(value, node)
        code = _status(value)
        parts = value.elts if isinstance(value, ast.Tuple) else [value]
        steps = [step for part in parts if part is not code for step in self.value(part)[0]]
        if code is None and isinstance(value, ast.Name):
            return [*steps, Command(("echo", "HTTP/1.1 ?"), node.lineno), Command(("exit", "0"), node.lineno)]
        told = ast.Constant(200, lineno=node.lineno) if code is None else code
        return [*steps, *self.answer(told, node.lineno), Command(("exit", "0"), node.lineno)]

    def in_view(self, node: ast.stmt) -> bool:
        """Whether a statement belongs to a view, and not to a function that views call."""
        return any(_is_entry(one) and node in ast.walk(one) for one in self.functions.values())


def _status(value: ast.expr) -> ast.expr | None:
    """The status in what a view hands back; None where it names none."""
    if isinstance(value, ast.Tuple):
        return next((part for part in value.elts[1:] if not isinstance(part, ast.Dict)), None)
    if isinstance(value, ast.Call) and said(value.func).rpartition(".")[2] in _BUILDING:
        return next((k.value for k in value.keywords if k.arg in _CODES), None) or next(
            iter(value.args[1:2]), None
        )
    return None


def _number(text: str) -> str:
    """``HTTPStatus.SERVICE_UNAVAILABLE`` as 503; anything else as it stands."""
    name = text.removeprefix("$(").removesuffix(")").removesuffix(".value").rpartition(".")[2]
    return str(HTTPStatus[name].value) if name in HTTPStatus.__members__ else text
