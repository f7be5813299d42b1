"""A host that is a systemd-nspawn container. Debian's own systemd is PID 1: units, boot, shutdown are real.

What nspawn is told, and why:

- it is started in the lab's network namespace, where the outer ends of its cables then appear; given a
  namespace of its own by path, the host's addresses would go on answering after a power loss;
- it is started in cgroups of the host's own and stays there (see ``cgroups``);
- ``--register=no``: a lab does not need systemd-machined or D-Bus on the machine.
"""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from fournines.lab.cgroups import JOIN_CGROUPS
from fournines.lab.hosts.host import RunningHost
from fournines.lab.hosts.personal import personalise, public_host_key
from fournines.lab.names import machine
from fournines.lab.shell import CLEAN, run
from fournines.lab.state import current_mounts, mounts_below

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fournines.lab.plan import LabHost
    from fournines.lab.state import HostPaths

CAPABILITIES = (
    *("chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap"),
    *("linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock"),
    *("ipc_owner", "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin"),
    *("sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease"),
    *("audit_write", "audit_control", "setfcap", "mac_override", "mac_admin", "syslog", "wake_alarm"),
    *("block_suspend", "audit_read", "perfmon", "bpf", "checkpoint_restore"),
)
"""The capabilities by number (linux/capability.h)."""


@dataclass(frozen=True, slots=True)
class Container(RunningHost):
    """A host that shares this machine's kernel."""

    BOOT_TIMEOUT: ClassVar[float] = 90.0
    POLL: ClassVar[float] = 0.05

    @property
    def on(self) -> bool:
        """Whether it has a PID 1."""
        return self.cgroups.leader() is not None

    @property
    def frozen(self) -> bool:
        """Whether its processes are."""
        return self.cgroups.frozen

    @property
    def nature(self) -> str:
        """What it is, for people."""
        return "container"

    def prepare(self, public_key: str) -> None:
        """Mount its disk, an overlay over the image, and make it this host's own."""
        if str(self.files.root) not in mounts_below(self.files.root, current_mounts()):
            for directory in (self.files.upper, self.files.work, self.files.root):
                directory.mkdir(parents=True, exist_ok=True)
            image = self.lab.image.resolve(strict=True)
            run(overlay_argv(self.plan.name, image, self.files))
        if not self.files.personal.exists():
            personalise(self.files.root, self.host, public_key)
            self.files.personal.touch()

    def host_key(self) -> str:
        """The public key it proves itself with."""
        return public_host_key(self.files.root)

    def freeze(self) -> None:
        """Freeze its processes, behind cables that are unplugged meanwhile.

        Only processes can be frozen: the kernel would go on answering ARP for a VIP and completing TCP
        handshakes, which a machine that stands still does not.
        """
        self._unplug()
        self.cgroups.freeze()

    def thaw(self) -> None:
        """Plug its cables in, but for those that are cut, and let its processes go on."""
        self._plugged()
        self.cgroups.thaw()

    def exec_command(self, argv: Sequence[str]) -> list[str]:
        """The command that runs another one inside, with the host's powers and no more.

        Raises:
            LabError: the host is off or frozen.
        """
        self.need_motion()
        leader = self._leader()
        drop = surplus(
            _bounding_set(Path("/proc/self/status").read_text(encoding="utf-8")),
            _bounding_set(Path(f"/proc/{leader}/status").read_text(encoding="utf-8")),
        )
        return exec_argv(leader, self.cgroups.inside, drop, argv)

    def exec(
        self, argv: Sequence[str], *, stdin: str = "", timeout: float = 60.0
    ) -> subprocess.CompletedProcess[str]:
        """Run a command inside and return it finished.

        Raises:
            LabError: the host is off or frozen, or the command did not finish in ``timeout`` seconds.
        """
        return run(self.exec_command(argv), stdin=stdin, check=False, timeout=timeout)

    def _give_power(self) -> None:
        argv = nspawn_argv(self.plan.name, self.host, self.files.root)
        self._launch(argv, log=self.files.console)

    def _ask_to_power_off(self) -> None:
        """SIGRTMIN+4 to its systemd (systemd(1))."""
        os.kill(self._leader(), signal.SIGRTMIN + 4)

    def _leader(self) -> int:
        """Its PID 1 as this machine numbers it.

        Raises:
            LabError: the host is off.
        """
        if (pid := self.cgroups.leader()) is None:
            raise self._off()
        return pid


def overlay_argv(lab: str, image: Path, files: HostPaths) -> list[str]:
    """The command that mounts a host's disk over the image."""
    options = f"lowerdir={image},upperdir={files.upper},workdir={files.work}"
    return ["mount", "-t", "overlay", f"nines-{lab}", "-o", options, str(files.root)]


def nspawn_argv(lab: str, host: LabHost, root: Path) -> list[str]:
    """The container itself."""
    return [
        *("systemd-nspawn", "--quiet", "--boot", f"--directory={root}"),
        *(f"--machine={machine(lab, host.name)}", f"--hostname={host.name}"),
        *("--register=no", "--keep-unit", "--console=read-only", "--link-journal=no"),
        *("--resolv-conf=off", "--timezone=off", "--private-network"),
        *(f"--network-veth-extra={nic.outside}:{nic.inside}" for nic in host.nics),
    ]


def exec_argv(leader: int, cgroups: Sequence[Path], drop: Sequence[str], argv: Sequence[str]) -> list[str]:
    """The command that runs another one in the namespaces of ``leader``.

    nsenter alone would leave it in this machine's cgroups (a frozen or killed host would not take it
    along) and with this machine's capabilities: CAP_SYS_TIME would set the clock of everything.
    """
    limits = [f"--bounding-set={','.join('-' + name for name in drop)}"] if drop else []
    return [
        *("sh", "-c", JOIN_CGROUPS, "join", *map(str, cgroups), "--"),
        *("nsenter", f"--target={leader}", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"),
        *("--root", "--wd", "setpriv", *limits),
        *("env", *CLEAN, *argv),
    ]


def surplus(ours: int, theirs: int) -> tuple[str, ...]:
    """The capabilities in our bounding set that are not in theirs, as setpriv(1) names them."""
    extra = ours & ~theirs
    return tuple(name for number, name in enumerate(CAPABILITIES) if extra >> number & 1)


def _bounding_set(status: str) -> int:
    with suppress(StopIteration):
        line = next(line for line in status.splitlines() if line.startswith("CapBnd:"))
        return int(line.split()[1], 16)
    return 0
