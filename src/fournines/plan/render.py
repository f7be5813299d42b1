"""Every file of every host as it would lie on disk, without touching a host."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fournines.files import whole_folder
from fournines.kit.step import File
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


def write(plan: Plan, directory: Path) -> int:
    """Write ``directory/HOST/path`` for every file; returns how many. Modes are kept, owners are not.

    Raises:
        FileError: the directory is not empty, or something could not be written; nothing is left there.
    """
    count = 0
    with whole_folder(directory) as folder:
        for one in rendered(plan):
            target = folder / one.host / one.file.path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch(mode=0o600)
            target.write_bytes(one.file.data)
            target.chmod(one.file.mode)
            count += 1
    return count
