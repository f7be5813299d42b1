"""What a cluster manager runs: declared by who knows the program, placed by who knows the hosts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Resource:
    """A systemd unit that Pacemaker starts, asks and stops, on one controller or ``everywhere``.

    ``answers`` is a URL on the host that gives 200 while the program works; None asks systemd alone.
    ``after`` are resources that it shares a host with: it starts after them and stops before them.
    ``monitor``, ``start`` and ``stop`` are seconds: between two questions, and what a start or stop may take.
    """

    name: str
    unit: str
    answers: str | None = None
    everywhere: bool = False
    after: tuple[str, ...] = ()
    monitor: int = 2
    start: int = 60
    stop: int = 30
