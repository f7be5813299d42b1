"""What fournines put on this host, so that it can leave again: one JSON file, the oldest claim first.

A claim is written before the thing it is about, and dropped after that has left: whoever is killed in
between leaves a claim of something that is not there, never something that nobody claims. What a file
replaced is kept as its original and comes back when the file leaves.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path
from typing import Any

from fournines.engine.agent.durable import HOME, private_folder, sync_folder, under, write_atomically

Claim = dict[str, Any]

RAN_BEFORE = "active"
"""What a unit ``was`` that ran before it was claimed."""
_NAME = "claims.json"


def claims(root: str) -> list[Claim] | None:
    """Every claim, in the order in which they were made; None on a host that has no such file.

    Raises:
        RuntimeError: the file cannot be understood: without it, ours could not be told from what is not.
    """
    path = under(root, HOME) / _NAME
    try:
        found: list[Claim] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise RuntimeError(f"/{HOME.strip('/')}/{_NAME} cannot be understood: {error}") from None
    return found


def claim(root: str, wanted: list[Claim], *, keep: bool = True) -> None:
    """Claim these things. One that is claimed already stays what it was before; only its place is renewed.

    With ``keep`` whatever lies at a new file's path is its original, and the folders it needs are claimed
    where they are missing.
    """
    known = {_key(one): one for one in claims(root) or ()}
    for one in wanted:
        before = known.get(_key(one))
        if before is not None:
            known[_key(one)] = {**one, "was": before["was"]}
        elif not keep:
            known[_key(one)] = one
        else:
            missing = _missing_folders(root, one)
            known |= {_key(new): new for new in missing if _key(new) not in known}
            if one["kind"] == "file":
                _kept(root, "original", one["subject"]).unlink(missing_ok=True)  # of a claim given up
                _keep(root, one["subject"], "original")
            elif one["kind"] == "directory" and under(root, one["subject"]).is_dir():
                continue  # it was there before: not ours to remove
            known[_key(one)] = one
    _write(root, list(known.values()))


def drop(root: str, gone: list[Claim]) -> None:
    """Give up claims; only then are the originals of their files of no use any more."""
    keys = {_key(one) for one in gone}
    left = claims(root) or []
    if keys.isdisjoint(map(_key, left)):
        return
    _write(root, [one for one in left if _key(one) not in keys])
    for one in gone:
        if one["kind"] == "file":
            _kept(root, "original", one["subject"]).unlink(missing_ok=True)


def keep_previous(root: str, name: str) -> None:
    """Keep the version that is about to be replaced or removed, with its owner and mode."""
    _keep(root, name, "previous")


def put_back(root: str, name: str) -> bool:
    """Put a file's original where it was, if there is one; what lies there is kept as the previous version.

    The original stays kept as well, until its claim is dropped.
    """
    original, path = _kept(root, "original", name), under(root, name)
    if not os.path.lexists(original):
        return False
    if os.path.lexists(path) and os.path.samestat(original.lstat(), path.lstat()):
        return True  # a run that was killed did it
    keep_previous(root, name)
    _copy(original, path)
    sync_folder(path.parent)
    return True


def _kept(root: str, where: str, name: str) -> Path:
    return under(root, HOME) / where / name.lstrip("/")


def _keep(root: str, name: str, where: str) -> None:
    path = under(root, name)
    if os.path.lexists(path):
        private_folder(root, where)
        _copy(path, _kept(root, where, name))


def _copy(path: Path, to: Path) -> None:
    """The same file under another name too, put there by a rename; a link stays a link."""
    beside = to.with_name(f".{to.name}.fournines")
    beside.parent.mkdir(parents=True, exist_ok=True)
    beside.unlink(missing_ok=True)
    try:
        os.link(path, beside, follow_symlinks=False)
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK):
            raise
        shutil.copy2(path, beside, follow_symlinks=False)
        status = path.lstat()
        os.chown(beside, status.st_uid, status.st_gid, follow_symlinks=False)
    beside.replace(to)
    beside.unlink(missing_ok=True)  # rename(2) leaves both names where they are one file already


def _missing_folders(root: str, one: Claim) -> list[Claim]:
    """Claims of the folders above a file that are not there yet, the highest first."""
    if one["kind"] not in {"file", "directory"}:
        return []
    parents = [str(parent) for parent in Path(one["subject"]).parents]
    missing = [parent for parent in reversed(parents) if not under(root, parent).exists()]
    return [{**one, "kind": "directory", "subject": parent, "readers": []} for parent in missing]


def _key(one: Claim) -> tuple[str, str]:
    return one["kind"], one["subject"]


def _write(root: str, wanted: list[Claim]) -> None:
    write_atomically(private_folder(root) / _NAME, json.dumps(wanted).encode(), mode=0o600)
