"""/etc/fstab as facts: what is mounted where, and whether at boot."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Kind, Place, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIELDS = 4
"""Device, folder, type and options; fstab(5). Dump and pass may be left out."""


@dataclass(frozen=True)
class Mount:
    """One line of fstab; ``fs`` in lower case."""

    at: Place
    device: str
    folder: str
    fs: str
    options: frozenset[str]

    @property
    def at_boot(self) -> bool:
        """Whether a boot mounts it: neither ``noauto`` nor only when it is used, systemd.mount(5)."""
        return not self.options & {"noauto", "x-systemd.automount"}

    @property
    def waited_for(self) -> bool:
        """Whether a boot ends in emergency mode without it: systemd.mount(5) nofail, _netdev."""
        return self.at_boot and not self.options & {"nofail", "_netdev"}


def read(source: Source) -> Iterator[Mount]:
    """The mounts of a file; lines that are none are left out."""
    for node in source.nodes:
        if len(node.words) >= _FIELDS and (node.words[1].startswith("/") or node.words[1] == "none"):
            device, folder, fs, options = node.words[:_FIELDS]
            yield Mount(source.at(node), device, folder, fs.lower(), frozenset(re.split(",", options)))


FSTAB = Kind(
    name="fstab",
    syntax=Syntax.LINES,
    names=("etc/fstab", "fstab"),
    marks=(
        r"^(?:/dev/|UUID=|LABEL=|PARTUUID=)\S+\s+(?:/\S*|none|swap)\s+\w+\s+\S+",
        r"^\S+\s+/\S*\s+(?:ext[234]|xfs|btrfs|gfs2|ocfs2|nfs4?)\s+\S+\s+[01]\s+[012]\s*$",
    ),
    read=read,
)
