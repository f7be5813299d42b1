"""A file per run: every event as one JSON line, readable by its owner only."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from fournines import files


def log_folder(environment: Mapping[str, str], *, root: bool) -> Path:
    """Where logs go: ``/var/log/fournines`` for root, else below ``$XDG_STATE_HOME``."""
    if root:
        return Path("/var/log/fournines")
    state = environment.get("XDG_STATE_HOME") or str(Path(environment.get("HOME", "/")) / ".local/state")
    return Path(state) / "fournines" / "log"


@dataclass
class RunLog:
    """The log of one run. ``path`` is where it lies."""

    path: Path
    _file: TextIOWrapper

    @classmethod
    def begin(cls, verb: str, site: str, *, folder: Path | None = None) -> RunLog:
        """Open a new file, named after the site, the verb and the time (UTC)."""
        where = folder or log_folder(os.environ, root=os.geteuid() == 0)
        files.folder(where)
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        path = where / f"{site}-{verb}-{now}-{os.getpid()}.jsonl"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return cls(path, os.fdopen(descriptor, "a", encoding="utf-8"))

    def write(self, event: Mapping[str, Any]) -> None:
        """Add one line, at once: a killed run's log ends where the run did."""
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), **event}
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
