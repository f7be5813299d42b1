"""What each unit was last started with: one small JSON file per unit, written after the start succeeded."""

from __future__ import annotations

import json
from typing import Any

from fournines.engine.agent.durable import HOME, private_folder, under, write_atomically

OUTDATED = "outdated"
"""In place of a digest: no digest is ever equal to it."""


def stamps(root: str) -> dict[str, Any]:
    """The stamp of every unit that has a readable one."""
    found: dict[str, Any] = {}
    for path in (under(root, HOME) / "stamps").glob("[!.]*.json"):
        try:
            found[path.name[: -len(".json")]] = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            continue  # unreadable is the same as none: the unit is started once more
    return found


def write_stamps(root: str, wanted: dict[str, Any]) -> None:
    """Write (or with None remove) the stamps of these units."""
    folder = private_folder(root, "stamps")
    for unit, stamp in wanted.items():
        path = folder / f"{unit}.json"
        if stamp is None:
            path.unlink(missing_ok=True)
        else:
            write_atomically(path, json.dumps(stamp).encode(), mode=0o600)


def outdate(root: str, units: list[str]) -> None:
    """Note that files are about to change under these units; those never started by us stay without stamp.

    It happens before the first rename, so that a run killed after it is made up for by a restart.
    """
    known = stamps(root)
    marked = {
        unit: {**known[unit], "restart": OUTDATED, "reload": OUTDATED} for unit in units if unit in known
    }
    write_stamps(root, marked)
