"""A closed room for programs that read files of strangers: bubblewrap's, which needs no root.

A checker reads its file as its author wanted: HAProxy runs the Lua that ``lua-load`` names, keepalived prints
lines of whatever ``include`` names. In here that is the audited files and the system's libraries, both
read-only: no network, no home, no other process, and nothing to write to that outlives the program.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from fournines.errors import AuditError

if TYPE_CHECKING:
    from collections.abc import Sequence

INSIDE = "/audit"
"""Where the audited files are, for the program."""
LONGEST = 20.0
"""Seconds one program may take."""
MOST_MEMORY = 1 << 30
"""Bytes of address space: HAProxy maps half of that to begin with."""
MOST_WRITTEN = 16 << 20
"""Bytes a program may say, and write to a file of its own in memory: corosync makes its black box."""
MOST_HEARD = 1 << 20
_LIBRARIES = ("/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/bin", "/usr/sbin", "/usr/share/pacemaker")
_ROOTS = ("bin", "sbin", "lib", "lib32", "lib64")


@dataclass(frozen=True, slots=True)
class Said:
    """How a program ended, and what it said on both its channels."""

    code: int
    text: str


def walls(tree: Path, program: str) -> list[str]:
    """The command that runs what follows it, with ``tree`` at ``INSIDE`` and the program in its own place."""
    words = [
        *("prlimit", f"--as={MOST_MEMORY}", f"--fsize={MOST_WRITTEN}", "--nofile=1024", "--core=0", "--"),
        *("bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"),
        *("--setenv", "PATH", "/usr/sbin:/usr/bin", "--setenv", "LANG", "C.UTF-8"),
    ]
    for path in _LIBRARIES:
        words += ["--ro-bind-try", path, path]
    for name in _ROOTS:
        root = Path("/", name)
        kind = ["--symlink", f"usr/{name}"] if root.is_symlink() else ["--ro-bind-try", str(root)]
        words += [*kind, str(root)]
    for path in ("/tmp", "/run", "/var/lib/corosync"):  # noqa: S108 - its own, in memory
        words += ["--size", str(MOST_WRITTEN), "--tmpfs", path]
    words += ["--dev", "/dev", "--ro-bind", str(tree), INSIDE, "--chdir", INSIDE]
    return [*words, "--ro-bind", program, program, "--remount-ro", "/", "--"]


def prove() -> None:
    """See that a room can be made here.

    Raises:
        AuditError: bubblewrap is missing, or this machine does not let it make namespaces.
    """
    for name in ("bwrap", "prlimit"):
        if not shutil.which(name):
            raise AuditError(f"checkers are run in a sandbox only, and {name} is not here", try_this=_INSTALL)
    said = run(["/usr/bin/true"], Path("/usr/lib"))
    if said.code:
        reason = said.text.strip().splitlines()[-1:] or [f"it ended with {said.code}"]
        raise AuditError(
            f"checkers are run in a sandbox only, and bubblewrap makes none here: {reason[0]}",
            try_this="allow user namespaces on this machine, or leave --with-programs out",
        )


_INSTALL = "apt-get install bubblewrap util-linux, or leave --with-programs out"


def run(argv: Sequence[str], tree: Path) -> Said:
    """Run a program in a closed room.

    Raises:
        OSError: it cannot be started.
        subprocess.TimeoutExpired: it took longer than ``LONGEST`` and was ended.
    """
    program = shutil.which(argv[0]) or argv[0]
    with TemporaryFile() as out:
        done = subprocess.run(
            [*walls(tree, program), program, *argv[1:]],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            timeout=LONGEST,
            check=False,
        )
        out.seek(0)
        return Said(done.returncode, out.read(MOST_HEARD).decode(errors="replace"))
