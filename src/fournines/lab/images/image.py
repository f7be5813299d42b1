"""Host images: Debian trees with a site's packages, built once and shared by every lab that wants one.

An image lies under ``/var/cache/fournines/images/RECIPE-CONTENTS``: the digest of what it was asked to hold,
and of the versions it does hold. Where the archive has moved on, the next one is built beside it; those that
labs stand on stay. It is built elsewhere and renamed when complete, so whatever has the name is whole; what
an interrupted build left is swept by the next one. Hosts never write to it: each has an overlay.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fournines.errors import LabError
from fournines.kit.listed import first_few
from fournines.lab.images.archive import Archive, contents, installed
from fournines.lab.images.build import finish, mmdebstrap_argv, run_logged
from fournines.lab.shell import need_root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from fournines.lab.images.recipe import Recipe
    from fournines.lab.images.sources import AptSource

CACHE = Path("/var/cache/fournines")

Sources = tuple[tuple["AptSource", ...], tuple[str, ...]]
"""Repositories, and the apt options to reach them with."""


def ensure(
    recipe: Recipe,
    sources: Callable[[], Sources],
    progress: Callable[[str], None],
    cache: Path = CACHE,
    *,
    as_cached: bool = False,
) -> Path:
    """The tree of an image that holds what the archive has now; several callers at once build it once.

    A cached one is taken where apt would upgrade nothing in it; also where the archive cannot be asked, or
    ``as_cached`` says not to ask, which is told.

    Raises:
        LabError: this process is not root's, or the build failed; its log is named.
    """
    found = _current(recipe, sources, progress, cache, as_cached=as_cached)
    if found is not None:
        return found / "tree"
    need_root()
    (cache / "images").mkdir(parents=True, exist_ok=True)
    (cache / "debs").mkdir(parents=True, exist_ok=True)
    before = _cached(recipe, cache)
    with alone(cache / "images" / ".lock", progress) as lock:
        for built_meanwhile in (one for one in _cached(recipe, cache) if one not in before):
            return built_meanwhile / "tree"
        return _build(recipe, sources(), progress, cache, lock=lock) / "tree"


def lacking(suite: str, names: Sequence[str], sources: Sources, cache: Path = CACHE) -> tuple[str, ...]:
    """Which of these packages a suite does not have now.

    Raises:
        LabError: the archive was not reached.
    """
    repositories, options = sources
    own = tuple(source for source in repositories if source.suite.startswith(suite))
    archive = Archive(cache / "archive" / f"{suite}-alone", own, options)
    cache.mkdir(parents=True, exist_ok=True)
    with alone(cache / f".archive-{suite}.lock", lambda _: None):
        archive.look()
        return archive.lacks(names)


def _cached(recipe: Recipe, cache: Path) -> list[Path]:
    """The images of a recipe, newest first. The first ones had its digest alone as their name."""
    found = [path.parent for path in (cache / "images").glob(f"{recipe.digest}*/tree")]
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def _current(
    recipe: Recipe,
    sources: Callable[[], Sources],
    progress: Callable[[str], None],
    cache: Path,
    *,
    as_cached: bool,
) -> Path | None:
    """A cached image that is as good as a new one, or as good as can be known; None: one must be built."""
    cached = _cached(recipe, cache)
    if not cached:
        return None
    age = aged(cached[0].name, time.time() - cached[0].stat().st_mtime)
    if as_cached:
        progress(f"{age}; whether the archive has newer packages was not asked")
        return cached[0]
    try:
        archive = Archive(cache / "archive" / recipe.suite, *sources())
        with alone(cache / f".archive-{recipe.suite}.lock", progress, "another look at the archive"):
            archive.look()
            newer = {image: archive.upgrades(image / "tree") for image in cached}
    except (LabError, OSError) as error:
        what = error.what if isinstance(error, LabError) else str(error)
        progress(f"{age}; whether the archive has newer packages is not known: {what.splitlines()[0]}")
        return cached[0]
    for image in (one for one, upgrades in newer.items() if not upgrades):
        progress(f"image {image.name} holds what the archive has now")
        return image
    progress(f"{age}; the archive has {first_few(newer[cached[0]])}")
    return None


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
    with alone(unwanted.path.with_name(".lock"), lambda _: None):
        unwanted.path.with_name(f"{unwanted.digest}.log").unlink(missing_ok=True)
        unwanted.path.rename(doomed)
        shutil.rmtree(doomed)


def _build(
    recipe: Recipe,
    sources: Sources,
    progress: Callable[[str], None],
    cache: Path,
    *,
    lock: int,
) -> Path:
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
    run_logged(argv, lines, log, progress, lock)
    finish(building / "tree")
    took = time.monotonic() - started
    facts = {"suite": recipe.suite, "packages": recipe.packages, "seconds": round(took, 1)}
    (building / "recipe.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    os.sync()
    image = images / f"{recipe.digest}-{contents(installed(building / 'tree'))}"
    if image.exists():  # the same versions after all: apt does not install afresh what it would upgrade
        shutil.rmtree(building)
    else:
        building.rename(image)
    progress(f"image {image.name} built in {took:.0f} s")
    return image


@contextmanager
def alone(lock: Path, progress: Callable[[str], None], other: str = "another build") -> Iterator[int]:
    """Hold a lock of the cache, after a word on whom one waits for; the lock's descriptor."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(f"waiting for {other} to finish")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()
