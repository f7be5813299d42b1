"""What the keys of a model mean: the texts below them in its source."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from textwrap import dedent

from fournines.spec.model import Strict


@cache
def meanings(model: type[Strict]) -> Mapping[str, str]:
    """The text below each attribute of a model and of those it is derived from.

    Read when a page or a schema is made of it. pydantic can do so while classes are made
    (``use_attribute_docstrings``); each start of ``nines`` would pay for that.
    """
    found: dict[str, str] = {}
    for one in reversed([c for c in model.__mro__ if issubclass(c, Strict)]):
        (definition,) = ast.parse(dedent(inspect.getsource(one))).body
        body = definition.body if isinstance(definition, ast.ClassDef) else []
        for attribute, text in pairwise(body):
            match attribute, text:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(said))):
                    found[name] = inspect.cleandoc(said)
                case _:
                    pass
    return found
