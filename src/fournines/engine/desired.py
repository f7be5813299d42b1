"""What a plan wants of each host, in the form the agent is asked about. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from fournines.errors import PlanError
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
from fournines.plan.model import Phase, Plan

Wire = dict[str, Any]
"""A step as the agent gets it."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """The content of a unit's files, as digests; None where the unit names no files."""

    restart: str | None = None
    reload: str | None = None


@dataclass(frozen=True, slots=True)
class Desired:
    """Everything wanted, with what follows from it: stamps of units, and which units read a file."""

    phases: tuple[Phase, ...]
    stamps: Mapping[tuple[str, str], Stamp]
    readers: Mapping[tuple[str, str], tuple[str, ...]]

    def stamp(self, host: str, unit: str) -> Stamp:
        """The digests of the files that a unit of a host reads."""
        return self.stamps[host, unit]

    def readers_of(self, host: str, paths: Iterable[str]) -> tuple[str, ...]:
        """The units of a host that are restarted or reloaded when one of these files changes."""
        return tuple(dict.fromkeys(u for path in paths for u in self.readers.get((host, path), ())))

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host that something is wanted of."""
        return tuple(dict.fromkeys(host for phase in self.phases for host in phase.steps))


def desired(plan: Plan) -> Desired:
    """Work out what a plan wants.

    Raises:
        PlanError: a unit is declared twice for a host, or follows a file that is not written by then.
    """
    stamps: dict[tuple[str, str], Stamp] = {}
    readers: dict[tuple[str, str], list[str]] = {}
    contents: dict[str, dict[str, bytes]] = {}
    for phase in plan.phases:
        for host, steps in phase.steps.items():
            so_far = contents.setdefault(host, {})
            so_far |= {step.path: step.data for step in steps if isinstance(step, File)}
            for unit in (step for step in steps if isinstance(step, Unit)):
                if (host, unit.name) in stamps:
                    raise PlanError(f"two steps are about {unit.name}", where=host)
                stamps[host, unit.name] = _stamp(host, unit, so_far)
                for path in (*unit.restart_on, *unit.reload_on):
                    readers.setdefault((host, path), []).append(unit.name)
    return Desired(plan.phases, stamps, {key: tuple(units) for key, units in readers.items()})


def _stamp(host: str, unit: Unit, contents: Mapping[str, bytes]) -> Stamp:
    for path in (*unit.restart_on, *unit.reload_on):
        if path not in contents:
            raise PlanError(
                f"{unit.name} is to follow {path}, which no step of its phase or an earlier one writes",
                where=host,
            )
    return Stamp(_digest(unit.restart_on, contents), _digest(unit.reload_on, contents))


def _digest(paths: tuple[str, ...], contents: Mapping[str, bytes]) -> str | None:
    """A digest over the files' contents; the order in which they are named makes no difference."""
    if not paths:
        return None
    whole = hashlib.sha256()
    for path in sorted(paths):
        whole.update(hashlib.sha256(path.encode()).digest())
        whole.update(hashlib.sha256(contents[path]).digest())
    return whole.hexdigest()


# --- steps as the agent gets them -------------------------------------------------------------------------


def question(step: Step, *, show: bool) -> Wire:
    """What the agent is asked about a step. With ``show`` it also tells the text of a file that differs."""
    wire = _wire(step)
    if isinstance(step, File):
        wire["show"] = show and not step.secret and not step.base64
    return wire


def entry(step: File | Directory | Absent) -> Wire:
    """A step of the file tree, with what the agent needs to install it."""
    wire = _wire(step)
    if isinstance(step, File):
        wire |= {"content": step.content, "base64": step.base64, "validate": list(step.validate)}
    return wire


@singledispatch
def _wire(step: object) -> Wire:
    raise TypeError(f"{step!r} is not a step")


@_wire.register
def _(step: Packages) -> Wire:
    return {"kind": "packages", "names": list(step.names)}


@_wire.register
def _(step: Account) -> Wire:
    return {"kind": "account", "name": step.name, "groups": list(step.groups)}


@_wire.register
def _(step: Directory) -> Wire:
    return {
        "kind": "directory",
        "path": step.path,
        "mode": step.mode,
        "owner": step.owner,
        "group": step.group,
    }


@_wire.register
def _(step: File) -> Wire:
    return {
        "kind": "file",
        "path": step.path,
        "sha256": hashlib.sha256(step.data).hexdigest(),
        "mode": step.mode,
        "owner": step.owner,
        "group": step.group,
    }


@_wire.register
def _(step: Absent) -> Wire:
    return {"kind": "absent", "path": step.path}


@_wire.register
def _(step: Sysctl) -> Wire:
    return {"kind": "sysctl", "key": step.key}


@_wire.register
def _(step: Unit) -> Wire:
    return {"kind": "unit", "name": step.name, "packages": list(step.packages)}


@_wire.register
def _(step: Command) -> Wire:
    return {
        "kind": "command",
        "name": step.name,
        "argv": list(step.argv),
        "unless": list(step.unless),
        "user": step.user,
        "stdin": step.stdin,
        "unless_stdin": step.unless_stdin,
        "timeout": step.timeout,
        "shows": step.shows,
    }
