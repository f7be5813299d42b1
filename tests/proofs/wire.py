"""Hosts for one proof: namespaces over a lab image's tree, on a bridge that nobody else sees.

Everything hangs on one process that reads a pipe of the test's: when the test ends, however it ends, the
pipe closes, that process goes, and the kernel takes its PID namespace, all daemons and networks with it.
The machine's own network gets nothing: no link, no address, no route.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Self

NETWORKS = {"eth0": "10.0.0", "eth1": "192.168.1"}
"""The interfaces every host has, and the first three numbers of their addresses."""
PATIENCE = 300.0
"""Seconds that anything may take on a machine that is very busy; not an expectation."""

_WIRE = """\
set -e
mount -t proc proc /proc
for name in eth0 eth1; do
  ip link add "$name" type bridge stp_state 0 forward_delay 0 mcast_snooping 0
  ip link set "$name" up
done
echo up
exec cat
"""
_HOST = """\
set -e
tree=$1 layer=$2
mount -t tmpfs tmpfs "$layer"
mkdir "$layer/changes" "$layer/work" "$layer/root"
mount -t overlay host -o "lowerdir=$tree,upperdir=$layer/changes,workdir=$layer/work" "$layer/root"
root=$layer/root
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
chmod 1777 "$root/tmp"
hostname "$3"
ip link set lo up
echo up
exec chroot "$root" /bin/cat
"""
_WRITE = 'mkdir -p "${1%/*}" && rm -f "$1" && cat >"$1" && chmod "$2" "$1"'
_APART = ("unshare", "--mount", "--propagation", "private", "--net", "--pid", "--fork", "--kill-child")
_ENV = ("env", "-i", "-C", "/", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8")


class Host:
    """One host: start programs on it, ask it, pull its cables, take its power."""

    def __init__(self, name: str, number: int, wire: int, process: subprocess.Popen[str], log: Path) -> None:
        self.name = name
        self.pid = _leaf(process.pid)
        self.address = f"10.0.0.{number}"
        self.logs: dict[str, Path] = {}
        self.started: list[subprocess.Popen[str]] = []
        self._process, self._wire, self._folder = process, wire, log
        for link, net in NETWORKS.items():
            outside = f"{name}-{link}"
            peer = ("peer", "name", link, "netns", str(self.pid))
            _run("nsenter", f"--net=/proc/{wire}/ns/net", "ip", "link", "add", outside, "type", "veth", *peer)
            self.plug(link)
            self.must("ip", "address", "add", f"{net}.{number}/24", "dev", link)
            self.must("ip", "link", "set", link, "up")

    def plug(self, link: str) -> None:
        """Put the cable in."""
        self._outside("ip", "link", "set", f"{self.name}-{link}", "master", link, "up")

    def unplug(self, link: str) -> None:
        """Pull the cable: the interface loses its carrier, as with a dead switch port."""
        self._outside("ip", "link", "set", f"{self.name}-{link}", "nomaster", "down")

    def lose_power(self) -> None:
        """Silence first, death second: no farewell of any program gets out."""
        for link in NETWORKS:
            self._outside("ip", "link", "set", f"{self.name}-{link}", "nomaster")
        _run("kill", "-KILL", str(self.pid))
        self._process.wait(PATIENCE)

    @property
    def alive(self) -> bool:
        """Whether it has power."""
        return self._process.poll() is None

    def write(self, files: Mapping[str, str]) -> None:
        """Write files by their absolute names; what begins with ``#!`` can be run.

        A process of the host writes: followed from outside, an absolute link leads into this machine.
        """
        for name, text in files.items():
            path = f"/{name.lstrip('/')}"
            mode = "755" if text.startswith("#!") else "644"
            self.must("sh", "-c", _WRITE, "sh", path, mode, given=text)

    def start(self, *argv: str, name: str = "") -> subprocess.Popen[str]:
        """Start a program that stays; what it says is kept under ``name``, or the program's own."""
        called = name or Path(argv[0]).name
        self.logs[called] = self._folder / f"{self.name}-{called}.log"
        with self.logs[called].open("a") as log:
            program = subprocess.Popen(
                [*self._enter(), *argv], stdin=subprocess.DEVNULL, stdout=log, stderr=log, text=True
            )
        self.started.append(program)
        return program

    def ask(self, *argv: str, given: str = "", within: float = PATIENCE) -> subprocess.CompletedProcess[str]:
        """Run a program to its end."""
        return subprocess.run(
            [*self._enter(), *argv], input=given, capture_output=True, text=True, check=False, timeout=within
        )

    def must(self, *argv: str, given: str = "", within: float = PATIENCE) -> str:
        """Run a program that has to end well, and return what it said."""
        done = self.ask(*argv, given=given, within=within)
        assert done.returncode == 0, f"{self.name}: {' '.join(argv)}\n{done.stdout}{done.stderr}"
        return done.stdout

    def log(self, program: str) -> str:
        """What a program has said so far."""
        return self.logs[program].read_text(errors="replace") if program in self.logs else ""

    def has(self, address: str) -> bool:
        """Whether one of its interfaces has the address."""
        return self.alive and f" {address}/" in self.must("ip", "-o", "-4", "address")

    def kill(self, program: str) -> None:
        """SIGKILL for every process of that name on this host, and nowhere else."""
        for pid in self.must("pidof", program).split():
            self.ask("kill", "-KILL", pid)

    def _enter(self) -> list[str]:
        spaces = [f"--{space}" for space in ("mount", "net", "pid", "uts", "root")]
        return ["nsenter", "-t", str(self.pid), *spaces, *_ENV]

    def _outside(self, *argv: str) -> None:
        _run("nsenter", f"--net=/proc/{self._wire}/ns/net", *argv)


class Wire:
    """Two bridges, and the hosts on them; leaving the context ends everything."""

    def __init__(self, tree: Path, folder: Path) -> None:
        self.hosts: dict[str, Host] = {}
        self._tree, self._folder = tree, folder
        self._pid = 0
        self._open = ExitStack()

    def __enter__(self) -> Self:
        process = self._held([*_APART, "sh", "-c", _WIRE])
        self._pid = _leaf(process.pid)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
        for host in self.hosts.values():
            for program in host.started:
                program.wait(30)

    def host(self, name: str) -> Host:
        """A new host, called nX: the first is 10.0.0.11 and 192.168.1.11, the second .12."""
        layer = self._folder / name
        layer.mkdir(parents=True)
        into = ["nsenter", "-t", str(self._pid), "--net", "--pid", "--mount"]
        apart = [*_APART[:1], "--uts", *_APART[1:]]
        process = self._held([*into, *apart, "sh", "-c", _HOST, "sh", str(self._tree), str(layer), name])
        made = Host(name, 11 + len(self.hosts), self._pid, process, self._folder)
        self.hosts[name] = made
        return made

    def _held(self, argv: Sequence[str]) -> subprocess.Popen[str]:
        process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._open.callback(_let_go, process)
        said = _pipe(process.stdout).readline()
        assert said == "up\n", f"{argv[0]} made no namespaces: {said}"
        return process


def until(true: Callable[[], bool], what: str, within: float = PATIENCE) -> None:
    """Wait for a condition."""
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, f"not within {within:g} s: {what}"
        time.sleep(0.1)


def _let_go(process: subprocess.Popen[str]) -> None:
    """Close the pipe, which ends the namespaces' first process."""
    _pipe(process.stdin).close()
    process.wait(PATIENCE)
    _pipe(process.stdout).close()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


def _leaf(pid: int) -> int:
    """The last of a line of only children: the first process of the innermost namespace."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return _leaf(int(children[0])) if children else pid


def _run(*argv: str) -> None:
    program = shutil.which(argv[0]) or argv[0]
    done = subprocess.run([program, *argv[1:]], capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 0, f"{' '.join(argv)}: {done.stderr}"
