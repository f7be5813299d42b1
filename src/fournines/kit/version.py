"""Comparing versions of Debian packages, as deb-version(7) says."""

from __future__ import annotations

import re

_PARTS = re.compile(r"(\D*)(\d*)")
_MARKS = re.compile(r"(\+(dfsg|ds|nmu|deb\d+u)[0-9.]*)+$")
"""Source packed anew, a native package's upload by somebody else, an update of a release."""

Key = tuple[tuple[tuple[int, ...], int], ...]


def upstream(version: str) -> Key:
    """Sorts like the upstream part of a version: without epoch, Debian's revision, and marks of repacking.

    Letters sort before other signs, and ``~`` before anything, even the end.
    """
    text = version.partition(":")[2] if ":" in version else version
    text = text.rpartition("-")[0] if "-" in text else text
    text = _MARKS.sub("", text)
    return tuple((_signs(signs), int(digits or 0)) for signs, digits in _PARTS.findall(text))


def _signs(text: str) -> tuple[int, ...]:
    """``~`` below the end (0) below letters below the rest, as dpkg's ``order()`` has it."""
    return (*(-1 if c == "~" else ord(c) if c.isalpha() else ord(c) + 256 for c in text), 0)
