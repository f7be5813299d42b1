"""Every file of every host as it would lie on disk, without touching a host."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fournines.files import whole_folder
from fournines.kit.family import Family
from fournines.kit.step import Account, File, Packages, Step, Unit
from fournines.plan.model import Plan


@dataclass(frozen=True, slots=True)
class Rendered:
    """One file of one host."""

    host: str
    file: File


def rendered(plan: Plan) -> Iterator[Rendered]:
    """The files of the plan, host by host, in the order in which they would be written."""
    for host in plan.context.site.hosts:
        for phase in plan.phases:
            for step in phase.steps.get(host, ()):
                if isinstance(step, File):
                    yield Rendered(host, step)


def write(plan: Plan, directory: Path, family: Family = Family.DEBIAN) -> int:
    """Write ``directory/HOST/path`` for every file; returns how many. Modes are kept, owners are not.

    For another family than Debian's ``directory/HOST.names`` says what the host has beside its files.

    Raises:
        FileError: the directory is not empty, or something could not be written; nothing is left there.
    """
    count = 0
    with whole_folder(directory) as folder:
        made = {str(folder)}
        for one in rendered(plan):
            path = f"{folder}/{one.host}{one.file.path}"
            _make_folders(path.rpartition("/")[0], made)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as stream:
                stream.write(one.file.data)
                os.fchmod(handle, one.file.mode)
            count += 1
        if family is not Family.DEBIAN:
            for host, lines in named(plan).items():
                (folder / f"{host}.names").write_text(lines)
    return count


def named(plan: Plan) -> Mapping[str, str]:
    """What each host has beside its files, in lines: packages, accounts of ours, units and how they are.

    Among the packages are those whose programs units run: on Debian others bring them along.
    """
    lines: dict[str, set[str]] = {host: set() for host in plan.context.site.hosts}
    for phase in plan.phases:
        for host, steps in phase.steps.items():
            lines[host].update(line for step in steps for line in _named(step))
    return {host: "".join(f"{line}\n" for line in sorted(found)) for host, found in lines.items()}


_HOW = {True: "runs", False: "off", None: "left to the cluster manager"}


def _named(step: Step) -> Iterator[str]:
    match step:
        case Packages(names=names):
            yield from (f"package {name}" for name in names)
        case Account(name=name):
            yield f"account {name}"
        case Unit(name=name, running=running, packages=packages):
            yield from (f"package {one}" for one in packages)
            yield f"unit {name}: {_HOW[running]}"


def _make_folders(folder: str, made: set[str]) -> None:
    """Make a folder and those above it, each once: a thousand hosts have 9,000 files in as many folders."""
    if folder not in made:
        _make_folders(folder.rpartition("/")[0], made)
        os.mkdir(folder)  # noqa: PTH102 - a Path costs more than the folder
        made.add(folder)
