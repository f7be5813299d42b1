"""What a script is made of, as far as its exit status goes: the same for shell and for Python."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

Step: TypeAlias = (
    "Command | Pipe | Chain | Not | Block | Choice | Loop | Cases | Function | Subshell | Attempt"
)


@dataclass(frozen=True, slots=True)
class Command:
    """A simple command, words unexpanded. Python's statements are written as the commands they amount to."""

    words: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Pipe:
    """``a | b``: the last part decides, all of them under pipefail."""

    parts: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """``a && b`` (``both``) or ``a || b``."""

    left: Step
    right: Step
    both: bool


@dataclass(frozen=True, slots=True)
class Not:
    """``! a``."""

    step: Step


@dataclass(frozen=True, slots=True)
class Block:
    """One after the other."""

    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """``if``; an ``elif`` is a choice inside ``otherwise``. Without one the status is 0."""

    condition: Step
    then: Step
    otherwise: Step = field(default_factory=Block)


@dataclass(frozen=True, slots=True)
class Loop:
    """``while`` and ``until`` (``wanted`` is False); a ``for`` has no condition.

    ``sure``: the body runs at least once.
    """

    condition: Step | None
    body: Step
    wanted: bool = True
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Cases:
    """``case``: the subject, and for each arm its patterns and its body."""

    subject: str
    arms: tuple[tuple[tuple[str, ...], Step], ...]
    line: int


@dataclass(frozen=True, slots=True)
class Function:
    """A definition; its body counts where it is called."""

    name: str
    body: Step


@dataclass(frozen=True, slots=True)
class Subshell:
    """``( ... )``: an exit in it ends only itself."""

    body: Step


@dataclass(frozen=True, slots=True)
class Attempt:
    """Python's ``try``: what fails in the body goes on in ``rescue``."""

    body: Step
    rescue: Step
