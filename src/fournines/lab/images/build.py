"""Filling a tree with packages and turning it into an image. Nothing here knows where images are kept."""

from __future__ import annotations

import os
import re
import subprocess
import time
from typing import TYPE_CHECKING

from fournines.errors import LabError
from fournines.kit.release import SUITE
from fournines.lab.images.recipe import DPKG_OPTIONS, LEFT_ENABLED, MASKED, NOT_IN_AN_IMAGE
from fournines.lab.shell import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from fournines.lab.images.recipe import Recipe

_KEEP_SYSTEMD = (
    'mkdir -p "$1"/etc/apt/preferences.d && printf "'
    f"Package: src:systemd\\nPin: release n={SUITE}\\nPin-Priority: 1001\\n\\n"
    f"Package: *\\nPin: release n={SUITE}\\nPin-Priority: 100\\n"
    '" > "$1"/etc/apt/preferences.d/fournines'
)
"""An image of another suite keeps the present one's systemd: from 258 on it refuses cgroups of version 1."""

_SECONDS = 600.0
"""For systemctl on a tree, which reads every unit of it: no build is lost to a busy minute."""
_COUNTED = re.compile(r"^(Get:\d+|Unpacking|Setting up) ")


def mmdebstrap_argv(
    recipe: Recipe, target: Path, debs: Path, options: Iterable[str], *, variant: str = "minbase"
) -> list[str]:
    """The command that fills ``target``; the repositories go to its standard input.

    The cache of .deb files is bound into the tree while it is built, and unbound before apt's caches are
    emptied. All of it runs in a mount and PID namespace of its own and dies with its caller, so that
    killing that one at any moment leaves no mount and no process.
    """
    apt = ('APT::Install-Recommends "false"', 'Acquire::Languages "none"', *options)
    archives = '"$1"/var/cache/apt/archives'
    return [
        *("setpriv", "--pdeathsig", "KILL"),
        *("unshare", "--mount", "--propagation", "private"),
        *("--pid", "--fork", "--kill-child", "--mount-proc"),
        *("mmdebstrap", "--verbose", "--mode=root", f"--variant={variant}", "--format=directory"),
        f"--include={','.join(recipe.packages)}",
        *(f"--aptopt={option}" for option in apt),
        *(f"--dpkgopt={option}" for option in DPKG_OPTIONS if variant != "extract"),  # a filter per package
        *([] if recipe.suite == SUITE else [f"--setup-hook={_KEEP_SYSTEMD}"]),
        "--skip=download/empty,essential/unlink",
        f"--setup-hook=mkdir -p {archives} && mount --bind {debs} {archives}",
        f"--customize-hook=umount {archives}",
        recipe.suite,
        str(target),
        "-",
    ]


def units_to_disable(listing: str) -> tuple[str, ...]:
    """Those units of ``systemctl list-unit-files --state=enabled`` that must not start by themselves."""
    names = (line.split()[0] for line in listing.splitlines() if line.strip())
    return tuple(sorted(name for name in names if name not in LEFT_ENABLED))


def counted(line: str) -> str | None:
    """The kind of progress a line of apt's or dpkg's output reports, or None."""
    match = _COUNTED.match(line)
    if match is None:
        return None
    return "downloaded" if line.startswith("Get:") else match.group(1).lower().replace("setting", "set")


def run_logged(
    argv: list[str],
    stdin: str,
    log: Path,
    progress: Callable[[str], None],
    lock: int,
    *,
    what: str = "building the image",
) -> None:
    """Run a build, keep what it says in ``log``, and report how far it is every two seconds.

    The build inherits the lock, so that the next one waits until this one is really dead.
    """
    counts = {"downloaded": 0, "unpacking": 0, "set up": 0}
    told = time.monotonic()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LC_") and k != "LANG"}
    environment |= {"LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    with (
        log.open("w", encoding="utf-8") as file,
        subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment,
            pass_fds=(lock,),
        ) as build,
    ):
        assert build.stdin is not None  # noqa: S101 - mypy cannot know what PIPE makes it
        assert build.stdout is not None  # noqa: S101
        build.stdin.write(stdin)
        build.stdin.close()
        for line in build.stdout:
            file.write(line)
            if (kind := counted(line)) is not None:
                counts[kind] += 1
            if time.monotonic() - told > 2:  # noqa: PLR2004 - seconds
                told = time.monotonic()
                progress(f"{what}: packages " + ", ".join(f"{v} {k}" for k, v in counts.items()))
    if build.returncode:
        tail = "".join(log.read_text(encoding="utf-8").splitlines(keepends=True)[-8:]).strip()
        raise LabError(f"{what} failed:\n{tail}", where=str(log))


def finish(root: Path) -> None:
    """Turn a freshly installed tree into an image: nothing starts, nothing identifies, nothing is ours."""
    systemctl = ["systemctl", f"--root={root}"]
    listing = [*systemctl, "list-unit-files", "--state=enabled", "--no-legend", "--no-pager"]
    if units := units_to_disable(run(listing, timeout=_SECONDS).stdout):
        run([*systemctl, "disable", *units], timeout=_SECONDS)
    run([*systemctl, "mask", *MASKED], timeout=_SECONDS)
    run([*systemctl, "enable", "ssh.service", "systemd-networkd.service"], timeout=_SECONDS)
    for pattern in NOT_IN_AN_IMAGE:
        for path in root.glob(pattern):
            path.unlink()
    (root / "etc/machine-id").write_text("", encoding="ascii")
    (root / "var/lib/dbus/machine-id").unlink(missing_ok=True)
    (root / "etc/hostname").unlink(missing_ok=True)
    resolv = root / "etc/resolv.conf"
    resolv.unlink(missing_ok=True)
    resolv.write_text("# a lab has no name server; /etc/hosts is the site's\n", encoding="ascii")
    for directory in ("etc", "var"):
        # newer than /usr: otherwise every host rebuilds caches on its first boot (systemd-update-done(8))
        (root / directory / ".updated").touch()
    drop_in = root / "etc/systemd/system.conf.d/lab.conf"
    drop_in.parent.mkdir(parents=True, exist_ok=True)
    # 90 s is systemd's default: one daemon that ignores SIGTERM would hold up a clean power-off that long
    drop_in.write_text("[Manager]\nDefaultTimeoutStopSec=10s\n", encoding="ascii")
