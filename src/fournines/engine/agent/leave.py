"""Taking away what was claimed and is wanted no longer. Can be killed anywhere and run again."""

from __future__ import annotations

import os
from typing import Any

from fournines.engine.agent.claims import RAN_BEFORE, Claim, claims, drop, keep_previous, put_back
from fournines.engine.agent.durable import sync_folder, under
from fournines.engine.agent.facts import units_seen
from fournines.engine.agent.process import run
from fournines.engine.agent.stamps import write_stamps
from fournines.engine.agent.tree import UNIT_FOLDERS, reload_units

_SECONDS = 300.0
_ON_AT_BOOT = frozenset({"enabled", "enabled-runtime", "linked", "linked-runtime"})


def leave(root: str, leaving: list[Claim]) -> list[dict[str, Any]]:
    """Take these away, in the order given but units first; returns those of them that were still claimed.

    Units are stopped and do not start at boot; files make room for their originals, and their last version is
    kept; folders go when nothing is in them; kernel parameters become what they were. A unit that ran before
    fournines came runs again, with the files it had.

    Raises:
        RuntimeError: systemd would not, or the kernel; what has left by then is still claimed.
    """
    claimed = {(one["kind"], one["subject"]): one for one in claims(root) or ()}
    found = [claimed[key] for one in leaving if (key := (one["kind"], one["subject"])) in claimed]
    units = [one["subject"] for one in found if one["kind"] == "unit"]
    before = [one["subject"] for one in found if one["kind"] == "unit" and one["was"] == RAN_BEFORE]
    _stop([unit for unit in units if unit not in before])
    files = [one["subject"] for one in found if one["kind"] == "file"]
    for path in files:
        _remove(root, path)
    folders = [one["subject"] for one in found if one["kind"] == "directory"]
    for path in sorted(folders, key=lambda folder: -folder.count("/")):
        _remove_if_empty(root, path)
    _kernel({one["subject"]: one["was"] for one in found if one["kind"] == "sysctl" and one["was"]})
    if any(path.startswith(UNIT_FOLDERS) for path in files):
        reload_units()
    if before:
        _systemctl("restart", before)
    write_stamps(root, dict.fromkeys(units))
    drop(root, found)
    return [{"kind": one["kind"], "subject": one["subject"]} for one in found]


def _stop(units: list[str]) -> None:
    """Stop them all in one go, so that no socket starts again what has just been stopped."""
    seen = units_seen(units)
    _systemctl("stop", [unit for unit in units if seen[unit]["active"] not in {"inactive", "failed", ""}])
    _systemctl("reset-failed", [unit for unit in units if seen[unit]["active"] == "failed"])
    # With the links of its script of the old kind: once our unit is gone, that would be started at boot.
    _systemctl("disable", [unit for unit in units if seen[unit]["enabled"] in _ON_AT_BOOT])


def _systemctl(verb: str, units: list[str]) -> None:
    if not units:
        return
    ran = run(["systemctl", verb, *units], timeout=_SECONDS)
    if ran.code != 0:
        raise RuntimeError(f"systemctl {verb} {' '.join(units)}: {ran.said[-2000:]}")


def _remove(root: str, name: str) -> None:
    path = under(root, name)
    if path.is_dir() and not path.is_symlink():
        return  # somebody made something else of it
    if not put_back(root, name) and os.path.lexists(path):
        keep_previous(root, name)
        path.unlink()
        sync_folder(path.parent)


def _remove_if_empty(root: str, name: str) -> None:
    path = under(root, name)
    if path.is_dir() and not path.is_symlink() and not any(path.iterdir()):
        path.rmdir()
        sync_folder(path.parent)


def _kernel(values: dict[str, str]) -> None:
    if not values:
        return
    ran = run(["sysctl", "--quiet", "--write", *(f"{key}={value}" for key, value in values.items())])
    if ran.code != 0:
        raise RuntimeError(f"sysctl --write: {ran.said}")
