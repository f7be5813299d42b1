"""Deciding about units: what to do with each, and in which order over the hosts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from fournines.engine.desired import Stamp
from fournines.kit.step import Unit

_RUNNING = frozenset({"active", "reloading", "refreshing", "activating"})
"""``activating`` counts: a database that is fetching its state must not be started a second time."""
_ON_AT_BOOT = frozenset({"enabled", "static", "alias", "generated", "linked", "indirect"})
_OFF_AT_BOOT = frozenset({"disabled", "masked", "masked-runtime", "static", "indirect", "generated", ""})


class Act(StrEnum):
    """What a unit needs for running as wanted."""

    NONE = "none"
    START = "start"
    RESTART = "restart"
    RELOAD = "reload"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done about a unit of a host.

    ``enable`` is None when it is right already. ``adopted`` says that we never started it (there is no
    stamp), ``unsettled`` that a roll was interrupted after its restart, ``outdated`` that systemd has not
    read the unit's present files, ``failed`` that systemd may have given up starting it.
    """

    unit: Unit
    act: Act = Act.NONE
    enable: bool | None = None
    unmask: bool = False
    adopted: bool = False
    unsettled: bool = False
    outdated: bool = False
    failed: bool = False

    @property
    def nothing(self) -> bool:
        """Whether the unit is as wanted."""
        return self.act is Act.NONE and self.enable is None and not self.unmask and not self.outdated

    @property
    def words(self) -> str:
        """What will be done, for people."""
        words = ["daemon-reload"] if self.outdated else []
        if self.unmask:
            words.append("unmask")
        if self.enable is not None:
            words.append("enable" if self.enable else "disable")
        if self.act is not Act.NONE:
            words.append(self.act)
        return ", ".join(words)


def decide(unit: Unit, seen: Mapping[str, Any], wanted: Stamp, *, files_change: bool = False) -> Decision:
    """Compare a unit with what was seen of it.

    ``files_change`` says that a file it reads is about to change (in a dry run; in a deployment the
    stamp says so by then).
    """
    stamp = seen.get("stamp") or {}
    masked = str(seen["enabled"]).startswith("masked")
    wrong_at_boot = seen["enabled"] not in (_ON_AT_BOOT if unit.enabled else _OFF_AT_BOOT)
    return Decision(
        unit,
        act=_act(unit, seen["active"] in _RUNNING, stamp, wanted, files_change=files_change),
        enable=unit.enabled if wrong_at_boot else None,
        unmask=masked and (unit.running or unit.enabled),
        adopted=not stamp,
        unsettled=stamp.get("settled") is False,
        outdated=bool(seen["outdated"]),
        failed=seen["active"] == "failed",
    )


def _act(unit: Unit, running: bool, stamp: Mapping[str, Any], wanted: Stamp, *, files_change: bool) -> Act:  # noqa: FBT001
    if not unit.running:
        return Act.STOP if running else Act.NONE
    if not running:
        return Act.START
    if wanted.restart is not None and (files_change or stamp.get("restart") != wanted.restart):
        return Act.RESTART
    if wanted.reload is not None and (files_change or stamp.get("reload") != wanted.reload):
        return Act.RELOAD
    return Act.NONE


def started_again(decision: Decision) -> Decision:
    """The decision for a second attempt: what was restarted and is not up is only waited for."""
    return replace(decision, act=Act.START) if decision.act is Act.RESTART else decision


def stamp_after(decision: Decision, wanted: Stamp) -> dict[str, Any] | None:
    """What to remember once the decision is carried out; None for a unit that is to be off."""
    if not decision.unit.running:
        return None
    return {
        "restart": wanted.restart,
        "reload": wanted.reload,
        "settled": not (decision.unit.rolling and decision.act is Act.RESTART),
    }


@dataclass(frozen=True, slots=True)
class Turns:
    """The order in which the units of a phase are touched.

    ``at_once`` goes to all hosts at the same time, then the hosts of ``one_by_one`` follow, each ending
    in the barrier. ``well_first`` says that the barrier must pass before the first of them is touched.
    """

    at_once: Mapping[str, tuple[Decision, ...]]
    one_by_one: tuple[tuple[str, tuple[Decision, ...]], ...]
    well_first: bool


def turns(decisions: Mapping[str, Iterable[Decision]], *, well: bool) -> Turns:
    """Who goes at once, and who one host at a time.

    Restarts of rolling units go one by one. Two exceptions: where we never started any of them and the
    barrier does not pass (``well`` is False) there is no cluster yet that could be kept well, and no
    single restart could make one, so all go at once. And hosts where an earlier roll was interrupted
    go first, without asking for a well cluster: they may be what makes it unwell.
    """
    todo = {host: tuple(d for d in of_host if not d.nothing) for host, of_host in decisions.items()}
    rolling = {h: tuple(d for d in of_host if _rolls(d)) for h, of_host in todo.items()}
    rolling = {host: of_host for host, of_host in rolling.items() if of_host}
    everyone = [d for of_host in rolling.values() for d in of_host]
    if everyone and all(d.adopted for d in everyone) and not well:
        return Turns({h: of_host for h, of_host in todo.items() if of_host}, (), well_first=False)
    at_once = {h: tuple(d for d in of_host if not _rolls(d)) for h, of_host in todo.items()}
    order = sorted(rolling, key=lambda host: not any(d.unsettled for d in rolling[host]))
    unsettled = any(d.unsettled for d in everyone)
    return Turns(
        at_once={host: of_host for host, of_host in at_once.items() if of_host},
        one_by_one=tuple((host, rolling[host]) for host in order),
        well_first=bool(order) and not unsettled,
    )


def _rolls(decision: Decision) -> bool:
    return decision.unit.rolling and decision.act is Act.RESTART
