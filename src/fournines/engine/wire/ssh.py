"""The wire to real hosts: the operator's own OpenSSH, one shared connection per host.

Using the system's ``ssh`` honours everything the operator has configured (agent, hardware keys,
known_hosts) and leaves no second implementation to trust. A master connection per host makes a command
cost about 10 ms; it ends itself after a minute without use, so a killed run leaves nothing behind.
"""

from __future__ import annotations

import os
import shlex
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import anyio

from fournines.engine.wire.process import execute, kept
from fournines.errors import LateError, TransportError
from fournines.kit.check import Output
from fournines.spec.model import Site

SESSIONS = 8
"""Commands at once over one connection: sshd's MaxSessions is 10 (sshd_config(5)), two stay in reserve."""
CONNECT_SECONDS = 8.0
LAB_SECONDS = 30.0
"""What the lab's configuration gives its slowest hosts to let somebody in: those that are emulated."""
_CONNECTING = 16
_COMMANDS = 64
"""Connections being opened and commands running at once, over all hosts: a site may have a thousand."""
_IDLE_SECONDS = 60
_SSH_FAILED = 255
_OWN_255 = "fournines: the command itself exited with 255"
_SOCKET_PATH_MAX = 90
"""sun_path holds 108 bytes and ssh appends 17 of its own while it makes the socket."""

_PATIENCE = (f"ConnectTimeout={CONNECT_SECONDS:g}", "ServerAliveInterval=2", "ServerAliveCountMax=3")
"""How long a host may be silent, where no configuration of the lab's says it host by host."""
_OPTIONS = (
    "BatchMode=yes",
    "LogLevel=ERROR",
    "ForwardAgent=no",
    "ForwardX11=no",
    "PermitLocalCommand=no",
    "RequestTTY=no",
)


@dataclass(frozen=True)
class Reach:
    """How the operator's machine reaches the hosts.

    ``addresses`` maps host name to the address to connect to (none: ssh's own configuration knows).
    ``through`` is the jump host. ``config`` replaces the operator's ssh_config (a lab writes one).
    """

    user: str = "root"
    addresses: Mapping[str, str] = field(default_factory=dict)
    through: str | None = None
    config: Path | None = None

    @classmethod
    def of(cls, site: Site, *, config: Path | None = None) -> Reach:
        """By what ``config`` says; without it by address.

        That is the address in the cluster network; for the jump host the one outside of it, if it has one.
        """
        if config is not None:
            return cls(user=site.ssh.user, config=config)
        addresses = {name: str(site.address(host)) for name, host in site.hosts.items()}
        through = site.ssh.through
        if through is not None:
            outside = [a for n, a in site.hosts[through].addresses.items() if n != site.cluster_network]
            addresses[through] = str(outside[0]) if outside else addresses[through]
        return cls(user=site.ssh.user, addresses=addresses, through=through)


class OpenSsh:
    """Commands over ``ssh``, as root (through ``sudo -n`` when the login is not root)."""

    def __init__(self, site: Site, *, config: Path | None = None) -> None:
        self._reach = Reach.of(site, config=config)
        self._folder = _socket_folder()
        self._sockets: dict[str, Path] = {}
        self._connecting: dict[str, anyio.Lock] = {}
        self._connected: set[str] = set()
        self._refusals: dict[str, TransportError] = {}
        self._sessions: dict[str, anyio.CapacityLimiter] = {}
        self._openings = anyio.CapacityLimiter(_CONNECTING)
        self._commands = anyio.CapacityLimiter(_COMMANDS)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def run(
        self,
        host: str,
        argv: Sequence[str],
        *,
        stdin: str = "",
        timeout: float = 60.0,  # noqa: ASYNC109 - the wire's own: it kills the client, and says so
    ) -> Output:
        """Run a command on a host over the shared connection.

        Raises:
            TransportError: not reachable, or the connection broke.
            LateError: not done within ``timeout`` seconds.
        """
        await self._connect(host)
        limiter = self._sessions.setdefault(host, anyio.CapacityLimiter(SESSIONS))
        async with limiter, self._commands:
            line = [*self._client(host), "-o", "ControlMaster=no", "--", host, self._remote(argv)]
            try:
                output = await execute(line, stdin=stdin, timeout=timeout)
            except TimeoutError:
                raise LateError(
                    f"{argv[0]} did not end within {timeout:g} s",
                    where=host,
                    try_this=f"see whether the host is overloaded or hangs: {self._by_hand(host)} uptime",
                ) from None
        return await self._told_apart(host, output)

    @asynccontextmanager
    async def hold(
        self,
        host: str,
        argv: Sequence[str],
        *,
        until: str,
        timeout: float = 30.0,  # noqa: ASYNC109 - the wire's own, as above
    ) -> AsyncIterator[Output]:
        """Have a command run on a host beside the block, over the shared connection (``Transport.hold``).

        Raises:
            TransportError: not reachable, or the connection broke.
            LateError: nothing said within ``timeout`` seconds.
        """
        await self._connect(host)
        line = [*self._client(host), "-o", "ControlMaster=no", "--", host, self._remote(argv)]
        sessions = self._sessions.setdefault(host, anyio.CapacityLimiter(SESSIONS))
        this = object()  # a limiter has one token for a task, and the block's task wants sessions beside this
        await sessions.acquire_on_behalf_of(this)
        try:
            async with kept(line, until=until, timeout=timeout, program=argv[0], host=host) as said:
                yield await self._told_apart(host, said)
        finally:
            sessions.release_on_behalf_of(this)

    async def close(self) -> None:
        """End the shared connections and remove their sockets."""
        with anyio.CancelScope(shield=True):
            async with anyio.create_task_group() as tasks:
                for host in sorted(self._connected, key=lambda h: h == self._reach.through):
                    tasks.start_soon(self._hang_up, host)
            shutil.rmtree(self._folder, ignore_errors=True)

    # --- the connection ---------------------------------------------------------------------------------

    async def _connect(self, host: str) -> None:
        """Open the shared connection unless it stands.

        Callers of one host wait for one another, and those who waited share the outcome: a host that is
        not there costs its time-out once.
        """
        known = self._refusals.get(host)
        async with self._connecting.setdefault(host, anyio.Lock()):
            if host in self._connected and self._socket(host).exists():
                return
            refused = self._refusals.get(host)
            if refused is not None and refused is not known:
                raise TransportError(refused.what, where=refused.where, try_this=refused.try_this)
            try:
                await self._open(host)
            except TransportError as error:
                self._refusals[host] = error
                raise
            self._connected.add(host)

    async def _open(self, host: str) -> None:
        jump = self._jump(host)
        if jump is not None:
            await self._connect(jump)
        log = self._folder / f"{self._socket(host).name}.log"
        log.unlink(missing_ok=True)
        master = ["-f", "-N", "-M", "-E", str(log), "-o", f"ControlPersist={_IDLE_SECONDS}"]
        line = [*self._client(host), *master, "--", host]
        try:
            async with self._openings:
                patience = LAB_SECONDS if self._reach.config is not None else CONNECT_SECONDS
                output = await execute(line, timeout=2 * patience)
        except TimeoutError:
            raise self._unreachable(host, "no answer to ssh") from None
        if output.code != 0:
            raise self._unreachable(host, log.read_text(errors="replace") if log.exists() else output.stderr)

    async def _told_apart(self, host: str, output: Output) -> Output:
        """Exit 255 is ssh's own failure unless the command said that it was its own."""
        if output.code != _SSH_FAILED:
            return output
        if output.stderr.rstrip().endswith(_OWN_255):
            return Output(output.code, output.stdout, output.stderr.rstrip().removesuffix(_OWN_255))
        await self._hang_up(host)  # the next command opens a fresh connection
        raise self._unreachable(host, output.stderr or "the connection broke")

    async def _hang_up(self, host: str) -> None:
        self._connected.discard(host)
        with suppress(TimeoutError):  # it ends itself when it is idle
            await execute([*self._client(host), "-O", "exit", "--", host], timeout=3)
        self._socket(host).unlink(missing_ok=True)

    def _unreachable(self, host: str, said: str) -> TransportError:
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        what = lines[-1] if lines else "no connection"
        return TransportError(f"not reachable by ssh: {what}", where=host, try_this=self._advice(host, what))

    def _advice(self, host: str, what: str) -> str:
        if "Permission denied" in what:
            return f"make sure that your key is accepted: {self._by_hand(host)} true"
        if "Host key verification failed" in what or "IDENTIFICATION HAS CHANGED" in what:
            forget = f"ssh-keygen -R {self._reach.addresses.get(host, host)}"
            return f"accept its key by hand (if reinstalled, first {forget}): {self._by_hand(host)} true"
        jump = self._jump(host)
        if jump is not None:
            return f"see whether {host} and the jump host {jump} are up: {self._by_hand(host)} true"
        return f"see whether {host} is up and its address is right: {self._by_hand(host)} true"

    # --- the command lines ------------------------------------------------------------------------------

    def _jump(self, host: str) -> str | None:
        through = self._reach.through
        return through if through is not None and through != host else None

    def _client(self, host: str) -> list[str]:
        """The part of the command line that every ssh to this host shares."""
        line = ["ssh"]
        options: tuple[str, ...] = _OPTIONS
        if self._reach.config is not None:
            line += ["-F", str(self._reach.config)]
        else:
            line += ["-l", self._reach.user]
            options += _PATIENCE
        for option in options:
            line += ["-o", option]
        line += ["-o", f"ControlPath={self._socket(host)}"]
        if host in self._reach.addresses:
            line += ["-o", f"HostName={self._reach.addresses[host]}"]
        jump = self._jump(host)
        if jump is not None:
            # ProxyJump would open its own connection to the jump host, without any of these options.
            proxy = shlex.join([*self._client(jump), "-o", "ControlMaster=no"])
            line += ["-o", f"ProxyCommand={proxy} -W [%h]:%p -- {shlex.quote(jump)}"]
        return line

    def _remote(self, argv: Sequence[str]) -> str:
        """What the login shell is given: the command, and a word on stderr if it exits with 255 itself."""
        prefix = () if self._reach.user == "root" else ("sudo", "-n", "--")
        command = shlex.join((*prefix, *argv))
        script = f"{command}; r=$?; [ $r -ne {_SSH_FAILED} ] || echo {shlex.quote(_OWN_255)} >&2; exit $r"
        return f"exec sh -c {shlex.quote(script)}"

    def _by_hand(self, host: str) -> str:
        """The command an operator would type to see for themselves."""
        if self._reach.config is not None:
            return f"ssh -F {self._reach.config} {host}"
        address = self._reach.addresses.get(host, host)
        jump = self._jump(host)
        via = f"-J {self._reach.user}@{self._reach.addresses.get(jump, jump)} " if jump else ""
        return f"ssh {via}{self._reach.user}@{address}"

    def _socket(self, host: str) -> Path:
        if host not in self._sockets:
            self._sockets[host] = self._folder / str(len(self._sockets))
        return self._sockets[host]


def _socket_folder() -> Path:
    """A private folder whose path is short enough for a socket. Those of killed runs are removed."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    short = bool(runtime) and len(runtime) + 32 < _SOCKET_PATH_MAX and os.access(runtime, os.W_OK)
    where = Path(runtime if short else "/tmp")  # noqa: S108 - what is made in it is 0700
    for folder in where.glob("nines-[0-9]*-*"):
        with suppress(OSError):  # it may be somebody else's, or just going
            if folder.stat().st_uid == os.getuid() and not Path("/proc", folder.name.split("-")[1]).exists():
                shutil.rmtree(folder)
    return Path(tempfile.mkdtemp(prefix=f"nines-{os.getpid()}-", dir=where))
