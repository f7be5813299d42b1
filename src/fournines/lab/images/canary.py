"""What a coming Debian would break: its packages asked, before a site meets them.

An image of another suite is asked everything the components rely on, and its programs read every file that
would be written. systemd stays the present release's: from 258 on it refuses cgroups of version 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fournines.components import registered
from fournines.engine.asking.relied import examine, notes
from fournines.engine.desired import entry
from fournines.engine.wire.remote import call
from fournines.errors import HostError
from fournines.kit.step import Account, Directory, File, Step
from fournines.lab.images.inside import InsideImage

if TYPE_CHECKING:
    from fournines.plan.model import Plan

_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a suite would break, what is merely new in it, and how many files its programs accepted."""

    broken: tuple[str, ...]
    notes: tuple[str, ...]
    accepted: int


async def outlook(plan: Plan, tree: Path, layer: Path, without: frozenset[str] = frozenset()) -> Outlook:
    """Ask the image everything; files of components whose packages are ``without`` are left out.

    ``layer`` is an empty folder on the same kind of file system as the image, not on an overlay.
    """
    inside = InsideImage(tree, layer)
    relies = [relied for component in registered().values() for relied in component.relies]
    found = await examine(inside, {"image": relies})
    broken = [complaint for one in found for complaint in one.complaints]
    accepted = 0
    for phase in plan.phases:
        for host, steps in phase.steps.items():
            wanted = [s for s in steps if isinstance(s, File | Directory) and not _of(s, without)]
            await _accounts(inside, steps)
            refused = await _refused(inside, host, wanted)
            broken += refused
            accepted += sum(1 for s in wanted if isinstance(s, File) and s.validate) - len(refused)
    return Outlook(tuple(dict.fromkeys(broken)), notes(found), accepted)


def _of(step: File | Directory, without: frozenset[str]) -> bool:
    """Whether a file belongs to software that is not there."""
    return any(f"/{name}/" in f"{step.path}/" for name in without)


async def _accounts(inside: InsideImage, steps: Iterable[Step]) -> None:
    for step in steps:
        if isinstance(step, Account):
            await inside.run("image", ("useradd", "--system", step.name))


async def _refused(inside: InsideImage, host: str, steps: Sequence[File | Directory]) -> list[str]:
    """What the image's programs say against files; those they accept are written into the layer."""
    if not steps:
        return []
    request: Mapping[str, object] = {
        "do": ["stage", "commit"],
        "id": "canary",
        "entries": [entry(step) for step in steps],
        "outdate": [],
        "reload": False,  # no systemd runs in an image
    }
    try:
        response = await call(inside, host, request, timeout=_SECONDS)
    except HostError as error:
        return [f"{host}: {error.what}"]
    return [
        f"{host}: {rejection['argv'][0]} refuses {rejection['path']}: {rejection['said'].strip()}"
        for rejection in response.get("rejections", ())
    ]
