"""Watching units come up: what is told while a start lasts, why it failed, and when it is hopeless."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import anyio

from fournines.engine.pyinfra import Busy
from fournines.engine.units import journal
from fournines.engine.wire.transport import Transport
from fournines.errors import TransportError
from fournines.kit.step import Unit
from fournines.plan.model import Phase

SAME_FAILURES = 3
"""The same failure so many times in a row is no matter of patience."""

WHAT_IS_DOWN = """\
since=$1; shift
for unit in "$@"; do
    state=$(systemctl show --property=ActiveState --value "$unit")
    case $state in active | reloading) continue ;; esac
    echo "$unit $state"
    journalctl --quiet --no-pager --output=json --lines=400 --since="-${since}s" --unit="$unit" \\
        --output-fields=MESSAGE,SYSLOG_IDENTIFIER,_SYSTEMD_INVOCATION_ID,INVOCATION_ID
done
"""
_SLACK = 2.0
"""Seconds of the journal before the start that are read too: the question itself took a moment."""
_STATE_ORDER = ("failed", "activating", "inactive", "deactivating")


@dataclass(frozen=True, slots=True)
class Down:
    """A unit that is not up, and the error lines of its last failure, the cause first."""

    unit: str
    state: str
    errors: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The unit and its error in a line, for people."""
        return f"{self.unit} ({self.state}): {self.errors[0] if self.errors else 'no error so far'}"


def read(said: str) -> tuple[Down, ...]:
    """What a host answered to the question after its units, in the host's order."""
    found: list[tuple[str, list[str]]] = []
    for line in said.splitlines():
        if line.startswith("{"):
            if found:
                found[-1][1].append(line)
        elif line.strip():
            found.append((line.strip(), []))
    return tuple(_down(head, lines) for head, lines in found)


def _down(head: str, lines: Sequence[str]) -> Down:
    unit, _, state = head.partition(" ")
    return Down(unit, state, journal.errors(journal.parse(lines)))


def foremost(downs: Iterable[Down]) -> Down | None:
    """The one unit to name: one that has an error to tell before one that waits, failed before starting."""
    return min(
        downs,
        key=lambda d: (not d.errors, _STATE_ORDER.index(d.state) if d.state in _STATE_ORDER else 9),
        default=None,
    )


def explained(downs: Iterable[Down]) -> tuple[str, ...]:
    """Why units did not come up, a line per error."""
    return tuple(f"{down.unit}: {error}" for down in downs for error in down.errors)


async def what_is_down(
    transport: Transport, host: str, units: Iterable[str], *, seconds: float
) -> tuple[Down, ...]:
    """The units of a host that are not up; errors from the last ``seconds`` of their journals."""
    argv = ("sh", "-c", WHAT_IS_DOWN, "sh", f"{seconds:.0f}", *units)
    return read((await transport.run(host, argv)).stdout)


async def why_down(transport: Transport, units: Mapping[str, Sequence[str]], *, seconds: float) -> str:
    """A line per error of a unit that is not up, on any of these hosts that can be reached."""
    lines: dict[str, list[str]] = {host: [] for host in units}

    async def ask(host: str) -> None:
        with suppress(TransportError):
            downs = await what_is_down(transport, host, units[host], seconds=seconds + _SLACK)
            lines[host] += (f"{host}: {line}" for line in explained(downs))

    async with anyio.create_task_group() as tasks:
        for host in units:
            tasks.start_soon(ask, host)
    return "\n".join(line for of_host in lines.values() for line in of_host)


def units_of(phases: Iterable[Phase]) -> dict[str, tuple[str, ...]]:
    """The units that are to run, by host."""
    found: dict[str, tuple[str, ...]] = {}
    for phase in phases:
        for host, steps in phase.steps.items():
            names = (step.name for step in steps if isinstance(step, Unit) and step.running)
            found[host] = (*found.get(host, ()), *names)
    return {host: names for host, names in found.items() if names}


@dataclass
class Start:
    """One start of units, perhaps in several attempts. ``units`` are those that are to come up, by host."""

    transport: Transport
    units: Mapping[str, tuple[str, ...]]
    tell: Busy
    began: float = field(default_factory=anyio.current_time)
    failures: Counter[tuple[str, str]] = field(default_factory=Counter)
    _last: dict[tuple[str, str], str] = field(default_factory=dict)

    async def still(self, busy: tuple[tuple[str, str], ...], seconds: float) -> None:
        """Tell which one unit of each busy host is not up, and its last error."""
        await self.tell(tuple([(host, await self._named(host, what)) for host, what in busy]), seconds)

    async def failed(self, host: str) -> tuple[Down, ...]:
        """An attempt has failed on this host: the units that are down, which count as failed once more."""
        downs = await self._down(host)
        for down in downs:
            key, error = (host, down.unit), down.errors[0] if down.errors else ""
            same = error and journal.alike(self._last.get(key, ""), error)
            self.failures[key] = self.failures[key] + 1 if same else 1
            self._last[key] = error
        return downs

    @property
    def hopeless(self) -> bool:
        """Whether some unit failed in the same way three times in a row."""
        return any(count >= SAME_FAILURES for count in self.failures.values())

    async def _named(self, host: str, what: str) -> str:
        try:
            down = foremost(await self._down(host))
        except TransportError:
            return what
        return what if down is None else down.words

    async def _down(self, host: str) -> tuple[Down, ...]:
        seconds = anyio.current_time() - self.began + _SLACK
        return await what_is_down(self.transport, host, self.units.get(host, ()), seconds=seconds)
