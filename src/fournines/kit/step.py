"""Steps: one desired fact about one host each, as values.

A step holds no I/O and no decision. The engine compares it with the host (dry run, diff) and makes
it true (deploy); rendering and explaining are further views of the same values. Within one phase the
engine carries them out by kind, in this order: packages, accounts, directories and files (one tree,
one round trip), sysctls, commands, units. A command that needs one of these units running belongs to a
later stage of its component (``kit.component``).
"""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass

STAGED = "{}"
"""In ``File.validate``: stands for the staged copy's path."""


@dataclass(frozen=True, slots=True)
class Packages:
    """These distribution packages are installed. Their daemons are not started by that."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """A system account exists and is in these supplementary groups."""

    name: str
    groups: tuple[str, ...] = ()
    home: str = "/nonexistent"
    shell: str = "/usr/sbin/nologin"


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory exists with this owner and mode."""

    path: str
    mode: int = 0o755
    owner: str = "root"
    group: str = "root"


@dataclass(frozen=True, slots=True)
class File:
    """A file has this content, owner and mode.

    ``validate`` is the argv of the program that will read the file, with ``{}`` for the staged copy:
    a non-zero exit changes nothing on the host. ``secret`` marks content that no diff may show at
    all (keys); ordinary files may hold secrets, which are masked wherever they are displayed. A file that is
    no text is given as ``base64`` (a secret of kind ``key`` is that already); it is compared, never shown.
    """

    path: str
    content: str
    mode: int = 0o644
    owner: str = "root"
    group: str = "root"
    validate: tuple[str, ...] = ()
    secret: bool = False
    base64: bool = False

    @property
    def data(self) -> bytes:
        """The file's bytes."""
        return b64decode(self.content, validate=True) if self.base64 else self.content.encode()


@dataclass(frozen=True, slots=True)
class Absent:
    """Nothing lies at this path (a package's example file that would be read beside ours)."""

    path: str


@dataclass(frozen=True, slots=True)
class Sysctl:
    """A kernel parameter has this value now and after a reboot."""

    key: str
    value: str


def unit_file(unit: str) -> str:
    """Where a unit of ours lies: there it stands in place of the package's (systemd.unit(5))."""
    return f"/etc/systemd/system/{unit}"


@dataclass(frozen=True, slots=True)
class Unit:
    """A systemd unit is enabled (or not) and running (or not).

    The engine remembers on the host which content of ``restart_on`` and ``reload_on`` (paths of files
    of the plan) the unit was last started with, so a restart that was interrupted is made up for by
    the next run. ``rolling`` units are restarted one host at a time, with the checks that end their own
    stage in between; units that are not running are started everywhere at once. ``packages`` are those
    whose programs it runs: where another version is installed than it was started with, it is restarted,
    one host at a time as well.

    A unit that a cluster manager alone starts and stops has ``running`` None, is not ``enabled``, and has in
    ``restart_by`` the command by which that restarts it: where it does not run, that is as wanted.
    """

    name: str
    enabled: bool = True
    running: bool | None = True
    restart_on: tuple[str, ...] = ()
    reload_on: tuple[str, ...] = ()
    rolling: bool = False
    packages: tuple[str, ...] = ()
    restart_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """A guarded command: it runs unless its guard says it has been done.

    ``unless`` only reads; exit 0 means done. A command without a guard would make every run a change,
    so there is none. ``stdin`` may hold secrets: it is fed to the command and never displayed. A guard that
    ``shows`` prints what would change, a diff that is displayed with the change.
    """

    name: str
    argv: tuple[str, ...]
    unless: tuple[str, ...]
    user: str = "root"
    stdin: str = ""
    unless_stdin: str = ""
    timeout: float = 120.0
    shows: bool = False


Step = Packages | Account | Directory | File | Absent | Sysctl | Unit | Command
"""One desired fact about one host."""
