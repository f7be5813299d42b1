"""Ansible's playbooks as the commands they have carried out, each on the hosts of its play."""

from __future__ import annotations

import re
import shlex
from itertools import islice
from typing import TYPE_CHECKING

import yaml

from fournines.audit.pages.draft import Draft
from fournines.kit.audit.script import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 64 * 1024
"""Characters of a playbook that are read; a long one has a thousand lines."""
_PLAY = re.compile(r"^-[ \t]+(?:name:[^\n]*\n[ \t]+)?hosts:[ \t]*\S", re.MULTILINE)
_MODULES = frozenset({"command", "shell", "raw"})
_TASKS = ("pre_tasks", "tasks", "post_tasks", "handlers")
_NESTED = ("block", "rescue", "always")
_MOST = 4000
"""Tasks and their commands that are read of one playbook."""


def is_playbook(text: str) -> bool:
    """Whether a text has a play in it and is short enough to be read."""
    return len(text) <= LONGEST and bool(_PLAY.search(text))


def playbook(text: str, lines: tuple[int, ...] = ()) -> Draft | None:
    """The commands of a playbook; ``lines`` are where the lines of the text stand. None when it is none."""
    if not is_playbook(text):
        return None
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError):
        return None
    tasks = islice((pair for play in items(root) for pair in _of_play(play)), _MOST)
    found = [(line, said) for line, said in tasks if said]
    if not found:
        return None
    at = [lines[min(line, len(lines) - 1)] if lines else line + 1 for line, _ in found]
    return Draft("", COMMANDS, "\n".join(said for _, said in found), tuple(at), excerpt=True)


def _of_play(play: yaml.Node) -> Iterator[tuple[int, str]]:
    hosts = text_of(child(play, "hosts"))
    for name in _TASKS if hosts else ():
        for task in items(child(play, name)):
            yield from _of_task(task, hosts, 0)


def _of_task(task: yaml.Node, hosts: str, depth: int) -> Iterator[tuple[int, str]]:
    """The line and the command of each task in a task; the empty command for the task itself."""
    yield task.start_mark.line, ""  # counted, whatever it does: an alias makes a thousand tasks of one
    one = child(task, "run_once") or child(task, "when")
    where = text_of(child(task, "delegate_to")) or (f"{hosts}[0]" if one else hosts)
    for name in _NESTED if depth < len(_NESTED) else ():
        for inner in items(child(task, name)):
            yield from _of_task(inner, where, depth + 1)
    for key, value in pairs(task):
        if key.rpartition(".")[2] in _MODULES:
            said = text_of(value) or text_of(child(value, "cmd")) or text_of(child(value, "_raw_params"))
            line = "; ".join(part.strip() for part in said.split("\n") if part.strip())
            if line:
                yield value.start_mark.line, f"ansible {shlex.quote(where)} -a {shlex.quote(line)}"


def pairs(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    """The keys of a mapping with what they hold; nothing of another node."""
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if isinstance(key, yaml.ScalarNode):
            yield str(key.value), value


def child(node: yaml.Node | None, name: str) -> yaml.Node | None:
    """What a key of a mapping holds."""
    return next((value for key, value in pairs(node) if key == name), None)


def items(node: yaml.Node | None) -> list[yaml.Node]:
    """The items of a sequence; none of another node."""
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def text_of(node: yaml.Node | None) -> str:
    """A plain value; several hosts of a list are separated by commas."""
    if isinstance(node, yaml.SequenceNode):
        return ",".join(text_of(item) for item in node.value)
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""
