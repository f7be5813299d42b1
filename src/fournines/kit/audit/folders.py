"""The folders of audited files, as their paths name them."""

from __future__ import annotations

from collections.abc import Iterator


def folder(path: str) -> str:
    """The folder a file lies in; empty for the one that is audited."""
    return path.rpartition("/")[0]


def above(path: str) -> Iterator[str]:
    """The folders that a file lies in, the innermost first, the audited one last."""
    while path:
        path = folder(path)
        yield path
