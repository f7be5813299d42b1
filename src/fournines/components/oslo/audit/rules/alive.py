"""How often agents and services say that they live, and after how much silence they count as dead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fournines.components.oslo.audit.facts import Option, OsloConf
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence


@dataclass(frozen=True)
class _Pair:
    """Where a service says both numbers and what holds where it does not, in seconds.

    ``corrects``: a program that reads a down time not above its own interval takes 2.5 intervals instead.
    """

    service: str
    section: str
    interval: float
    down: str
    silence: float
    corrects: bool


_PAIRS = (
    _Pair("neutron", "agent", 30, "agent_down_time", 75, corrects=False),
    _Pair("nova", "default", 10, "service_down_time", 60, corrects=True),
    _Pair("cinder", "default", 10, "service_down_time", 60, corrects=True),
)
"""Options and defaults: configuration references of Neutron, Nova and Cinder."""
_OWN = 2.5
_NEUTRON = "[DEFAULT]\nagent_down_time = {}\n[agent]\nreport_interval = 30\n"


@dataclass(frozen=True)
class _Said:
    """One number and the option that says it."""

    seconds: float
    option: Option
    conf: OsloConf


@rule(
    "OS036",
    Severity.ERROR,
    "Agents that run count as dead",
    consequence=Consequence.SLOW,
    why="one report that is late, or lost with a broker, and an agent that runs is taken for dead: it "
    "gets no more work, routers and networks are moved away from it, and with all of them dead for a "
    "moment nothing can be made ('No valid host')",
    fix="a down time of twice the report interval or more, on every host (Neutron: 75 and 30, Nova and "
    "Cinder: 60 and 10)",
    source="Neutron configuration reference: agent_down_time, at least twice report_interval; Nova, "
    "servicegroup/api.py, and Cinder, service.py: report interval must be less than service down time",
    bad={"ctl1/neutron.conf": _NEUTRON.format(30)},
    good={"ctl1/neutron.conf": _NEUTRON.format(75)},
    points_at="agent_down_time = 30",
)
def flapping(site: Evidence) -> Iterator[Hit | Unknown]:
    for pair in _PAIRS:
        confs = [conf for conf in site.all(OsloConf) if conf.service == pair.service]
        intervals = _numbers(confs, pair.section, "report_interval")
        downs = _numbers(confs, "default", pair.down)
        slowest = max(intervals, key=lambda said: said.seconds, default=None)
        used = [down for down in downs if not (pair.corrects and _own(down, intervals))]
        shortest = min(used, key=lambda said: said.seconds, default=None)
        if pair.corrects:
            yield from _corrected(pair, downs, intervals)
        if shortest:
            yield from _too_short(pair, shortest, slowest, used)
        elif slowest and not downs and 2 * slowest.seconds > pair.silence:
            yield from _default(pair, slowest, confs)


def _numbers(confs: list[OsloConf], section: str, name: str) -> list[_Said]:
    """What each file says last; oslo.config reads ``[AGENT]`` and ``[agent]`` as one section."""
    found = []
    for conf in confs:
        said = [option for option in conf.all(name) if option.section.lower() in (section, "")]
        if said and re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", said[-1].value.strip()):
            number = float(said[-1].value)
            found += [_Said(number, said[-1], conf)] if number else []  # 0: no reports, or none wanted
    return found


def _own(down: _Said, intervals: list[_Said]) -> _Said | None:
    """The interval of the same file that is not below a down time."""
    return next((one for one in intervals if one.conf is down.conf and one.seconds >= down.seconds), None)


def _corrected(pair: _Pair, downs: list[_Said], intervals: list[_Said]) -> Iterator[Hit]:
    for down in downs:
        own = _own(down, intervals)
        if own:
            what = f"{pair.down} {down.seconds:g} s is not above report_interval {own.seconds:g} s: "
            yield Hit(
                down.option.at,
                f"{what}{pair.service} takes {int(own.seconds * _OWN)} s instead",
                (own.option.at,),
                why="the value is not used: a host that is lost counts as alive for longer than it says here",
                severity=Severity.INFO,
            )


def _too_short(pair: _Pair, down: _Said, slowest: _Said | None, downs: list[_Said]) -> Iterator[Hit]:
    interval = slowest.seconds if slowest else pair.interval
    if down.seconds >= 2 * interval:
        return
    others = [one.option.at for one in downs if one is not down and one.seconds == down.seconds]
    said = "" if slowest else ", the default"
    excerpt = slowest is None and down.conf.excerpt
    never = down.seconds <= interval
    yield Hit(
        down.option.at,
        f"{pair.down} {down.seconds:g} s, and a report every {interval:g} s{said}: "
        + ("dead before the next report comes" if never else "one late report is too many"),
        (*([slowest.option.at] if slowest else []), *others),
        severity=Severity.INFO if excerpt else Severity.ERROR if never else Severity.WARNING,
    )


def _default(pair: _Pair, slowest: _Said, confs: list[OsloConf]) -> Iterator[Hit | Unknown]:
    """An interval alone: the default holds where the service's own file was given whole."""
    at, interval = slowest.option.at, f"a report every {slowest.seconds:g} s"
    if not any(conf.program == pair.service and not conf.excerpt for conf in confs):
        yield Unknown(at, f"{interval}, and the {pair.down} of {pair.service}.conf was not given")
        return
    if pair.corrects and slowest.seconds >= pair.silence:
        return  # the same correction, of a default
    severity = Severity.ERROR if slowest.seconds >= pair.silence else Severity.WARNING
    yield Hit(at, f"{interval}, and {pair.down} is {pair.silence:g} s, the default", severity=severity)
