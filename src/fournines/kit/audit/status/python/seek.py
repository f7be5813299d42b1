"""Spellings of one question in Python: is this text in that one?"""

from __future__ import annotations

import ast

from fournines.kit.audit.status.python.names import SEARCHES


def sought(node: ast.expr) -> tuple[ast.expr, ast.expr, bool] | None:  # noqa: PLR0911 - one a spelling
    """The text an expression looks into, what it looks for, and whether finding it makes it true.

    ``a in b``, ``b.find(a) == -1``, ``b.count(a) > 0``, ``re.search(a, b)``; None for anything else.
    """
    match node:
        case ast.Compare(left, [ast.In()], [right]):
            return right, left, True
        case ast.Compare(left, [ast.NotIn()], [right]):
            return right, left, False
        case ast.Compare(ast.Call(ast.Attribute(text, ("find" | "rfind") as name), [what]), [op], [bound]):
            return _bounded(name, text, what, op, bound)
        case ast.Compare(ast.Call(ast.Attribute(text, "count"), [what]), [op], [bound]):
            return _bounded("count", text, what, op, bound)
        case ast.Call(ast.Attribute(text, "count"), [what]):
            return text, what, True
        case ast.Call(ast.Attribute(ast.Name("re"), name), [what, text, *_]) if name in SEARCHES:
            return text, what, True
        case ast.Call(ast.Attribute(what, name), [text]) if name in SEARCHES:
            return text, what, True
    return None


def _bounded(
    name: str, text: ast.expr, what: ast.expr, op: ast.cmpop, bound: ast.expr
) -> tuple[ast.expr, ast.expr, bool] | None:
    """``find`` gives -1 and ``count`` gives 0 for nothing: which side of that is asked for?"""
    try:
        number = ast.literal_eval(bound)
    except ValueError:
        return None
    nothing = 0 if name == "count" else -1
    if (number == nothing and isinstance(op, ast.Eq | ast.LtE)) or (
        number == nothing + 1 and isinstance(op, ast.Lt)
    ):
        return text, what, False
    if (number == nothing and isinstance(op, ast.NotEq | ast.Gt)) or (
        number == nothing + 1 and isinstance(op, ast.GtE)
    ):
        return text, what, True
    return None
