"""One host of a lab: its disk, its power, its cables, a way into it. What kind it is, nothing above knows.

Every host is started in the lab's network namespace and in cgroups of its own, so power loss is the same for
all kinds: cables out, everything in the cgroups killed at one instant, cables away.
"""

from __future__ import annotations

import subprocess
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from fournines import files
from fournines.errors import LabError
from fournines.lab import network
from fournines.lab.cgroups import JOIN_CGROUPS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from fournines.lab.cgroups import HostCgroups
    from fournines.lab.plan import LabHost, LabPlan
    from fournines.lab.state import HostPaths, LabPaths

Power = Literal["on", "off", "frozen"]

STOP_TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class RunningHost(ABC):
    """The handles of one host: what it is in the plan, its files, its cgroups.

    ``BOOT_TIMEOUT`` is how many seconds a boot may take, ``POLL`` how many pass between two looks at what is
    waited for.
    """

    plan: LabPlan
    host: LabHost
    lab: LabPaths
    cgroups: HostCgroups

    BOOT_TIMEOUT: ClassVar[float]
    POLL: ClassVar[float]

    @property
    def files(self) -> HostPaths:
        """Where the host's files are."""
        return self.lab.host(self.host.name)

    @property
    @abstractmethod
    def on(self) -> bool:
        """Whether the host has power; one that is frozen has."""

    @property
    @abstractmethod
    def frozen(self) -> bool:
        """Whether it stands still."""

    @property
    def power(self) -> Power:
        """Both of these in a word."""
        if not self.on:
            return "off"
        return "frozen" if self.frozen else "on"

    @property
    @abstractmethod
    def nature(self) -> str:
        """What it is, for people: ``container``, or how a virtual machine is carried out."""

    @abstractmethod
    def prepare(self, public_key: str) -> None:
        """Put the host's disk there and, the first time, write what makes it this host.

        What was written once is the host's own from then on: a deployer may have changed it.
        """

    @abstractmethod
    def host_key(self) -> str:
        """The public key the host proves itself with."""

    @abstractmethod
    def freeze(self) -> None:
        """Stop it where it is: it keeps its connections and says nothing, not even to ARP."""

    @abstractmethod
    def thaw(self) -> None:
        """Let it go on, with all its cables plugged in but those that are cut."""

    @abstractmethod
    def exec_command(self, argv: Sequence[str]) -> list[str]:
        """The command that runs another one inside the host, as its root, not over the network.

        Raises:
            LabError: the host is off or frozen.
        """

    @abstractmethod
    def exec(
        self, argv: Sequence[str], *, stdin: str = "", timeout: float = 60.0
    ) -> subprocess.CompletedProcess[str]:
        """Run a command inside the host and return it finished, whatever its exit code.

        Raises:
            LabError: the host is off or frozen, or the command did not finish in ``timeout`` seconds.
        """

    @abstractmethod
    def _give_power(self) -> None:
        """Start it; its cables are its own to bring, or brought here."""

    @abstractmethod
    def _ask_to_power_off(self) -> None:
        """Begin an orderly shutdown."""

    def need_power(self) -> None:
        """Return only when the host has power.

        Raises:
            LabError: it has not.
        """
        if not self.on:
            raise self._off()

    def _off(self) -> LabError:
        return LabError("the host is off", where=self.host.name, try_this="nines lab power HOST on")

    def need_motion(self) -> None:
        """Return only when the host can answer.

        Raises:
            LabError: it is off or frozen.
        """
        self.need_power()
        if self.frozen:
            raise LabError("the host is frozen", where=self.host.name, try_this="nines lab thaw HOST")

    def start(self, *, timeout: float = 20.0) -> None:
        """Give the host power and plug its cables in; it is booting when this returns.

        Raises:
            LabError: it or its cables did not appear in time; the console is named.
        """
        if not self.on:
            self.cgroups.clear()  # a manager without its host, left by an interrupted start
            self._remove_cables()
            self.cgroups.make()
            self._give_power()
        give_up = time.monotonic() + timeout
        while not (self._plugged() and self.on):
            if time.monotonic() > give_up:
                raise LabError("the host did not start", where=f"{self.host.name}, {self.files.console}")
            time.sleep(self.POLL / 2)

    def await_boot(self) -> str:
        """Wait until the host's systemd says ``running`` or ``degraded``, and return which.

        Raises:
            LabError: the host went off, or was still booting after ``BOOT_TIMEOUT`` seconds.
        """
        give_up = time.monotonic() + self.BOOT_TIMEOUT
        while True:
            state = self._state()
            if state in {"running", "degraded"}:
                return state
            if time.monotonic() > give_up:
                told = f"still {state or 'silent'} {self.BOOT_TIMEOUT:g} s after power-on"
                raise LabError(told, where=f"{self.host.name}, {self.files.console}")
            time.sleep(self.POLL)

    def _state(self) -> str:
        """What the host's systemd says of itself; nothing as long as it cannot be asked.

        Raises:
            LabError: the host went off.
        """
        return self.exec(["systemctl", "is-system-running"]).stdout.strip()

    def lose_power(self) -> None:
        """Take the power away at once; nothing in the host gets to say goodbye.

        The cables come out first: a dying process's sockets are closed by the kernel, and the FIN or RST
        would tell the peers in a millisecond what a real power loss leaves them to find out by timeout.
        """
        self._unplug()
        self.cgroups.clear()
        self._remove_cables()

    def shut_down(self) -> None:
        """Power the host off the clean way.

        Raises:
            LabError: it was not off after ``STOP_TIMEOUT`` seconds.
        """
        self._ask_to_power_off()
        give_up = time.monotonic() + STOP_TIMEOUT
        while self.cgroups.processes():
            if time.monotonic() > give_up:
                told = f"not off {STOP_TIMEOUT:g} s after a clean power-off began"
                raise LabError(told, where=self.host.name)
            time.sleep(self.POLL)

    def _launch(self, argv: Sequence[str], *, log: Path) -> None:
        """Start what the host consists of, in its cgroups and the lab's network; it outlives its caller."""
        with log.open("ab") as said:
            subprocess.run(
                launch_argv(self.plan.name, self.cgroups.directories, argv),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                cwd=self.files.directory,
                check=True,
            )

    @property
    def cut(self) -> frozenset[str]:
        """The networks that it is cut off from, whether it has power or not."""
        try:
            return frozenset(self.files.cut.read_text(encoding="utf-8").split())
        except FileNotFoundError:
            return frozenset()

    def remember_cut(self, networks: Collection[str]) -> None:
        """From now on it is cut off from these, also when its power returns: no switch knows of that."""
        if networks:
            files.write(self.files.cut, "".join(f"{name}\n" for name in sorted(networks)))
        else:
            self.files.cut.unlink(missing_ok=True)

    def _plugged(self) -> bool:
        """Plug in every cable that has appeared and is not cut; True when all have."""
        links = network.links(self.plan.name)
        if not all(nic.outside in links for nic in self.host.nics):
            return False
        lines = network.plug_lines(self.host, links, cut=self.cut)
        return network.batch(self.plan.name, lines, check=False)

    def _unplug(self) -> None:
        network.batch(self.plan.name, network.unplug_lines(self.host, network.links(self.plan.name)))

    def _remove_cables(self, *, timeout: float = 10.0) -> None:
        """Take the cables of the host's last run away.

        The kernel would take a container's, but only when the last connection of the dead host has given up
        sending its FIN, which takes minutes: until then an orphaned socket keeps the host's network alive.
        """
        give_up = time.monotonic() + timeout
        while lines := network.remove_lines(self.host, network.links(self.plan.name)):
            network.batch(self.plan.name, lines, check=False)  # the kernel may have been faster
            if time.monotonic() > give_up:
                raise LabError("the cables of the host's last run do not go away", where=self.host.name)


def launch_argv(lab: str, cgroups: Iterable[Path], argv: Iterable[str]) -> list[str]:
    """The command that starts another in the lab's namespace and these cgroups, and returns at once."""
    return [
        *("setsid", "--fork", "sh", "-c", JOIN_CGROUPS, "join", *map(str, cgroups), "--"),
        *network.inside(lab, argv),
    ]
