"""The regular expressions of the audit, and for each the texts it is likely slowest on.

An expression is superlinear where it begins again at each place of a run that it walks to the end of, or
divides one run between two repeats. Both need a long run of what a repeat takes, after what leads up to that
repeat, and an end that does not fit: ``attacks`` makes those texts from the expression itself.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]

import fournines
from fournines.audit import registry

ROOMS = ("audit", "kit/audit", "components/*/audit")
_METHODS = {"search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
_LETTERS = "aZ0_ \t\n-.:/=,;#\"'$@{}()[]<>*+?|\\%&!~^`\x01\xe9"
"""What a class is sampled with: one of each sort of character that expressions tell apart."""
_MOST_SAMPLES = 3
"""Characters tried of one class: what it shares with its neighbours is among the first of the alphabet."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """An expression, where it stands, and the ways it is asked (``search``, ``fullmatch``, ...)."""

    place: str
    text: str
    flags: int
    methods: frozenset[str]


def patterns() -> Iterator[Pattern]:
    """Every expression of the audit's modules: what they hold compiled, give to ``re``, and know files by."""
    root = Path(fournines.__file__).parent
    for path in sorted(path for room in ROOMS for path in root.glob(f"{room}/**/*.py")):
        tree = ast.parse(path.read_text())
        place = str(path.relative_to(root))
        words = path.relative_to(root.parent).with_suffix("").parts
        module = importlib.import_module(".".join(words).removesuffix(".__init__"))
        for name, value in vars(module).items():
            for held in _held(value):
                asked = _asked(tree, name)
                if asked or name in _assigned(tree):
                    methods = asked or frozenset({"search"})
                    yield Pattern(f"{place} {name}", _letters(held.pattern), held.flags, methods)
        for node in ast.walk(tree):
            match node:
                case ast.Call(ast.Attribute(ast.Name("re"), method), [first, *_]) if method in _METHODS:
                    if (text := _text(first)) is not None:
                        yield Pattern(f"{place}:{node.lineno}", text, _flags(node), frozenset({method}))
    for kind in registry.kinds():
        for mark in kind.marks:
            yield Pattern(f"kind {kind.name}", mark, re.MULTILINE, frozenset({"search"}))


def _letters(text: str | bytes) -> str:
    """An expression of bytes is as slow as the same of letters."""
    return text if isinstance(text, str) else text.decode("latin-1")


def _held(value: object) -> Iterator[re.Pattern[str] | re.Pattern[bytes]]:
    """The compiled expressions in a value of a module."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from _held(tuple(value.values()))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _held(item)


def _assigned(tree: ast.Module) -> set[str]:
    """Names a module gives values to; others it only imports."""
    return {
        name.id
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for name in ast.walk(node)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    }


def _text(node: ast.expr) -> str | None:
    """The expression; None where it is a name, which is found where it is compiled."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) or "x" for part in parts)
        case ast.BinOp(left=left, right=right):
            return (_text(left) or "x") + (_text(right) or "x")
    return None


def _flags(node: ast.Call) -> int:
    words = {
        word.attr
        for part in (*node.args[1:], *(k.value for k in node.keywords))
        for word in ast.walk(part)
        if isinstance(word, ast.Attribute)
    }
    return sum(int(getattr(re, word)) for word in words if isinstance(getattr(re, word, None), re.RegexFlag))


def _asked(tree: ast.Module, name: str) -> frozenset[str]:
    """The ways a module asks what it holds under a name."""
    return frozenset(
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
        and node.attr in _METHODS
    )


def attacks(pattern: Pattern, size: int) -> Iterator[str]:
    """Texts of about ``size`` characters."""
    parsed = _parser.parse(pattern.text, pattern.flags)
    seen: set[str] = set()
    for before, repeated in _repeats(parsed, ""):
        for run in repeated:
            for text in (
                before + run * (size // len(run)),
                (before + run) * (size // len(before + run)),
                (before + "\n") * (size // (len(before) + 1)),
            ):
                for end in ("", "\x00", "\n\x00"):
                    if text + end not in seen:
                        seen.add(text + end)
                        yield text + end


def _repeats(items: object, before: str) -> Iterator[tuple[str, list[str]]]:
    """What leads up to each repeat that may be long, and runs of what it takes."""
    for op, value in items:  # type: ignore[attr-defined]
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            _, most, inside = value
            if most > 20:  # a bounded repeat costs its bound
                yield before, _runs(inside)
            yield from _repeats(inside, before)
        elif op is sre.SUBPATTERN:
            yield from _repeats(value[-1], before)
        elif op is sre.ATOMIC_GROUP:
            yield from _repeats(value, before)
        elif op in (sre.ASSERT, sre.ASSERT_NOT):
            yield from _repeats(value[1], before)
        elif op is sre.BRANCH:
            for branch in value[1]:
                yield from _repeats(branch, before)
        before += _least([(op, value)])


def _least(items: object) -> str:
    """A short text that the items take."""
    said = ""
    for op, value in items:  # type: ignore[attr-defined]
        if op is sre.LITERAL:
            said += chr(value)
        elif op in (sre.NOT_LITERAL, sre.IN, sre.ANY):
            said += _samples(op, value)[0]
        elif op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            said += _least(value[2]) * min(value[0], 20)
        elif op is sre.SUBPATTERN:
            said += _least(value[-1])
        elif op is sre.ATOMIC_GROUP:
            said += _least(value)
        elif op is sre.BRANCH:
            said += _least(value[1][0])
    return said


def _runs(inside: object) -> list[str]:
    items = list(inside)  # type: ignore[call-overload]
    if len(items) == 1 and items[0][0] in (sre.NOT_LITERAL, sre.IN, sre.ANY):
        return _samples(*items[0])
    if len(items) == 1 and items[0][0] is sre.SUBPATTERN:
        return _runs(items[0][1][-1])
    if len(items) == 1 and items[0][0] is sre.BRANCH:
        return [run for branch in items[0][1][1] for run in _runs(branch)]
    return [_least(items)] if _least(items) else []


def _samples(op: object, value: object) -> list[str]:
    if op is sre.ANY:
        return ["a", " ", "=", '"']
    if op is sre.NOT_LITERAL:
        return [c for c in "a =" if ord(c) != value]
    source = _parser.SubPattern(_parser.State())
    source.append((op, value))
    test = re._compiler.compile(source)  # type: ignore[attr-defined]
    fits = [c for c in _LETTERS if test.fullmatch(c)]
    literal = [chr(v) for o, v in value if o is sre.LITERAL]  # type: ignore[attr-defined]
    return [*dict.fromkeys([*fits, *literal])][:_MOST_SAMPLES] or ["\x02"]
