"""Comparing what is wanted with what was seen: the changes, as values. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fournines.engine.desired import Desired
from fournines.engine.mask import Masker
from fournines.engine.units.decide import decide
from fournines.kit.step import (
    Absent,
    Account,
    Command,
    Directory,
    File,
    Packages,
    Step,
    Sysctl,
    Unit,
)

Seen = Mapping[str, Any]
"""The agent's answer about one step."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing on one host that is not as wanted.

    ``kind`` is the step's, ``subject`` what it is about (a path, a unit), ``what`` what would be or was
    done. ``diff`` is a unified diff with secrets masked; empty where there is none to show.
    """

    host: str
    phase: str
    kind: str
    subject: str
    what: str
    diff: str = ""

    def to_json(self) -> dict[str, str]:
        """For ``--json`` and the log."""
        return {
            "host": self.host,
            "phase": self.phase,
            "kind": self.kind,
            "subject": self.subject,
            "what": self.what,
            "diff": self.diff,
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """All changes that a deployment would make now, in the order of the plan.

    Nothing is known of ``absent`` hosts, which could not be reached and would be left out.
    """

    changes: tuple[Change, ...]
    absent: tuple[str, ...] = ()

    def of(self, phase: str, host: str | None = None) -> tuple[Change, ...]:
        """The changes of a phase, or of one host in it."""
        return tuple(c for c in self.changes if c.phase == phase and host in (None, c.host))

    def to_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {"changes": [change.to_json() for change in self.changes], "absent": list(self.absent)}


def compare(
    wanted: Desired,
    phase: str,
    host: str,
    observed: Iterable[tuple[Step, Seen]],
    masker: Masker,
    *,
    changing: frozenset[str] = frozenset(),
) -> Iterator[Change]:
    """What is not as wanted on one host in one phase.

    ``changing`` are the paths of the host's files that are about to change in any phase: their readers
    will be restarted.
    """
    for step, seen in observed:
        if isinstance(step, Unit):
            files_change = not changing.isdisjoint((*step.restart_on, *step.reload_on))
            decision = decide(step, seen, wanted.stamp(host, step.name), files_change=files_change)
            if decision.words:
                yield Change(host, phase, "unit", step.name, decision.words)
        else:
            for subject, what, diff in _COMPARERS[type(step)](step, seen):
                yield Change(host, phase, type(step).__name__.lower(), subject, what, masker.mask(diff))


def same(step: Step, seen: Seen) -> bool:
    """Whether a step other than a unit is as wanted."""
    return not list(_COMPARERS[type(step)](step, seen))


def missing_packages(step: Packages, seen: Seen) -> tuple[str, ...]:
    """The packages that are not fully installed."""
    return tuple(name for name in step.names if seen["states"][name] not in {"ii", "hi"})


_Found = Iterator[tuple[str, str, str]]


def _packages(step: Packages, seen: Seen) -> _Found:
    for name in missing_packages(step, seen):
        half = seen["states"][name][1:2] in {"U", "F", "H", "W", "t"}
        yield name, "finish installing" if half else "install", ""


def _account(step: Account, seen: Seen) -> _Found:
    if not seen["exists"]:
        yield step.name, "create", ""
    missing = sorted(set(step.groups) - set(seen["groups"]))
    if missing:
        yield step.name, f"add to {', '.join(missing)}", ""


def _directory(step: Directory, seen: Seen) -> _Found:
    if not seen["exists"]:
        yield step.path, "create", ""
    elif not seen["directory"]:
        yield step.path, "is not a directory", ""
    else:
        yield from _attributes(step, seen)


def _file(step: File, seen: Seen) -> _Found:
    if not seen["exists"]:
        yield step.path, "create", _diff(step, "")
    elif not seen["regular"]:
        yield step.path, "replace what is not a regular file", _diff(step, "")
    else:
        if seen["differs"]:
            old = seen.get("text")
            yield step.path, "change", "" if old is None else _diff(step, old)
        yield from _attributes(step, seen)


def _attributes(step: File | Directory, seen: Seen) -> _Found:
    if seen["mode"] != step.mode:
        yield step.path, f"mode {seen['mode']:04o} -> {step.mode:04o}", ""
    if (seen["owner"], seen["group"]) != (step.owner, step.group):
        yield step.path, f"owner {seen['owner']}:{seen['group']} -> {step.owner}:{step.group}", ""


def _absent(step: Absent, seen: Seen) -> _Found:
    if seen["exists"]:
        yield step.path, "remove", ""


def _sysctl(step: Sysctl, seen: Seen) -> _Found:
    if seen["value"] != " ".join(step.value.split()):
        before = "absent" if seen["value"] is None else seen["value"]
        yield step.key, f"{before} -> {step.value}", ""


def _command(step: Command, seen: Seen) -> _Found:
    if not seen["done"]:
        yield step.name, "run", seen["said"] if step.shows else ""


_COMPARERS: dict[type, Callable[[Any, Seen], _Found]] = {
    Packages: _packages,
    Account: _account,
    Directory: _directory,
    File: _file,
    Absent: _absent,
    Sysctl: _sysctl,
    Command: _command,
}


def _diff(step: File, old: str) -> str:
    """A unified diff from the host's text to the plan's; none for a secret file or one that is no text."""
    if step.secret or step.base64:
        return ""
    lines = difflib.unified_diff(
        old.splitlines(), step.content.splitlines(), f"a{step.path}", f"b{step.path}", lineterm=""
    )
    return "\n".join(lines)
