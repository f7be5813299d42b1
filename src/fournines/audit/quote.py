"""The line a finding points at, as it stands in the file or in the block of the page."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place, Source

_KEPT = 8
"""Files whose lines are kept apart at a time: findings come file by file."""


class Quotes:
    """The texts of a site by their lines; a file is taken apart once, not once for each finding."""

    def __init__(self, site: Evidence) -> None:
        self._sources: dict[str, list[Source]] = {}
        for source in site.sources:
            self._sources.setdefault(source.path, []).append(source)
        self._lines: Callable[[str], dict[int, str]] = lru_cache(_KEPT)(self._read)

    def line(self, place: Place) -> str:
        """The line; empty where the place is in no source."""
        return self._lines(place.path).get(place.line, "")

    def _read(self, path: str) -> dict[int, str]:
        found: dict[int, str] = {}
        for source in reversed(self._sources.get(path, ())):  # the first source of a line counts
            text = source.text.split("\n")
            shown = _together(source.lines, text) if source.lines else enumerate(text, start=1)
            found.update(shown)
        return found


def _together(lines: Sequence[int], text: Sequence[str]) -> dict[int, str]:
    """What one line of a file was read as, in one: the options of a command, without their section."""
    found: dict[int, str] = {}
    for number, line in zip(lines, text, strict=False):
        before = found.get(number, "")
        bare = not before or before.startswith("[") or not line.strip()
        found[number] = (line if line.strip() else before) if bare else f"{before} {line.strip()}"
    return found
