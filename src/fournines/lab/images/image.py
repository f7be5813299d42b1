"""Host images: a Debian tree with a site's packages, built once and shared by every lab that wants it.

An image is known by the digest of its recipe and lies under ``/var/cache/fournines/images/<digest>``.
It is built beside that place and renamed into it when complete, so whatever has the name is whole; what
an interrupted build left is swept by the next one. Hosts never write to it: each has an overlay.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from fournines.errors import LabError
from fournines.lab.images.sources import SUITE
from fournines.lab.shell import need_root, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from fournines.lab.images.sources import AptSource

CACHE = Path("/var/cache/fournines")

RECIPE = 1
"""Raised whenever the way an image is made changes, so that old ones are not taken for new ones."""

BASE = (
    "ca-certificates",
    "dbus",
    "iproute2",
    "iputils-arping",
    "iputils-ping",
    "less",
    "libpam-systemd",
    "openssh-server",
    "procps",
    "python3",
    "python3-minimal",
    "systemd",
    "systemd-sysv",
)
"""What makes a host that boots, can be reached by SSH and can be looked into."""

LEFT_ENABLED = frozenset(
    {
        "getty@.service",
        "logrotate.timer",
        "remote-fs.target",
        "ssh.service",
        "systemd-networkd.service",
        "systemd-networkd.socket",
        "systemd-networkd-wait-online.service",
    }
)
"""Units that start by themselves on a fresh host. Debian's packages enable their daemons; on a host of
a site nothing runs before it is configured, so all others are disabled and the deployer enables them."""

MASKED = (
    "systemd-udevd.service",  # a container's devices are the manager's business
    "console-getty.service",  # nobody sits at the console
)

NOT_IN_AN_IMAGE = (
    "etc/rc[S2345].d/S*",  # daemons that have an init script only; unit files do not need these links
    "etc/ssh/ssh_host_*",  # every host makes its own
    "etc/iscsi/initiatorname.iscsi",
    "etc/apt/apt.conf.d/99mmdebstrap",  # how the building machine reaches its mirror
)

DPKG_OPTIONS = (
    "force-unsafe-io",  # an interrupted build is thrown away whole: no fsync per file
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/locale/*",
    "path-exclude=/usr/share/info/*",
)

_KEEP_SYSTEMD = (
    'mkdir -p "$1"/etc/apt/preferences.d && printf "'
    f"Package: src:systemd\\nPin: release n={SUITE}\\nPin-Priority: 1001\\n\\n"
    f"Package: *\\nPin: release n={SUITE}\\nPin-Priority: 100\\n"
    '" > "$1"/etc/apt/preferences.d/fournines'
)
"""An image of another suite keeps the present one's systemd: from 258 on it refuses cgroups of version 1."""

_COUNTED = re.compile(r"^(Get:\d+|Unpacking|Setting up) ")


@dataclass(frozen=True, slots=True)
class Recipe:
    """What an image is made from; equal recipes make equal images as far as the archive stands still."""

    packages: tuple[str, ...]
    suite: str = SUITE

    @classmethod
    def of(cls, packages: Iterable[str], suite: str = SUITE) -> Recipe:
        """The recipe for hosts with these packages besides the base, from another suite if one is named."""
        return cls(tuple(sorted({*BASE, *packages})), suite)

    @property
    def digest(self) -> str:
        """Sixteen hex digits that name the image."""
        rules = [sorted(LEFT_ENABLED), MASKED, NOT_IN_AN_IMAGE, DPKG_OPTIONS]
        text = json.dumps([RECIPE, self.suite, self.packages, rules])
        return sha256(text.encode()).hexdigest()[:16]


def tree(recipe: Recipe, cache: Path = CACHE) -> Path:
    """Where the image's file tree is, once it is built."""
    return cache / "images" / recipe.digest / "tree"


def ensure(
    recipe: Recipe,
    sources: Callable[[], tuple[tuple[AptSource, ...], tuple[str, ...]]],
    progress: Callable[[str], None],
    cache: Path = CACHE,
) -> Path:
    """The image's tree, built first when it is not there; several callers at once build it once.

    ``sources`` is asked for (repositories, apt options) only when something has to be downloaded.

    Raises:
        LabError: this process is not root's, or the build failed; its log is named.
    """
    done = tree(recipe, cache)
    if done.is_dir():
        progress(aged(recipe.digest, time.time() - done.parent.stat().st_mtime))
        return done
    need_root()
    (cache / "images").mkdir(parents=True, exist_ok=True)
    (cache / "debs").mkdir(parents=True, exist_ok=True)
    with _alone(cache / "images" / ".lock", progress) as lock:
        if not done.is_dir():
            _build(recipe, sources(), progress, cache, lock=lock)
    return done


def aged(digest: str, seconds: float) -> str:
    """How old a cached image is: it hides what the archive has brought since."""
    days = round(seconds / 86400)
    old = "of today" if days < 1 else f"{days} day{'' if days == 1 else 's'} old"
    return f"image {digest} is {old}"


@dataclass(frozen=True, slots=True)
class Built:
    """An image in the cache."""

    digest: str
    packages: tuple[str, ...]
    seconds: float
    path: Path


def built(cache: Path = CACHE) -> tuple[Built, ...]:
    """The images in the cache, oldest first."""
    whole = (path for path in (cache / "images").glob("[!.]*/recipe.json") if not path.parent.is_symlink())
    found = sorted(whole, key=lambda path: path.stat().st_mtime)
    facts = [(path.parent, json.loads(path.read_text(encoding="utf-8"))) for path in found]
    return tuple(Built(p.name, tuple(f["packages"]), f["seconds"], p) for p, f in facts)


def delete(unwanted: Built) -> None:
    """Remove an image from the cache; interrupted, it leaves something that the next build sweeps."""
    doomed = unwanted.path.with_name(f".building-{unwanted.digest}")
    with _alone(unwanted.path.with_name(".lock"), lambda _: None):
        unwanted.path.with_name(f"{unwanted.digest}.log").unlink(missing_ok=True)
        unwanted.path.rename(doomed)
        shutil.rmtree(doomed)


def mmdebstrap_argv(recipe: Recipe, target: Path, debs: Path, options: Iterable[str]) -> list[str]:
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
        *("mmdebstrap", "--verbose", "--mode=root", "--variant=minbase", "--format=directory"),
        f"--include={','.join(recipe.packages)}",
        *(f"--aptopt={option}" for option in apt),
        *(f"--dpkgopt={option}" for option in DPKG_OPTIONS),
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


def _build(
    recipe: Recipe,
    sources: tuple[tuple[AptSource, ...], tuple[str, ...]],
    progress: Callable[[str], None],
    cache: Path,
    *,
    lock: int,
) -> None:
    repositories, options = sources
    images = cache / "images"
    for leftover in images.glob(".building-*"):
        progress(f"sweeping an interrupted build, {leftover.name}")
        shutil.rmtree(leftover)
    building = images / f".building-{recipe.digest}"
    building.mkdir()
    started = time.monotonic()
    log = images / f"{recipe.digest}.log"
    lines = "".join(source.one_line() + "\n" for source in repositories)
    argv = mmdebstrap_argv(recipe, building / "tree", cache / "debs", options)
    _run_logged(argv, lines, log, progress, lock)
    finish(building / "tree")
    took = time.monotonic() - started
    facts = {"suite": recipe.suite, "packages": recipe.packages, "seconds": round(took, 1)}
    (building / "recipe.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    os.sync()
    building.rename(images / recipe.digest)
    progress(f"image {recipe.digest} built in {took:.0f} s")


def _run_logged(argv: list[str], stdin: str, log: Path, progress: Callable[[str], None], lock: int) -> None:
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
                progress("building the image: packages " + ", ".join(f"{v} {k}" for k, v in counts.items()))
    if build.returncode:
        tail = "".join(log.read_text(encoding="utf-8").splitlines(keepends=True)[-8:]).strip()
        raise LabError(f"building the image failed:\n{tail}", where=str(log))


def finish(root: Path) -> None:
    """Turn a freshly installed tree into an image: nothing starts, nothing identifies, nothing is ours."""
    systemctl = ["systemctl", f"--root={root}"]
    enabled = run([*systemctl, "list-unit-files", "--state=enabled", "--no-legend", "--no-pager"]).stdout
    if units := units_to_disable(enabled):
        run([*systemctl, "disable", *units])
    run([*systemctl, "mask", *MASKED])
    run([*systemctl, "enable", "ssh.service", "systemd-networkd.service"])
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


@contextmanager
def _alone(lock: Path, progress: Callable[[str], None]) -> Iterator[int]:
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("waiting for another build to finish")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()
