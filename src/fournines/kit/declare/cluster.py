"""What a cluster manager runs: declared by who knows the program, placed by who knows the hosts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fournines.kit.check import Ask


@dataclass(frozen=True, slots=True)
class Resource:
    """A systemd unit that Pacemaker asks whether it works: on the VIP's holder, or ``everywhere``.

    On the VIP's holder Pacemaker alone starts and stops it. ``everywhere`` it runs from boot on, for others
    on its host too: where it fails it is started anew, and what works is not stopped with the cluster.

    ``answers`` is a URL on the host that gives 200 while the program works, in which ``{host}`` stands for
    the host's name; None asks systemd alone. ``patience`` is how many seconds an answer may take; it is asked
    three times. ``monitor``, ``start`` and ``stop`` are seconds too: between two questions, and what a start
    or stop may take.
    """

    name: str
    unit: str
    answers: str | None = None
    everywhere: bool = False
    patience: int = 1
    monitor: int = 2
    start: int = 60
    stop: int = 30


@dataclass(frozen=True, slots=True)
class ClusterControl:
    """A cluster manager that an operator can tell what to do, through any one of ``hosts``.

    An operation is a mapping: ``do`` (move, standby, online, maintenance, service) and what it is about
    (``resource``, ``host``). The answers are JSON (``kit.program.heard``): to ``simulate`` a list ``actions``
    of what would be done, to ``carry_out``, which waits for the cluster to come to rest, ``seconds``; to both
    ``refused`` and ``hint`` where it cannot be.
    """

    hosts: tuple[str, ...]
    simulate: Callable[[Mapping[str, str]], Ask]
    carry_out: Callable[[Mapping[str, str]], Ask]
