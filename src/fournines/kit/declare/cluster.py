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
    Those of a ``group`` follow no VIP: they are together on one of ``hosts``, which may hold a VIP, and start
    in the order in which they are declared; ``database`` says that one needs its host's balancer to
    reach the database, so that they are where that works.

    ``answers`` is a URL on the host that gives 200 while the program works, in which ``{host}`` stands for
    the host's name; ``asked`` a shell command on the host that succeeds while it does. Where both are None
    systemd alone is asked. ``patience`` is how many seconds an answer may take; it is asked three times.
    ``monitor``, ``start`` and ``stop`` are seconds too: between two questions, and what a start or stop may
    take; ``grace`` is how much of a stop passes until what still runs is killed.
    """

    name: str
    unit: str
    answers: str | None = None
    everywhere: bool = False
    patience: int = 1
    monitor: int = 2
    start: int = 60
    stop: int = 30
    asked: str | None = None
    grace: int = 5
    group: str = ""
    hosts: tuple[str, ...] = ()
    database: bool = False


@dataclass(frozen=True, slots=True)
class Volume:
    """A file system that a program's data lies on, and that moves with the program from host to host.

    Where the cluster manager runs ``resource`` it is mounted at ``path`` before that starts. Somebody must
    keep it: a ``Mirror`` of this ``name``.
    """

    name: str
    path: str
    resource: Resource


@dataclass(frozen=True, slots=True)
class Mirror:
    """Copies of a volume on these hosts, of which one host at a time has the use.

    The OCF ``agent`` runs with ``params`` on all of them and is promoted on one: there ``device`` can be
    mounted, as a file system of that kind. The copies talk to each other at ``port``. ``said`` is where the
    site file says all this.
    """

    volume: str
    hosts: tuple[str, ...]
    agent: str
    params: tuple[tuple[str, str], ...]
    device: str
    filesystem: str
    port: int
    said: tuple[str, ...]

    @property
    def primitive(self) -> str:
        """What the agent's resource is called, in the guide's way: ``p_drbd_mysql``."""
        return f"p_{self.agent.rpartition(':')[2]}_{self.volume}"

    @property
    def clone(self) -> str:
        """What its clone on all hosts is called: ``ms_drbd_mysql``."""
        return f"ms_{self.agent.rpartition(':')[2]}_{self.volume}"


@dataclass(frozen=True, slots=True)
class Majority:
    """``what`` goes on only where more than half of the hosts that vote hear one another."""

    what: str


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
