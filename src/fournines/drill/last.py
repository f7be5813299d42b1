"""The last campaign on a site, to compare with."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from fournines.drill.result import Campaign, from_json
from fournines.errors import DrillError


def last_of(site: str, folder: Path) -> Campaign | None:
    """The newest result of this site in a report's folder or in one beside it; None where there is none.

    A result that another version wrote and this one cannot read is none.
    """
    found: list[tuple[float, Path]] = []
    for path in {folder / "result.json", *folder.parent.glob("*/result.json")}:
        with suppress(OSError):
            found.append((path.stat().st_mtime, path))
    for _, path in sorted(found, reverse=True):
        with suppress(OSError, UnicodeError, DrillError):
            campaign = from_json(path.read_text(encoding="utf-8"))
            if campaign.site == site and campaign.runs:
                return campaign
    return None
