"""Shell scripts as facts: what they run, and whether they can ever report a failure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Kind, Place, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.node import Node

BLOCK_WORDS = frozenset(
    [
        "if",
        "then",
        "elif",
        "else",
        "fi",
        "for",
        "while",
        "until",
        "do",
        "done",
        "case",
        "esac",
        "{",
        "}",
        "(",
        ")",
        "function",
        "select",
    ]
)
"""Words of the shell that are commands of their own in the tree: they open, join or close blocks."""
_ALWAYS_TRUE = frozenset(
    [
        "echo",
        "printf",
        "true",
        ":",
        "sleep",
        "logger",
        "exit0",
        "export",
        "set",
        "trap",
        "unset",
        "local",
        "shift",
    ]
)


@dataclass(frozen=True)
class Script:
    """A shell script; ``path`` is the path it has on its host as far as known.

    ``can_fail`` is True when some way through it may end with a status other than 0, False when none can,
    and None for a script in another language.
    """

    at: Place
    path: str
    commands: tuple[Node, ...] = field(repr=False)
    can_fail: bool | None
    places: tuple[Place, ...] = field(default=(), repr=False)

    def named(self, command: str) -> bool:
        """Whether this is the script a configuration calls by this path (the last part decides)."""
        return bool(command) and command.rsplit("/", 1)[-1] == self.path.rsplit("/", 1)[-1]


def read_script(source: Source) -> Iterator[Script]:
    """The script of a source."""
    first = source.text.lstrip().split("\n", 1)[0]
    foreign = first.startswith("#!") and "sh" not in first
    yield Script(
        at=source.top,
        path=source.name or source.path,
        commands=source.nodes,
        can_fail=None if foreign else can_fail(source.nodes),
        places=tuple(source.at(node) for node in source.nodes),
    )


def can_fail(commands: tuple[Node, ...]) -> bool:
    """Whether a script may end with a status other than 0.

    It can when it says ``exit N`` with another N than 0 (or a variable), runs under ``set -e``, or ends in
    a command that may fail itself. ``service keepalived stop`` as the last word is a success in practice:
    that script hurts instead of reporting.
    """
    if not commands:
        return False
    functions = _function_bodies(commands)
    last: Node | None = None
    for index, node in enumerate(commands):
        if node.key in ("exit", "return") and _fails(node.value or "$?"):
            return True
        if node.key == "set" and any(word.startswith("-") and "e" in word for word in node.args):
            return True
        if node.key == "set" and "errexit" in node.args:
            return True
        if node.key not in BLOCK_WORDS and index not in functions:
            last = node
    if commands[-1].key in ("fi", "done", "esac", "}"):
        return _tail_of_block_fails(commands)
    return last is not None and _may_fail(last)


def _fails(status: str) -> bool:
    return status.strip("\"'") != "0"


def _may_fail(node: Node) -> bool:
    key = node.key.rsplit("/", 1)[-1]
    if key in ("exit", "return"):
        return _fails(node.value or "$?")
    if "=" in node.key:
        return False
    return key not in _ALWAYS_TRUE and not _is_service_order(node)


def _is_service_order(node: Node) -> bool:
    words = [word.rsplit("/", 1)[-1] for word in node.words]
    if words and words[0] == "sudo":
        words = words[1:]
    return (
        bool(words)
        and words[0] in ("service", "systemctl", "killall", "pkill", "kill", "rc-service")
        and (words[0] not in ("killall", "pkill", "kill") or "-0" not in words)
        and not {"is-active", "status", "is-failed"} & set(words)
    )


def _tail_of_block_fails(commands: tuple[Node, ...]) -> bool:
    """For a script that ends in ``fi``/``done``/``}``: whether a branch of that last block may fail."""
    depth, tails = 0, []
    for node in reversed(commands):
        if node.key in ("fi", "done", "esac", "}"):
            depth += 1
        elif node.key in ("if", "for", "while", "until", "case", "{"):
            depth -= 1
            if depth <= 0:
                break
        elif node.key not in BLOCK_WORDS:
            tails.append(node)
    conditions = {"[", "[[", "test"}
    return any(
        _may_fail(node) for node in tails if node.key not in conditions and not _condition(node, commands)
    )


def _condition(node: Node, commands: tuple[Node, ...]) -> bool:
    index = next(i for i, other in enumerate(commands) if other is node)
    before = [other.key for other in commands[max(0, index - 1) : index]]
    return bool(before) and before[0] in ("if", "elif", "while", "until", "for", "case")


def _function_bodies(commands: tuple[Node, ...]) -> frozenset[int]:
    """Indexes of the commands inside functions: they count where the function is called."""
    inside: set[int] = set()
    depth, opened = 0, False
    for index, node in enumerate(commands):
        if node.key == "{":
            before = [other.key for other in commands[max(0, index - 2) : index]]
            opened = (
                opened
                or before == ["(", ")"]
                or "function" in [c.key for c in commands[max(0, index - 3) : index]]
            )
            depth += opened
        elif node.key == "}" and opened:
            depth -= 1
            opened = depth > 0
        elif opened:
            inside.add(index)
    return frozenset(inside)


def _nothing(_source: Source) -> Iterator[Script]:
    return iter(())


COMMANDS = Kind(name="commands", syntax=Syntax.SHELL, names=(), marks=(), read=_nothing)
"""Commands shown in a page: read like a script, but no script that anything could call."""

SCRIPT = Kind(
    name="script",
    syntax=Syntax.SHELL,
    names=("*.sh", "*.bash", "chk_*", "check_*"),
    marks=(r"\A\s*#!\s*/\S*(?:/|\s)(?:ba|da|k|z)?sh\b", r"\A\s*#!\s*/\S+"),
    read=read_script,
)
