"""The kernel's pressure stall information: of the machine, and of each host that has a cgroup on it.

Linux counts, in microseconds, how long tasks were held up by a resource (Documentation/accounting/psi.rst):
``some`` when at least one was, ``full`` when all that had work to do were. For the whole machine ``full``
of the processor has no meaning; for a cgroup it is the time in which a host wanted a processor and had none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fournines.probe.machine.stall import Stall

MACHINE = Path("/proc/pressure")
RESOURCES = ("cpu", "io", "memory")
_HOW = {"cpu": "had no processor", "io": "waited for the disk", "memory": "waited for memory"}


def totals(text: str) -> dict[str, float]:
    """Seconds in all by ``some`` and ``full``, from the text of a pressure file; nothing from other text."""
    found = {}
    for line in text.splitlines():
        kind, _, rest = line.partition(" ")
        fields = dict(word.split("=", 1) for word in rest.split() if "=" in word)
        with suppress(KeyError, ValueError):
            found[kind] = int(fields["total"]) / 1e6
    return found


@dataclass(frozen=True, slots=True)
class Reading:
    """What all pressure files said at one moment: seconds in all, by (whose, resource, kind)."""

    at: float
    totals: Mapping[tuple[str, str, str], float]


def read(at: float, hosts: Mapping[str, Path], *, machine: Path = MACHINE) -> Reading:
    """Read every file there is. ``hosts`` maps a host to its cgroup (v2); the machine's name is empty."""
    found = {}
    for resource in RESOURCES:
        files = {"": machine / resource} | {h: d / f"{resource}.pressure" for h, d in hosts.items()}
        for name, file in files.items():
            with suppress(OSError):  # a host that is off has no cgroup; a machine without PSI no file
                for kind, total in totals(file.read_text(encoding="ascii")).items():
                    found[name, resource, kind] = total
    return Reading(at, found)


def stalls(before: Reading, after: Reading) -> Iterator[Stall]:
    """Who stood still between two readings. A count that went back began anew (a host was off meanwhile)."""
    for (name, resource, kind), total in after.totals.items():
        seconds = total - before.totals.get((name, resource, kind), total)
        if kind == "full" and seconds > 0 and (name or resource != "cpu"):
            whose = name or "the machine"
            length = after.at - before.at
            yield Stall(whose, _HOW[resource], before.at, after.at, min(seconds, length))


def waited(first: Reading, last: Reading) -> dict[str, float]:
    """The share of the time between two readings in which some task of the machine waited, by resource."""
    length = last.at - first.at
    shares = {}
    for resource in RESOURCES:
        key = ("", resource, "some")
        if length > 0 and key in first.totals and key in last.totals:
            shares[resource] = min(1.0, (last.totals[key] - first.totals[key]) / length)
    return shares
