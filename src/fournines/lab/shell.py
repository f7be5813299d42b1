"""Running a program of the machine the lab is on: one place, so that failures read the same."""

from __future__ import annotations

import os
import shlex
import subprocess
from typing import TYPE_CHECKING

from fournines.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Sequence

TIMEOUT = 60.0
"""Seconds; every program called through here answers in a fraction of one."""

CLEAN = (
    "-i",
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME=/root",
    "LC_ALL=C.UTF-8",
)
"""For env(1): what a command inside a host gets; nothing of the machine's own environment leaks in."""


def run(
    argv: Sequence[str], *, stdin: str = "", check: bool = True, timeout: float = TIMEOUT
) -> subprocess.CompletedProcess[str]:
    """The finished program with its output.

    Raises:
        LabError: it is not installed, did not finish in ``timeout`` seconds, or (with ``check``) failed.
    """
    try:
        done = subprocess.run(
            argv, input=stdin, capture_output=True, text=True, errors="replace", timeout=timeout, check=False
        )
    except FileNotFoundError as missing:
        raise LabError(
            f"{argv[0]} is not installed", try_this="the packages a lab needs are listed in docs/lab.md"
        ) from missing
    except subprocess.TimeoutExpired as late:
        raise LabError(f"{shlex.join(argv)} did not finish within {timeout:g} s") from late
    if check and done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise LabError(f"{shlex.join(argv)} failed with exit code {done.returncode}: {said}")
    return done


def need_root() -> None:
    """Return only when this process may make namespaces, mounts and cgroups.

    Raises:
        LabError: this process is not root's.
    """
    if os.geteuid() != 0:
        raise LabError(
            "a lab is made of namespaces and mounts, which only root can make", try_this="use sudo"
        )
