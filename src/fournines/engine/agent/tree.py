"""Installing a file tree: stage everything, let the programs judge it, then rename it into place.

Two halves, so that no host changes a file before every host's programs have accepted theirs:
``stage`` writes and validates, ``commit`` renames. Each can be killed anywhere and run again.
"""

from __future__ import annotations

import base64
import errno
import json
import os
import shutil
from pathlib import Path
from typing import Any

from fournines.engine.agent.claims import drop, keep_previous
from fournines.engine.agent.durable import (
    HOME,
    private_folder,
    sync_folder,
    under,
    write_atomically,
    write_durably,
)
from fournines.engine.agent.ownership import ids
from fournines.engine.agent.process import run

STAGED = "{}"
_MANIFEST = "manifest.json"
_VALIDATE_SECONDS = 60.0
_RELOAD_SECONDS = 120.0
UNIT_FOLDERS = ("/etc/systemd/system/", "/usr/lib/systemd/system/", "/lib/systemd/system/")

Entry = dict[str, Any]


def stage(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Write every file into a 0700 folder, validate each, and note in the end that the stage is complete.

    Returns the rejections; with any, the stage is gone and nothing on the host has changed.
    """
    entries = request["entries"]
    folder = _fresh_stage(request.get("root", "/"), request["id"])
    for entry in entries:
        if entry["kind"] == "file":
            staged = _staged(folder, entry)
            staged.parent.mkdir(parents=True, exist_ok=True)
            write_durably(staged, _data(entry), mode=entry["mode"], ids=ids(entry))
        elif entry["kind"] == "directory":
            ids(entry)  # an unknown owner is found before anything changes
    rejections = [r for entry in entries if entry.get("validate") for r in _rejections(folder, entry)]
    if rejections:
        shutil.rmtree(folder)
        return rejections
    manifest = [{k: v for k, v in entry.items() if k != "content"} for entry in entries]
    write_atomically(folder / _MANIFEST, json.dumps(manifest).encode(), mode=0o600)
    return []


def commit(request: dict[str, Any]) -> list[str]:
    """Rename what was staged into place, keeping what stood there; returns the paths that changed.

    Where a unit's file is among them systemd reads its units again, unless the request says that it will
    anyway.

    Raises:
        RuntimeError: the stage is not there, or not complete, or systemd cannot read its units.
    """
    root = request.get("root", "/")
    folder = _stage_folder(root, request["id"])
    try:
        entries = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RuntimeError("the staged files are gone: is another deployment at work on this host?") from None
    changed = [
        entry["path"] for entry in sorted(entries, key=_rank) if _COMMITS[entry["kind"]](root, folder, entry)
    ]
    for directory in sorted({under(root, path).parent for path in changed}):
        sync_folder(directory)
    drop(root, [{"kind": "file", "subject": e["path"]} for e in entries if e["kind"] == "absent"])
    shutil.rmtree(folder)
    if request.get("reload", True) and any(path.startswith(UNIT_FOLDERS) for path in changed):
        reload_units()
    return changed


def reload_units() -> None:
    """Let systemd read the unit files again, once for all of them: it takes it half a second of CPU.

    Whoever dies before this is made up for: systemd says of a unit whose files are newer that it needs it.
    """
    ran = run(["systemctl", "daemon-reload"], timeout=_RELOAD_SECONDS)
    if ran.code != 0:
        raise RuntimeError(f"systemctl daemon-reload: {ran.said}")


def _rank(entry: Entry) -> tuple[int, int]:
    """Directories before what lies in them, parents before children, removals last."""
    kind = ("directory", "file", "absent").index(entry["kind"])
    return kind, entry["path"].count("/") if kind == 0 else 0


# --- staging ----------------------------------------------------------------------------------------------


def _stage_folder(root: str, name: str) -> Path:
    return under(root, HOME) / "stage" / name


def _fresh_stage(root: str, name: str) -> Path:
    """An empty 0700 stage; what killed runs left behind goes away here."""
    folder = _stage_folder(root, name)
    shutil.rmtree(folder.parent, ignore_errors=True)
    return private_folder(root, "stage", name)


def _staged(folder: Path, entry: Entry) -> Path:
    return folder.joinpath("tree", entry["path"].lstrip("/"))


def _data(entry: Entry) -> bytes:
    """A file's bytes: JSON carries text only, so one that is none comes as base64."""
    content: str = entry["content"]
    return base64.b64decode(content, validate=True) if entry.get("base64") else content.encode()


def _rejections(folder: Path, entry: Entry) -> list[dict[str, Any]]:
    staged = str(_staged(folder, entry))
    argv = [word.replace(STAGED, staged) for word in entry["validate"]]
    ran = run(argv, timeout=_VALIDATE_SECONDS)
    if ran.code == 0:
        return []
    said = ran.said.replace(staged, entry["path"])
    return [{"path": entry["path"], "argv": entry["validate"], "code": ran.code, "said": said}]


# --- committing -------------------------------------------------------------------------------------------


def _commit_directory(root: str, folder: Path, entry: Entry) -> bool:
    del folder
    path = under(root, entry["path"])
    uid, gid = ids(entry)
    made = not path.is_dir()
    if made:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700)
    before = path.stat()
    if (before.st_uid, before.st_gid) != (uid, gid):
        os.chown(path, uid, gid)
    path.chmod(entry["mode"])  # after chown, which clears set-id bits
    after = path.stat()
    return made or _attributes(before) != _attributes(after)


def _attributes(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_mode, status.st_uid, status.st_gid


def _commit_file(root: str, folder: Path, entry: Entry) -> bool:
    staged, path = _staged(folder, entry), under(root, entry["path"])
    path.parent.mkdir(parents=True, exist_ok=True)
    keep_previous(root, entry["path"])
    try:
        staged.replace(path)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # another file system: the last copy happens beside the target
        write_atomically(path, staged.read_bytes(), mode=entry["mode"], ids=ids(entry))
    return True


def _commit_absent(root: str, folder: Path, entry: Entry) -> bool:
    del folder
    path = under(root, entry["path"])
    if not os.path.lexists(path):
        return False
    if path.is_dir() and not path.is_symlink():
        path.rmdir()  # only ever an empty one: whole trees are not ours to delete
    else:
        keep_previous(root, entry["path"])
        path.unlink()
    return True


_COMMITS = {"directory": _commit_directory, "file": _commit_file, "absent": _commit_absent}
