"""The programs that read our files, asked for their opinion: this machine's, or those of a lab's image."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from fournines.kit.release import SUITE

IMAGES = Path("/var/cache/fournines/images")
_IN_IMAGE = """\
set -e
root=$1
shift
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mount -t proc proc "$root/proc"
mkdir "$root/run/haproxy"
tar -x -C "$root/run" -f -
ip link add eth0 type veth peer name peer0
exec chroot "$root" "$@"
"""
"""Read-only, in namespaces of its own: hosts of a lab may be living on the same tree."""


def images_with(program: str) -> list[Path]:
    """The trees of the lab images that have this program, when this process may enter them.

    Only those of the suite that sites are built on: a canary's images are of the next one.
    """
    if os.geteuid() != 0 or not IMAGES.is_dir():
        return []
    beside = (path / "tree" for path in sorted(IMAGES.iterdir()) if not path.name.startswith("."))
    where = program.lstrip("/") if program.startswith("/") else f"usr/sbin/{program}"
    trees = (tree for tree in beside if (tree / where).exists())  # the logs of builds lie there too
    return [tree for tree in trees if SUITE in (tree / "etc/os-release").read_text(encoding="utf-8")]


def image_with(program: str) -> Path | None:
    """The first of them."""
    return next(iter(images_with(program)), None)


def opinion(
    argv: list[str], files: Mapping[str, str], folder: Path, *, program: str | None = None
) -> subprocess.CompletedProcess[str]:
    """What a program says of files; their names are relative to ``/run``, where it finds them.

    ``program`` names it where ``argv`` begins with another, a shell.

    Skips the test, saying why, where neither this machine nor a lab image has the program.
    """
    tree = image_with(program or argv[0])
    if tree is None:
        pytest.skip(f"no lab image with {program or argv[0]} here, or not root: nines lab up makes one")
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        path.chmod(0o600 if name.endswith(".pem") else 0o644)
    tar = subprocess.run(["tar", "-c", "-C", folder, "."], check=True, capture_output=True).stdout
    unshare = shutil.which("unshare") or "unshare"
    done = subprocess.run(
        [unshare, "--mount", "--net", "--pid", "--fork", "sh", "-c", _IN_IMAGE, "sh", str(tree), *argv],
        input=tar,
        capture_output=True,
        check=False,
        timeout=300,
    )
    return subprocess.CompletedProcess(
        argv, done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    )
