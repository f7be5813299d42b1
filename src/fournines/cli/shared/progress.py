"""A deployment as it happens: a table that lives on a terminal, plain lines elsewhere, or JSON lines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import singledispatchmethod

import typer
from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from fournines.engine import events
from fournines.kit.listed import first_few

MOST_COLUMNS = 10
"""Hosts that have a column each and are named one by one; of more it is said how many are how far."""


@contextmanager
def shown(*, as_json: bool, console: Console | None = None) -> Iterator[events.Listener]:
    """A listener that shows events while the block runs."""
    screen = console or Console()
    if as_json:
        yield lambda event: typer.echo(json.dumps(event.to_json()))
    elif screen.is_terminal:
        board = Board()
        with Live(board, console=screen, refresh_per_second=8) as live:

            def listen(event: events.Event) -> None:
                board.hear(event)
                for line in lines(event, detail=False):
                    live.console.print(line, highlight=False, markup=False)

            yield listen
    else:

        def say(event: events.Event) -> None:
            for line in lines(event):
                typer.echo(line)

        yield say


def lines(event: events.Event, *, detail: bool = True) -> list[str]:
    """An event as plain lines; without ``detail`` only what a table does not show."""
    said = _WORDS.get(type(event))
    if said is None or not (detail or isinstance(event, _SAID_ANYWAY)):
        return []
    return [f"{event.at:7.1f} s  {line}" for line in said(event).splitlines()]


def _named(hosts: tuple[str, ...]) -> str:
    """The hosts, or of many the first and how many more."""
    if len(hosts) <= MOST_COLUMNS:
        return ", ".join(hosts)
    return first_few(hosts)


_SAID_ANYWAY = (events.StepChanged, events.Noted, events.HostAbsent)
"""What a table does not show."""
_WORDS: dict[type[events.Event], Callable[..., str]] = {
    events.Started: lambda e: f"{e.site}: {len(e.phases)} phases on {len(e.hosts)} hosts",
    events.HostObserved: lambda e: f"{e.host}: {e.differing} steps differ ({e.seconds:.1f} s)",
    events.HostAbsent: lambda e: f"{e.host} is left out: {e.what}",
    events.Noted: lambda e: f"note: {e.what}",
    events.PhaseStarted: lambda e: f"[{e.phase}] on {_named(e.hosts)}",
    events.StepChanged: lambda e: f"[{e.phase}] {e.host}: {e.kind} {e.subject}: {e.what}",
    events.StillBusy: lambda e: "\n".join(
        f"[{e.phase}] {host}: still at {what} ({e.seconds:.0f} s)" for host, what in e.busy
    ),
    events.PhaseBroken: lambda e: f"[{e.phase}] {e.where}: {e.what}; the phase is begun anew",
    events.BarrierWaiting: lambda e: "\n".join(f"[{e.phase}] waiting for {c}: {s}" for c, s in e.waiting),
    events.BarrierPassed: lambda e: f"[{e.phase}] {e.checks} checks pass ({e.seconds:.1f} s)",
    events.PhaseFinished: lambda e: f"[{e.phase}] done, {e.changes} changes in {e.seconds:.1f} s",
    events.Failed: lambda e: f"failed: {e.where}: {e.what}" if e.where else f"failed: {e.what}",
    events.Finished: lambda e: f"done, {e.changes} changes in {e.seconds:.1f} s",
}


class Board:
    """The table: a row per phase, a column per host (or one for many), and what the phase waits for."""

    def __init__(self) -> None:
        self._hosts: tuple[str, ...] = ()
        self._cells: dict[str, dict[str, tuple[str, int]]] = {}
        """Per phase and host how far it is, and its changes."""
        self._notes: dict[str, str] = {}
        self._busy = ""
        self._spinner = Spinner("dots")

    def __rich__(self) -> Table:
        many = len(self._hosts) > MOST_COLUMNS
        columns = (f"{len(self._hosts)} hosts",) if many else self._hosts
        table = Table("", "phase", *columns, "", box=None, pad_edge=False)
        for phase, cells in self._cells.items():
            mark = self._spinner if phase == self._busy else Text("")
            note = Text(self._notes.get(phase, ""), style="dim", overflow="ellipsis", no_wrap=True)
            each = (_one(*cells[host]) if host in cells else "" for host in self._hosts)
            table.add_row(mark, phase, *([_counted(cells)] if many else each), note)
        return table

    @singledispatchmethod
    def hear(self, event: events.Event) -> None:
        """Take an event in; kinds without a place in the table change nothing."""

    @hear.register
    def _(self, event: events.Started) -> None:
        self._hosts = event.hosts
        self._cells = {phase: {} for phase in event.phases}

    @hear.register
    def _(self, event: events.PhaseStarted) -> None:
        self._busy = event.phase
        cells = self._cells.setdefault(event.phase, {})  # what leaves last is no phase of the plan
        cells.update(dict.fromkeys(event.hosts, (_WORKING, 0)))

    @hear.register
    def _(self, event: events.HostChanged) -> None:
        self._cells[event.phase][event.host] = _CHANGED, event.changes

    @hear.register
    def _(self, event: events.HostUnchanged) -> None:
        self._cells[event.phase][event.host] = _AS_WANTED, 0

    @hear.register
    def _(self, event: events.StillBusy) -> None:
        said = (f"{host}: {what}" for host, what in event.busy)
        self._notes[event.phase] = f"{'; '.join(said)} ({event.seconds:.0f} s)"

    @hear.register
    def _(self, event: events.BarrierWaiting) -> None:
        self._notes[event.phase] = "; ".join(f"{check}: {seen}" for check, seen in event.waiting)

    @hear.register
    def _(self, event: events.BarrierPassed) -> None:
        self._notes[event.phase] = f"{event.checks} checks pass"

    @hear.register
    def _(self, event: events.PhaseFinished) -> None:
        self._busy = ""
        self._notes[event.phase] = f"done in {event.seconds:.1f} s"


_WORKING, _CHANGED, _AS_WANTED = "working", "changed", "as wanted"
_STYLES = {_WORKING: "yellow", _CHANGED: "green", _AS_WANTED: "dim"}


def _one(state: str, changes: int) -> str:
    """How far one host is: ``3 changed``."""
    return f"[{_STYLES[state]}]{f'{changes} ' if changes else ''}{state}[/]"


def _counted(cells: Mapping[str, tuple[str, int]]) -> str:
    """How many hosts are how far: ``3 working, 197 changed``."""
    counts = Counter(state for state, _ in cells.values())
    return ", ".join(f"[{_STYLES[state]}]{count} {state}[/]" for state, count in counts.items())
