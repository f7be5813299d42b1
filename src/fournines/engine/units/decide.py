"""Deciding about units: what to do with each, and in which order over the hosts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from fournines.engine.agent.stamps import OUTDATED
from fournines.engine.desired import Stamp
from fournines.kit.step import Step, Unit

RUNNING = frozenset({"active", "reloading", "refreshing", "activating"})
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
    stamp), ``unsettled`` that nothing proved it well since we last started it, ``outdated`` that systemd
    has not read the unit's present files, ``failed`` that systemd may have given up starting it, ``noted``
    that it does not run here, which a cluster manager decides, and will run with the present files.
    ``versions`` are those of its packages that are installed, ``upgraded`` says of a restart which of them
    it was not started with, ``reconfigured`` that its files ask for one as well.
    """

    unit: Unit
    act: Act = Act.NONE
    enable: bool | None = None
    unmask: bool = False
    adopted: bool = False
    unsettled: bool = False
    outdated: bool = False
    failed: bool = False
    versions: Mapping[str, str] = field(default_factory=dict)
    upgraded: str = ""
    reconfigured: bool = False
    noted: bool = False

    @property
    def nothing(self) -> bool:
        """Whether the unit is as wanted, and remembered so."""
        return not (self.words or self.noted)

    @property
    def words(self) -> str:
        """What will be done, for people."""
        words = ["daemon-reload"] if self.outdated else []
        if self.unmask:
            words.append("unmask")
        if self.enable is not None:
            words.append("enable" if self.enable else "disable")
        if self.act is not Act.NONE:
            words.append(f"{self.act} ({self.upgraded})" if self.upgraded else self.act)
        return ", ".join(words)


def decide(unit: Unit, seen: Mapping[str, Any], wanted: Stamp, *, files_change: bool = False) -> Decision:
    """Compare a unit with what was seen of it.

    ``files_change`` says that a file it reads is about to change (in a dry run; in a deployment the
    stamp says so by then).
    """
    stamp = seen.get("stamp") or {}
    masked = str(seen["enabled"]).startswith("masked")
    wrong_at_boot = seen["enabled"] not in (_ON_AT_BOOT if unit.enabled else _OFF_AT_BOOT)
    running = seen["active"] in RUNNING
    known = bool(stamp) and running and unit.running is not False
    upgraded = _upgraded(stamp.get("versions", {}), seen["versions"]) if known else ""
    act = _act(unit, running, stamp, wanted, files_change=files_change)
    return Decision(
        unit,
        act=Act.RESTART if upgraded else act,
        enable=unit.enabled if wrong_at_boot else None,
        unmask=masked and (unit.running is not False or unit.enabled),
        adopted=not stamp,
        unsettled=stamp.get("settled") is False,
        outdated=bool(seen["outdated"]),
        failed=seen["active"] == "failed",
        versions=seen["versions"],
        upgraded=upgraded,
        reconfigured=act is Act.RESTART,
        noted=unit.running is None and not running and _remembered(wanted, seen["versions"]) != stamp,
    )


def _upgraded(before: Mapping[str, str], installed: Mapping[str, str]) -> str:
    """Which packages have another version than the unit was started with, in words; empty for none."""
    changed = ((name, before.get(name, "unknown"), now) for name, now in installed.items())
    return ", ".join(f"{name} {old} -> {now}" for name, old, now in changed if old != now)


def _act(unit: Unit, running: bool, stamp: Mapping[str, Any], wanted: Stamp, *, files_change: bool) -> Act:  # noqa: FBT001
    if unit.running is False:
        return Act.STOP if running else Act.NONE
    if not running:
        return Act.NONE if unit.running is None else Act.START
    if wanted.restart is not None and (files_change or stamp.get("restart") != wanted.restart):
        return Act.RESTART
    if wanted.reload is not None and (files_change or stamp.get("reload") != wanted.reload):
        return Act.RELOAD
    return Act.NONE


def started_again(decision: Decision) -> Decision:
    """The decision for a second attempt: what was restarted and is not up is only waited for.

    What a cluster manager restarts is not ours to start.
    """
    restarted = decision.act is Act.RESTART and not decision.unit.restart_by
    return replace(decision, act=Act.START, upgraded="") if restarted else decision


def started(observed: Iterable[tuple[Step, Mapping[str, Any]]]) -> bool:
    """Whether we ever started a unit of those that were seen."""
    return any(isinstance(step, Unit) and bool(seen["stamp"]) for step, seen in observed)


STAMP_BEFORE: Mapping[str, Any] = {"restart": OUTDATED, "reload": OUTDATED, "settled": False}
"""What to remember of a unit before it is rolled: whoever dies in the middle leaves an unsettled host."""


def stamp_after(decision: Decision, wanted: Stamp) -> dict[str, Any] | None:
    """What to remember once the decision is carried out; None for a unit that is to be off."""
    if decision.unit.running is False:
        return None
    settled = not (_unproved(decision) or decision.unsettled)
    return {**_remembered(wanted, decision.versions), "settled": settled}


def _remembered(wanted: Stamp, versions: Mapping[str, str]) -> dict[str, Any]:
    """The stamp of a unit that is well, with these files and packages."""
    return {"restart": wanted.restart, "reload": wanted.reload, "versions": dict(versions), "settled": True}


@dataclass(frozen=True, slots=True)
class Turns:
    """The order in which the units of a stage are touched.

    ``at_once`` goes to all hosts at the same time. Then follow, one host after the other, those of
    ``unsettled`` and those of ``one_by_one``; before the first of the latter the whole stage must be well.
    """

    at_once: Mapping[str, tuple[Decision, ...]]
    unsettled: tuple[tuple[str, tuple[Decision, ...]], ...]
    one_by_one: tuple[tuple[str, tuple[Decision, ...]], ...]

    @property
    def unproved(self) -> Mapping[str, tuple[Decision, ...]]:
        """What of ``at_once`` is settled only once the stage's checks have passed."""
        found = {h: tuple(d for d in of_host if _unproved(d)) for h, of_host in self.at_once.items()}
        return {host: of_host for host, of_host in found.items() if of_host}


def formed(decisions: Mapping[str, Iterable[Decision]]) -> bool:
    """Whether there is a cluster to keep: not where no unit to be rolled was ever proved well under us."""
    rolling = [d for of_host in decisions.values() for d in of_host if _rolls(d)]
    return not rolling or not all(d.adopted or d.unsettled for d in rolling)


def turns(decisions: Mapping[str, Iterable[Decision]], *, well: bool) -> Turns:
    """Who goes at once, and who one host at a time.

    Restarts of rolling units go one by one, and those for another version of a package. Two exceptions:
    where none of them is ``formed`` and the stage's checks do not pass (``well`` is False) there is no
    cluster yet that could be kept well, and no single restart could make one, so all go at once. And hosts
    that nothing proved well since their last start go first, without asking for a well cluster: they may be
    what makes it unwell.
    """
    todo = {host: tuple(d for d in of_host if not d.nothing) for host, of_host in decisions.items()}
    if not well and not formed(todo):
        return Turns({h: of_host for h, of_host in todo.items() if of_host}, (), ())
    at_once = {h: tuple(d for d in of_host if not _rolls(d)) for h, of_host in todo.items()}
    rolling = {h: tuple(d for d in of_host if _rolls(d)) for h, of_host in todo.items()}
    unsettled = {h for h, of_host in rolling.items() if any(d.unsettled for d in of_host)}
    return Turns(
        at_once={host: of_host for host, of_host in at_once.items() if of_host},
        unsettled=tuple((host, of_host) for host, of_host in rolling.items() if host in unsettled),
        one_by_one=tuple((h, of_host) for h, of_host in rolling.items() if of_host and h not in unsettled),
    )


def begins(order: Turns) -> bool:
    """Whether nothing that runs is touched: units are started, and none of them ran."""
    acts = {decision.act for of_host in order.at_once.values() for decision in of_host}
    return not (order.unsettled or order.one_by_one) and acts == {Act.START}


def _unproved(decision: Decision) -> bool:
    return decision.unit.rolling and decision.act in {Act.START, Act.RESTART}


def _rolls(decision: Decision) -> bool:
    """A new version is new everywhere: what it breaks shows on one host, while the others run the old one.

    A unit that needs no turn takes none where its files change too: they may be what mends it everywhere, and
    then a roll would wait for ever for the hosts that it has not come to.
    """
    upgrade = bool(decision.upgraded) and not decision.reconfigured
    return decision.act is Act.RESTART and (decision.unit.rolling or upgrade)
