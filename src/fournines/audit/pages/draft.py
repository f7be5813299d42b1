"""A text found inside another file: a block of a page, a here-document."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fournines.kit.audit.source import Kind


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that was found inside another file, ready to be parsed as ``kind``.

    ``template``: what stands in it is put together before a program reads it.
    ``section`` is the heading it stands under, ``typed`` the host at which a page has each line typed.
    """

    name: str
    kind: Kind
    text: str
    lines: tuple[int, ...]
    excerpt: bool
    host: str = ""
    section: str = ""
    typed: Mapping[int, str] = field(default_factory=dict, hash=False)
    template: bool = False
