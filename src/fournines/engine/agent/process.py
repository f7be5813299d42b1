"""Running other programs on the host, bounded in time."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
from contextlib import suppress
from typing import NamedTuple

NOT_FOUND = 127
"""The exit code of a shell for a program that is not there; ours too."""
TIMED_OUT = 124
"""The exit code of timeout(1) for a program that had to be ended; ours too."""

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Ran(NamedTuple):
    """How a program ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def said(self) -> str:
        """What it wrote, errors last."""
        return "\n".join(part.strip() for part in (self.stdout, self.stderr) if part.strip())


def run(
    argv: list[str], *, stdin: str = "", timeout: float = 60.0, user: str = "root", path: str = _PATH
) -> Ran:
    """Run a program to its end; after ``timeout`` seconds it is killed, with its children."""
    env = environment(user, path)
    if user != "root":
        argv = ["runuser", "-u", user, "--", *argv]
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        return Ran(NOT_FOUND, "", f"{argv[0]}: {error.strerror}")
    try:
        out, err = process.communicate(stdin.encode(), timeout=timeout)
    except subprocess.TimeoutExpired:
        _kill_group(process.pid)
        out, err = process.communicate()
        late = f"\nstopped after {timeout:g} s".encode()
        return Ran(TIMED_OUT, _text(out), _text(err + late))
    return Ran(process.returncode, _text(out), _text(err))


def environment(user: str, path: str = _PATH) -> dict[str, str]:
    """All that a program finds in its environment."""
    return {"PATH": path, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "HOME": _home(user)}


def _home(user: str) -> str:
    try:
        return pwd.getpwnam(user).pw_dir
    except KeyError:
        return "/"


def _kill_group(leader: int) -> None:
    with suppress(ProcessLookupError):  # it may have ended in the meantime
        os.killpg(leader, signal.SIGKILL)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
