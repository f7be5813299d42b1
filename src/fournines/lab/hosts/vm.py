"""A host that is a virtual machine: a kernel of its own, so that modules, clocks and disks are its own, too.

Its root is an overlay as a container's is: over the image's file system, which all virtual machines read,
lies one of the host's own. The first program of its kernel puts both together (``vm/on_host/init.sh``).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from fournines.errors import LabError
from fournines.lab import network
from fournines.lab.disk import DISK_BYTES
from fournines.lab.hosts.host import RunningHost
from fournines.lab.hosts.personal import personalise, public_host_key
from fournines.lab.shell import run
from fournines.lab.vm import agent, monitor, qemu, root
from fournines.lab.vm.equipment import Equipment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from fournines.lab.plan import LabHost

AGENT = ("-m", "fournines.lab.vm.agent")
"""For Python. That its room was imported before it is told as a warning, and does not matter."""


@dataclass(frozen=True, slots=True)
class VirtualMachine(RunningHost):
    """A host with a kernel of its own, under QEMU."""

    BOOT_TIMEOUT: ClassVar[float] = 300.0
    POLL: ClassVar[float] = 0.25

    @property
    def on(self) -> bool:
        """Whether its QEMU runs."""
        return bool(self.cgroups.processes())

    @property
    def frozen(self) -> bool:
        """Whether it was stopped; one whose QEMU cannot be asked (it is just starting) was not."""
        with suppress(LabError):
            return monitor.paused(self.files.monitor)
        return False

    @property
    def nature(self) -> str:
        """What it is, and what carries it out."""
        return f"virtual machine, {'KVM' if self._accelerator == 'kvm' else 'software emulation'}"

    @property
    def _accelerator(self) -> qemu.Accelerator:
        return "kvm" if self.lab.accelerator.read_text(encoding="ascii").startswith("kvm") else "tcg"

    def prepare(self, public_key: str) -> None:
        """Make its disks, the first time: a file system with what makes it this host, and empty devices."""
        if self.files.personal.exists():
            return
        shutil.rmtree(self.files.seed, ignore_errors=True)
        upper = self.files.seed / "upper"
        upper.mkdir(parents=True)
        (self.files.seed / "work").mkdir()
        personalise(upper, self.host, public_key, of_own_kernel(self.plan.name, self.host))
        for folder in (upper, *(path for path in upper.rglob("*") if path.is_dir())):
            folder.chmod(0o700 if folder.name in {"root", ".ssh"} else 0o755)  # they lie over the image's
        self.files.own.unlink(missing_ok=True)
        run(root.mke2fs_argv(self.files.seed, self.files.own, DISK_BYTES // root.BLOCK))
        for number, device in enumerate(self.host.devices):
            with self.files.device(number).open("wb") as empty:
                empty.truncate(device.mib * 1024**2)
        self.files.personal.touch()

    def host_key(self) -> str:
        """The public key it proves itself with."""
        return public_host_key(self.files.seed / "upper")

    def freeze(self) -> None:
        """Stop its processor. Its kernel stands still with it, so its cables need not be unplugged."""
        monitor.tell(self.files.monitor, "stop")

    def thaw(self) -> None:
        """Plug its cables in and let its processor go on."""
        self._plugged()
        monitor.tell(self.files.monitor, "cont")

    def exec_command(self, argv: Sequence[str]) -> list[str]:
        """The command that runs another one inside, by the guest's agent.

        Raises:
            LabError: the host is off or frozen.
        """
        self.need_motion()
        return [
            sys.executable,
            "-I",
            "-W",
            "ignore::RuntimeWarning:runpy",
            *AGENT,
            str(self.files.agent),
            *argv,
        ]

    def exec(
        self, argv: Sequence[str], *, stdin: str = "", timeout: float = 60.0
    ) -> subprocess.CompletedProcess[str]:
        """Run a command inside and return it finished.

        Raises:
            LabError: the host is off or frozen, or the command did not finish in ``timeout`` seconds.
        """
        self.need_motion()
        done = agent.run(self.files.agent, argv, stdin=stdin.encode(), timeout=timeout)
        out, err = (text.decode(errors="replace") for text in (done.stdout, done.stderr))
        return subprocess.CompletedProcess(done.args, done.returncode, out, err)

    def _state(self) -> str:
        """Nothing as long as the agent has not begun."""
        if not self.on:
            raise LabError("QEMU ended", where=f"{self.host.name}, {self.files.log}")
        try:
            done = agent.run(self.files.agent, ["systemctl", "is-system-running"], timeout=20)
        except LabError:
            return ""
        return done.stdout.decode(errors="replace").strip()

    def _give_power(self) -> None:
        links = network.links(self.plan.name)
        made = (f"tuntap add dev {n.outside} mode tap" for n in self.host.nics if n.outside not in links)
        network.batch(self.plan.name, made)
        for stale in (self.files.monitor, self.files.agent):
            stale.unlink(missing_ok=True)
        self._launch(qemu.argv(self.plan.name, self.host, self.files, self._machine()), log=self.files.log)

    def _ask_to_power_off(self) -> None:
        """As from within: what an ACPI button would begin needs a module and a daemon to hear it."""
        self.need_motion()
        agent.order(self.files.agent, "guest-shutdown", {"mode": "powerdown"})

    def _machine(self) -> qemu.Machine:
        equipment = Equipment(self.lab.equipment.resolve(strict=True))
        tree = self.lab.image.resolve(strict=True)
        return machine(equipment, self._accelerator, root.path(tree, equipment))


def machine(equipment: Equipment, accelerator: qemu.Accelerator, image: Path) -> qemu.Machine:
    """What virtual machines have in common, from the equipment."""
    return qemu.Machine(tuple(equipment.qemu()), accelerator, equipment.vmlinux, equipment.initrd, image)


def of_own_kernel(lab: str, host: LabHost) -> Mapping[str, tuple[str, int]]:
    """What a kernel of the host's own is told: which modules to load, and what interfaces are called.

    An empty unit is a masked one (systemd.unit(5)): emulated, each login would cost 10 CPU-seconds for a
    manager of root's own services, which has none.
    """
    files = {
        "etc/modules-load.d/lab.conf": ("".join(f"{name}\n" for name in host.modules), 0o644),
        "etc/systemd/system/user@.service": ("", 0o644),
    }
    for nic in host.nics:
        text = f"[Match]\nMACAddress={qemu.mac(lab, nic)}\n\n[Link]\nName={nic.inside}\n"
        files[f"etc/systemd/network/05-{nic.inside}.link"] = (text, 0o644)
    return files
