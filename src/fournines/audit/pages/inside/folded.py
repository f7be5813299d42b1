"""Texts that YAML holds: the files of a ConfigMap, of cloud-init and of Ansible's copy, scripts, commands.

Read line by line, for most such files are templates (Helm, Jinja, Heat) that no parser of YAML takes.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from fournines.audit.pages.inside.commands import command_of, listed, properties
from fournines.audit.pages.page import Block

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MARK = re.compile(r"[|>](?:[+\-]?[1-9]?|[1-9][+\-])")
"""What opens a text of several lines, and how its end is taken."""
_TEMPLATE = ("{{", "{%", "<%")
_DESTINATION = frozenset({"path", "dest", "destination", "filename", "file", "target"})
"""Keys beside a text that say which file it becomes."""
_ALSO = frozenset({"name"})
"""Keys that say so where their value is a path."""
_PART = frozenset({"block", "blockinfile"})
"""Keys of a text that is put into a file which holds more."""
_SHELL = frozenset(
    {"shell", "command", "cmd", "raw", "run", "script", "inline", "args", "runcmd", "_raw_params"}
)
"""Keys of a text that a shell is given."""
_NEAR = 30
"""Lines beside a text in which its destination is looked for."""
_DEEPEST = 3
_FILE = re.compile(r"[\w.\-~/{}$ ]{1,200}[./][\w.\-{}$ ]{1,200}")
_VALUE = re.compile(r"(?P<key>[\w.\-]{1,60}) *: *(?P<value>\S.{0,300})")


def holds_texts(text: str) -> bool:
    """Whether a text of several lines may be opened in this one."""
    return "|" in text or ">" in text


def folded(text: str, depth: int = 0) -> list[Block]:
    """The texts of several lines, each for the file that is named beside it, and the commands of one line."""
    lines = text.split("\n")
    found: list[Block] = []
    single = list(properties(lines))
    at = 0
    while at < len(lines):
        opened = _opened(lines[at])
        if opened is None:
            said = _said(lines[at])
            if said:
                single.append((said, at + 1))
            at += 1
            continue
        column, key = opened
        end = _end(lines, at + 1, column)
        found += _texts(lines, at, end, key, depth)
        at = end
    if single:
        single.sort(key=lambda said: said[1])
        commands = "\n".join(command for command, _ in single)
        found.append(Block(commands, tuple(number for _, number in single), "sh", ()))
    return found


def _opened(line: str) -> tuple[int, str] | None:
    """Where the key of a text of several lines stands, and the key; None for another line."""
    head, _, token = line.rstrip().rpartition(" ")
    if not _MARK.fullmatch(token):
        return None
    column, bare = _key(head)
    if bare and not bare.rstrip().endswith(":"):
        return None
    return column, bare.rstrip().removesuffix(":").strip("\"' ")


def _key(line: str) -> tuple[int, str]:
    """A line behind its indentation and the dashes of lists, and its column; a dash alone has its own."""
    column = len(line) - len(line.lstrip(" "))
    rest = line[column:]
    while rest.startswith("- "):
        bare = rest[2:].lstrip(" ")
        if not bare:
            return column, ""
        column += len(rest) - len(bare)
        rest = bare
    return (column, "") if rest == "-" else (column, rest)


def _end(lines: Sequence[str], at: int, column: int) -> int:
    """The first line behind a text: one that says something and is indented no further than its key."""
    last = at
    for number in range(at, len(lines)):
        bare = lines[number].lstrip(" ")
        if not bare.strip():
            continue
        if len(lines[number]) - len(bare) <= column and not bare.startswith(_TEMPLATE):
            break
        last = number + 1
    return last


def _texts(lines: Sequence[str], at: int, end: int, key: str, depth: int) -> Iterator[Block]:
    inside = lines[at + 1 : end]
    said = [line for line in inside if line.strip() and not line.lstrip(" ").startswith(_TEMPLATE)]
    if not said:
        return
    own = len(said[0]) - len(said[0].lstrip(" "))
    text = "\n".join(line[own:] if line[:own].isspace() or not own else "" for line in inside)
    numbers = tuple(range(at + 2, end + 1))
    deeper = folded(text, depth + 1) if depth < _DEEPEST and _nested(text) else []
    if deeper:
        for block in deeper:
            yield replace(block, lines=tuple(numbers[line - 1] for line in block.lines))
        return
    name = _destination(lines, at, end) or (key if _FILE.fullmatch(key) else "")
    shell = not name and key.rpartition(".")[2] in _SHELL
    info = name or ("sh" if shell else "")
    yield Block(text, numbers, info, (), whole=bool(name) and key not in _PART, given=shell)


_NESTED = re.compile(r"^[ ]*+(?:- ++)?[\w.\-/]{0,100}+:?+ *+\|[+\-]?[ \t]*+$", re.MULTILINE)


def _nested(text: str) -> bool:
    return text.lstrip().startswith("#cloud-config") or bool(_NESTED.search(text))


def _destination(lines: Sequence[str], at: int, end: int) -> str:
    """The path that a key beside this text gives it."""
    column, _ = _key(lines[at])
    first = lines[at].lstrip(" ").startswith("- ")
    beside = [] if first else [reversed(range(max(0, at - _NEAR), at))]
    for numbers in (*beside, range(end, min(len(lines), end + _NEAR))):
        for number in numbers:
            line = lines[number]
            if not line.strip():
                continue
            where, bare = _key(line)
            if where < column:
                break
            opens = line.lstrip(" ").startswith("- ")
            if where > column or (opens and number > at):
                if opens and where == column:
                    break
                continue
            match = _VALUE.fullmatch(bare.rstrip())
            value = match["value"].strip("\"'") if match else ""
            if match and (match["key"] in _DESTINATION or (match["key"] in _ALSO and "/" in value)):
                return value
            if opens:
                break
    return ""


def _said(line: str) -> str:
    """The command that a line gives as a value: ``shell: pcs ...``, ``- drbdadm up r0``, a list of words."""
    _, bare = _key(line)
    if not bare or bare.startswith("#"):
        return ""
    match = _VALUE.fullmatch(bare.rstrip())
    value = match["value"] if match and not bare.startswith(('"', "'", "[")) else bare.strip()
    if value[:1] == "[":
        return listed(value)
    if value[:1] in "\"'" and value[-1:] == value[:1]:
        value = value[1:-1]
    return command_of(value)
