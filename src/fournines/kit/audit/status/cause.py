"""Why a shell script that cannot fail cannot: the step that makes 0 of every answer, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.kit.audit.status.habits import bare, program, succeeds
from fournines.kit.audit.status.steps import (
    Block,
    Chain,
    Choice,
    Command,
    Function,
    Loop,
    Pipe,
    Subshell,
)

if TYPE_CHECKING:
    from fournines.kit.audit.status.steps import Step

_MOST_DEEP = 20
_CARRIES = frozenset({"$?", "${?}"})


def cause(steps: Step) -> str:
    """A clause that names what decides the status of a script, ``""`` where it is nothing simple.

    Meant for scripts of which it is known that they never fail; it explains that and decides nothing.
    """
    return _cause(steps, {}, 0)


def _cause(step: Step, functions: dict[str, Step], deep: int) -> str:
    said = ""
    if deep > _MOST_DEEP:
        return said
    match step:
        case Block(steps):
            said = _block(steps, functions, deep)
        case Pipe(parts):
            last = _name(parts[-1])
            said = f"the status of a pipe is that of its last command, and {last} succeeds" if last else ""
        case Chain(_, right, both):
            last = _name(right, piped=False)
            ored = f"'|| {last}' makes 0 of every answer" if last and not both else ""
            said = ored or _cause(right, functions, deep + 1)
        case Choice(_, then, otherwise):
            branches = [_cause(branch, functions, deep + 1) for branch in (then, otherwise)]
            said = next(filter(None, branches), "an 'if' of which no branch runs ends in 0")
        case Command(words):
            said = _command(words, functions, deep)
        case Subshell():
            said = "an exit within ( ) ends the subshell only"
        case Loop():
            said = "a loop that ran to its end ends in 0"
    return said


def _block(steps: tuple[Step, ...], functions: dict[str, Step], deep: int) -> str:
    known = functions | {step.name: step.body for step in steps if isinstance(step, Function)}
    acting = [step for step in steps if not isinstance(step, Function)]
    if not acting:
        return ""
    last = acting[-1]
    if isinstance(last, Command) and last.words[:1] in (("exit",), ("return",)) and len(acting) > 1:
        carried = not last.words[1:] or last.words[1] in _CARRIES
        before = _name(acting[-2], piped=False)
        if carried and before:
            return f"$? is the status of {before}, not of the probe before it"
    return _cause(last, known, deep + 1)


def _command(words: tuple[str, ...], functions: dict[str, Step], deep: int) -> str:
    name, args = program(bare(words))
    if name in functions:
        said = _cause(functions[name], {k: v for k, v in functions.items() if k != name}, deep + 1)
        return f"{name}: {said}" if said else ""
    if name in ("exit", "return") and args[:1] == ("0",):
        return f"it ends in '{name} 0'"
    last = _name(Command(words, 1), piped=False)
    return f"its status is that of its last command, and {last} succeeds" if last else ""


def _name(step: Step, *, piped: bool = True) -> str:
    """The program of a command that succeeds whatever it finds; ``""`` for any other step."""
    if not isinstance(step, Command) or not succeeds(bare(step.words), piped=piped):
        return ""
    return program(bare(step.words))[0]
