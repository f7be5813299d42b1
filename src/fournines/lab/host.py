"""One host of a lab: its disk, its power, and a way into it.

A host is a systemd-nspawn container with Debian's own systemd as PID 1, so that units, journals, boot
and shutdown are real. What nspawn is told, and why:

- it is started in the lab's network namespace, where the outer ends of its cables then appear; given a
  namespace of its own by path, the host's addresses would go on answering after a power loss;
- it is started in cgroups of the host's own and stays there (see ``cgroups``);
- ``--register=no``: a lab does not need systemd-machined or D-Bus on the machine.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fournines.errors import LabError
from fournines.lab import network
from fournines.lab.cgroups import HostCgroups
from fournines.lab.plan import machine
from fournines.lab.shell import run
from fournines.lab.state import HostPaths, current_mounts, mounts_below

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fournines.lab.cgroups import Hierarchies
    from fournines.lab.plan import LabHost, LabPlan, Nic
    from fournines.lab.state import LabPaths

JOIN_CGROUPS = 'until [ "$1" = -- ]; do echo $$ >"$1"/cgroup.procs || exit 125; shift; done; shift; exec "$@"'
"""Shell text: move into the cgroups listed before ``--``, then become the command listed after it."""

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LC_ALL": "C.UTF-8",
}
"""What a command inside a host gets; nothing of the machine's own environment leaks in."""

CAPABILITIES = (
    *("chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap"),
    *("linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock"),
    *("ipc_owner", "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin"),
    *("sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease"),
    *("audit_write", "audit_control", "setfcap", "mac_override", "mac_admin", "syslog", "wake_alarm"),
    *("block_suspend", "audit_read", "perfmon", "bpf", "checkpoint_restore"),
)
"""The capabilities by number (linux/capability.h)."""

BOOT_TIMEOUT = 90.0
STOP_TIMEOUT = 60.0
_POLL = 0.05


@dataclass(frozen=True, slots=True)
class RunningHost:
    """The handles of one host: what it is in the plan, its files, its cgroups."""

    plan: LabPlan
    host: LabHost
    files: HostPaths
    cgroups: HostCgroups
    image: Path

    @classmethod
    def of(cls, plan: LabPlan, name: str, paths: LabPaths, where: Hierarchies) -> RunningHost:
        """The handles of the host called ``name``."""
        host = plan.host(name)
        return cls(plan, host, paths.host(name), HostCgroups(where, plan.name, name), paths.image)

    def leader(self) -> int:
        """The host's PID 1 as this machine numbers it.

        Raises:
            LabError: the host is off.
        """
        if (pid := self.cgroups.leader()) is None:
            raise LabError("the host is off", where=self.host.name, try_this="nines lab power HOST on")
        return pid

    @property
    def on(self) -> bool:
        """Whether the host has power."""
        return self.cgroups.leader() is not None

    def prepare(self, public_key: str) -> None:
        """Mount the host's disk and, the first time, write what makes it this host.

        What was written once is the host's own from then on: a deployer may have changed it.
        """
        if str(self.files.root) not in mounts_below(self.files.root, current_mounts()):
            for directory in (self.files.upper, self.files.work, self.files.root):
                directory.mkdir(parents=True, exist_ok=True)
            run(overlay_argv(self.plan.name, self.image.resolve(strict=True), self.files))
        if self.files.personal.exists():
            return
        for path, (text, mode) in personal_files(self.host, public_key).items():
            _write(self.files.root / path, text, mode)
        identity = self.files.root / "etc/machine-id"
        if not identity.read_text(encoding="ascii").strip():
            # Written, not left to the first boot: an unset one would make systemd apply its presets.
            identity.write_text(uuid.uuid4().hex + "\n", encoding="ascii")
        key = self.files.root / "etc/ssh/ssh_host_ed25519_key"
        if not key.with_suffix(".pub").exists():
            key.unlink(missing_ok=True)
            run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", self.host.name, "-f", str(key)])
        self.files.personal.touch()

    def host_key(self) -> str:
        """The public key the host proves itself with."""
        return (self.files.root / "etc/ssh/ssh_host_ed25519_key.pub").read_text(encoding="ascii").strip()

    def start(self, *, timeout: float = 20.0) -> None:
        """Give the host power and plug its cables in; it is booting when this returns.

        Raises:
            LabError: its PID 1 or its cables did not appear in time; the console is named.
        """
        if not self.on:
            self.cgroups.clear()  # a manager without its container, left by an interrupted start
            self._remove_cables()
            self.cgroups.make()
            with self.files.console.open("ab") as console:
                subprocess.run(
                    start_argv(self.plan, self.host, self.files, self.cgroups.directories),
                    stdin=subprocess.DEVNULL,
                    stdout=console,
                    stderr=console,
                    check=True,
                )
        give_up = time.monotonic() + timeout
        while not (self._plugged() and self.on):
            if time.monotonic() > give_up:
                raise LabError("the host did not start", where=f"{self.host.name}, {self.files.console}")
            time.sleep(_POLL / 2)

    def _plugged(self) -> bool:
        """Plug in every cable that has appeared; True when all have."""
        links = network.links(self.plan.name)
        if not all(nic.outside in links for nic in self.host.nics):
            return False
        return network.batch(self.plan.name, network.plug_lines(self.host, links), check=False)

    def _remove_cables(self, *, timeout: float = 10.0) -> None:
        """Take the cables of the host's last run away.

        The kernel would, but only when the last connection of the dead host has given up sending its
        FIN, which takes minutes: until then an orphaned socket keeps the host's network alive.
        """
        give_up = time.monotonic() + timeout
        while lines := network.remove_lines(self.host, network.links(self.plan.name)):
            network.batch(self.plan.name, lines, check=False)  # the kernel may have been faster
            if time.monotonic() > give_up:
                raise LabError("the cables of the host's last run do not go away", where=self.host.name)

    def await_boot(self, *, timeout: float = BOOT_TIMEOUT) -> str:
        """Wait until the host's systemd says ``running`` or ``degraded``, and return which.

        Raises:
            LabError: the host went off, or was still booting after ``timeout`` seconds.
        """
        give_up = time.monotonic() + timeout
        while True:
            state = self.exec(["systemctl", "is-system-running"]).stdout.strip()
            if state in {"running", "degraded"}:
                return state
            if time.monotonic() > give_up:
                raise LabError(
                    f"still {state or 'silent'} {timeout:g} s after power-on", where=self.host.name
                )
            time.sleep(_POLL)

    def lose_power(self) -> None:
        """Take the power away at once; nothing in the host gets to say goodbye.

        The cables come out first: a dying process's sockets are closed by the kernel, and the FIN or RST
        would tell the peers in a millisecond what a real power loss leaves them to find out by timeout.
        """
        links = network.links(self.plan.name)
        network.batch(self.plan.name, network.unplug_lines(self.host, links))
        self.cgroups.clear()
        self._remove_cables()

    def shut_down(self, *, timeout: float = STOP_TIMEOUT) -> None:
        """Power the host off the clean way (SIGRTMIN+4 to its systemd, systemd(1)).

        Raises:
            LabError: it was not off after ``timeout`` seconds.
        """
        os.kill(self.leader(), signal.SIGRTMIN + 4)
        give_up = time.monotonic() + timeout
        while self.cgroups.processes():
            if time.monotonic() > give_up:
                raise LabError(f"not off {timeout:g} s after a clean power-off began", where=self.host.name)
            time.sleep(_POLL)

    def exec_command(self, argv: Sequence[str]) -> list[str]:
        """The command that runs another one inside the host, as its root, with its powers and no more.

        Raises:
            LabError: the host is off or frozen.
        """
        if self.cgroups.frozen:
            raise LabError("the host is frozen", where=self.host.name, try_this="nines lab thaw HOST")
        leader = self.leader()
        drop = surplus(
            _bounding_set(Path("/proc/self/status").read_text(encoding="utf-8")),
            _bounding_set(Path(f"/proc/{leader}/status").read_text(encoding="utf-8")),
        )
        return exec_argv(leader, self.cgroups.inside, drop, argv)

    def exec(
        self, argv: Sequence[str], *, stdin: str = "", timeout: float = 60.0
    ) -> subprocess.CompletedProcess[str]:
        """Run a command inside the host and return it finished, whatever its exit code.

        Raises:
            LabError: the host is off or frozen, or the command did not finish in ``timeout`` seconds.
        """
        return run(self.exec_command(argv), stdin=stdin, check=False, timeout=timeout)


def overlay_argv(lab: str, image: Path, files: HostPaths) -> list[str]:
    """The command that mounts a host's disk over the image."""
    options = f"lowerdir={image},upperdir={files.upper},workdir={files.work}"
    return ["mount", "-t", "overlay", f"nines-{lab}", "-o", options, str(files.root)]


def start_argv(plan: LabPlan, host: LabHost, files: HostPaths, cgroups: Sequence[Path]) -> list[str]:
    """The command that gives a host power and returns at once; the container outlives its caller."""
    return [
        *("setsid", "--fork", "sh", "-c", JOIN_CGROUPS, "join", *map(str, cgroups), "--"),
        *network.inside(plan.name, nspawn_argv(plan.name, host, files.root)),
    ]


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
        *("env", "-i", *(f"{key}={value}" for key, value in ENVIRONMENT.items()), *argv),
    ]


def surplus(ours: int, theirs: int) -> tuple[str, ...]:
    """The capabilities in our bounding set that are not in theirs, as setpriv(1) names them."""
    extra = ours & ~theirs
    return tuple(name for number, name in enumerate(CAPABILITIES) if extra >> number & 1)


def personal_files(host: LabHost, public_key: str) -> Mapping[str, tuple[str, int]]:
    """What makes an image this host: its name, its addresses, and who may log in."""
    files = {
        "etc/hostname": (f"{host.name}\n", 0o644),
        "etc/hosts": ("127.0.0.1 localhost\n", 0o644),
        "root/.ssh/authorized_keys": (public_key.strip() + "\n", 0o600),
    }
    for nic in host.nics:
        files[f"etc/systemd/network/10-{nic.inside}.network"] = (_networkd(nic), 0o644)
    return files


def _networkd(nic: Nic) -> str:
    """A static address that is there from the start and stays, cable or no cable."""
    return (
        f"[Match]\nName={nic.inside}\n\n[Link]\nRequiredForOnline=no-carrier\n\n"
        f"[Network]\nAddress={nic.address}\nConfigureWithoutCarrier=yes\n"
        "LinkLocalAddressing=no\nIPv6AcceptRA=no\n"
    )


def _bounding_set(status: str) -> int:
    with suppress(StopIteration):
        line = next(line for line in status.splitlines() if line.startswith("CapBnd:"))
        return int(line.split()[1], 16)
    return 0


def _write(path: Path, text: str, mode: int) -> None:
    if not path.parent.is_dir():
        path.parent.mkdir(mode=0o700 if path.parent.name == ".ssh" else 0o755, parents=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
