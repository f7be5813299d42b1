"""Questions a script asks, and the tests (``[ ... ]``) that ask again what a command answered."""

from __future__ import annotations

from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne
from typing import TypeAlias


@dataclass(frozen=True, slots=True, order=True)
class Question:
    """A command (or pipe) whose answer is not known beforehand, names put in as far as they are known.

    ``aspect`` is empty for its status; else it says what of its output is asked: ``filled``, ``= 200``.
    """

    text: str
    line: int
    aspect: str = ""


FAILED = "failed"
"""The status of something that failed: not 0, and nobody knows which."""
Value: TypeAlias = str | Question | None
"""What a name holds: a known text, the output of a question, or nobody knows."""
Facts: TypeAlias = frozenset[tuple[Question, bool]]
Operand: TypeAlias = str | Question

_FILLED = {("-gt", "0"): True, ("-ge", "1"): True, ("-ne", "0"): True, ("!=", "0"): True, ("!=", ""): True,
           ("-eq", "0"): False, ("-lt", "1"): False, ("-le", "0"): False, ("=", "0"): False,
           ("==", "0"): False, ("=", ""): False, ("==", ""): False}  # fmt: skip
"""Comparisons of an output that only ask whether there is one (``wc -l``, ``grep -c``)."""
_NUMBERS = {
    "-eq": eq, "-ne": ne, "-gt": gt, "-ge": ge, "-lt": lt, "-le": le, "==": eq, "=": eq, "!=": ne,
    ">": gt, "<": lt, ">=": ge, "<=": le,
}  # fmt: skip
_EQUAL, _DIFFERENT = ("=", "==", "-eq"), ("!=", "-ne")


def asked(facts: Facts, question: Question, *, answer: bool) -> Facts:
    """The facts after one more answer; the newest answer to a question counts."""
    return (facts - {(question, not answer)}) | {(question, answer)}


@dataclass(frozen=True, slots=True)
class Asks:
    """A test that asks a question; ``wanted`` is the answer with which it succeeds."""

    question: Question
    wanted: bool = True


Truth: TypeAlias = bool | Asks
"""What a test comes to: known, or a question."""


def opposite(found: Truth) -> Truth:
    """The truth of ``! test``."""
    return not found if isinstance(found, bool) else Asks(found.question, wanted=not found.wanted)


def test(operands: tuple[Operand, ...], line: int) -> Truth:
    """What ``[ ... ]`` comes to: ``operands`` are its words without the brackets, names put in."""
    if operands[:1] == ("!",):
        return opposite(test(operands[1:], line))
    if len(operands) == 1:
        return _filled(operands[0], line)
    if len(operands) == 2 and operands[0] in ("-n", "-z"):  # noqa: PLR2004 - operator and operand
        found = _filled(operands[1], line)
        return found if operands[0] == "-n" else opposite(found)
    if len(operands) == 3 and isinstance(operands[1], str):  # noqa: PLR2004 - left, operator, right
        return _compared(operands[0], operands[1], operands[2], line)
    return Asks(Question(" ".join(_text(operand) for operand in operands), line))


def _text(operand: Operand) -> str:
    return operand.text if isinstance(operand, Question) else operand


def _filled(operand: Operand, line: int) -> Truth:
    if isinstance(operand, Question):
        return Asks(Question(operand.text, operand.line, "filled"))
    if any(c in operand for c in "$`"):
        return Asks(Question(f"[ -n {operand} ]", line))
    return operand != ""


def _compared(left: Operand, operator: str, right: Operand, line: int) -> Truth:
    if isinstance(right, Question) and not isinstance(left, Question):
        left, right = right, left
        operator = {"-gt": "-lt", "-lt": "-gt", "-ge": "-le", "-le": "-ge"}.get(operator, operator)
    if isinstance(left, Question):
        return _of_output(left, operator, right)
    if isinstance(right, str):
        known = _known(left, operator, right)
        if known is not None:
            return known
    if operator in _DIFFERENT:  # one question, whichever way it is put
        return Asks(Question(f"[ {left} = {_text(right)} ]", line), wanted=False)
    return Asks(Question(f"[ {left} {operator} {_text(right)} ]", line))


def _of_output(left: Question, operator: str, right: Operand) -> Truth:
    filled = _FILLED.get((operator, right)) if isinstance(right, str) else None
    if filled is not None:
        return Asks(Question(left.text, left.line, "filled"), wanted=filled)
    if operator in _DIFFERENT or operator in _EQUAL:
        return Asks(Question(left.text, left.line, f"= {_text(right)}"), wanted=operator in _EQUAL)
    return Asks(Question(left.text, left.line, f"{operator} {_text(right)}"))


def _known(left: str, operator: str, right: str) -> bool | None:
    """The truth of a comparison of two known texts, or of a failed status and a number."""
    if any(c in f"{left}{right}" for c in "$`"):
        return None
    if FAILED in (left, right):
        number = 2  # some status above 0: only comparisons with 0 are known
        if "0" not in (left, right):
            return None
        left, right = (str(number) if word == FAILED else word for word in (left, right))
    numbers = [word for word in (left, right) if word.lstrip("-").isdigit()]
    if operator in _NUMBERS and len(numbers) == 2:  # noqa: PLR2004 - both
        return bool(_NUMBERS[operator](int(left[:9]), int(right[:9])))
    if any(c in right for c in "*?["):
        return None
    return left == right if operator in _EQUAL else left != right if operator in _DIFFERENT else None
