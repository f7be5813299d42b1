"""Power over whole hosts: what no command on a host can do to it.

In a lab the lab holds that power. Real machines would need their management boards; without them the
drills that need power say so and stay unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from anyio import to_thread

from fournines import lab
from fournines.errors import LabError
from fournines.kit.check import Ask, Output
from fournines.lab.cgroups import HostCgroups, hierarchies
from fournines.probe.machine.priority import ordinary


class Power(Protocol):
    """Each deed returns the command that an operator would type for it. Undoing twice is harmless."""

    async def off(self, host: str) -> str:
        """Take the host's power away, without a last packet."""

    async def on(self, host: str) -> str:
        """Give it power; returns at once, not when it has booted."""

    async def freeze(self, host: str) -> str:
        """Stop all of it where it is."""

    async def thaw(self, host: str) -> str:
        """Let it go on."""

    async def cut(self, host: str, network: str) -> str:
        """Let its cable to this network carry nothing."""

    async def heal(self, host: str, network: str) -> str:
        """Undo ``cut``."""

    async def inside(self, host: str, ask: Ask) -> Output | None:
        """Ask the host past its network; None if it does not answer."""

    def cgroup(self, host: str) -> Path | None:
        """The host's cgroup (v2) if it lives on this machine; it is there while the host has power."""

    def patience(self) -> float:
        """How many times longer than real machines such hosts may take to answer."""

    def untested(self) -> tuple[str, ...]:
        """What no drill on such hosts can show."""


async def _do(deed: Callable[[], None]) -> None:
    def run() -> None:
        with ordinary():
            deed()

    await to_thread.run_sync(run)


class LabPower:
    """The power over a lab's hosts. The lab's calls are synchronous: each runs in a worker thread.

    Hosts that it starts are ordinary processes, whatever priority the probes have.
    All deeds raise ``LabError`` when the lab cannot do them.
    """

    def __init__(self, name: str) -> None:
        self._lab = name

    async def off(self, host: str) -> str:
        """Power loss."""
        await _do(lambda: lab.power(self._lab, host, "off"))
        return f"nines lab power --name {self._lab} {host} off"

    async def on(self, host: str) -> str:
        """Power on; systemd boots meanwhile."""
        await _do(lambda: lab.power(self._lab, host, "on", wait=False))
        return f"nines lab power --name {self._lab} {host} on"

    async def freeze(self, host: str) -> str:
        """Freeze the host's processes; the lab keeps its cables silent meanwhile."""
        await _do(lambda: lab.freeze(self._lab, host))
        return f"nines lab freeze --name {self._lab} {host}"

    async def thaw(self, host: str) -> str:
        """Let it go on, connected again."""
        await _do(lambda: lab.thaw(self._lab, host))
        return f"nines lab thaw --name {self._lab} {host}"

    async def cut(self, host: str, network: str) -> str:
        """Unplug the host's cable from the bridge; its carrier stays."""
        await _do(lambda: lab.cut(self._lab, host, network))
        return f"nines lab net cut --name {self._lab} {host} {network}"

    async def heal(self, host: str, network: str) -> str:
        """Plug it in again."""
        await _do(lambda: lab.heal(self._lab, host, network))
        return f"nines lab net heal --name {self._lab} {host} {network}"

    async def inside(self, host: str, ask: Ask) -> Output | None:
        """Ask in the host's own namespaces."""

        def run() -> Output:
            with ordinary():
                done = lab.exec_(self._lab, host, ask.argv, stdin=ask.stdin, timeout=ask.timeout)
            return Output(done.returncode, done.stdout, done.stderr)

        try:
            return await to_thread.run_sync(run)
        except LabError:
            return None

    def cgroup(self, host: str) -> Path | None:
        """Where this machine counts what the host waits for."""
        return HostCgroups(hierarchies(), self._lab, host).unified

    def patience(self) -> float:
        """More than once only where processors are emulated."""
        return EMULATED if lab.status(self._lab).emulated else 1.0

    def untested(self) -> tuple[str, ...]:
        """What hosts that share a kernel, or have this machine's memory as their disk, cannot show."""
        now = lab.status(self._lab)
        shared = any(host.nature == "container" for host in now.hosts)
        return not_shown(shared=shared, emulated=bool(now.emulated), in_memory=now.disk == "memory")


EMULATED = 4.0
"""How many times longer clients wait for emulated hosts, of which even an answer to ARP may take 50 ms."""


def not_shown(*, shared: bool, emulated: bool, in_memory: bool) -> tuple[str, ...]:
    """What a lab cannot show whose hosts share a kernel, have emulated processors, or disks in memory."""
    found = []
    if shared:
        found.append("hosts with kernels, clocks and disks of their own: containers share this machine's")
    if emulated:
        found.append("how long it takes on real processors: those of the virtual machines were emulated")
    if in_memory:
        found.append("disks that are slow, full or broken: the hosts' disks lie in this machine's memory")
    return tuple(found)
