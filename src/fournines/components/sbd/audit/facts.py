"""``/etc/sysconfig/sbd`` as facts: the watchdog's time, and the disk messages are left on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Kind, Place, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

WATCHDOG = 5.0
"""Seconds until the watchdog fires where nothing is said; sbd(8) SBD_WATCHDOG_TIMEOUT."""


@dataclass(frozen=True)
class SbdConf:
    """How SBD runs on a host: seconds of its watchdog and where they are said, its disks."""

    at: Place
    watchdog: float
    watchdog_at: Place
    devices: tuple[str, ...]


def read(source: Source) -> Iterator[SbdConf]:
    """The one fact of a file."""
    said = {node.key.removeprefix("export ").strip(): node for node in source.nodes}
    seconds, disks = said.get("SBD_WATCHDOG_TIMEOUT"), said.get("SBD_DEVICE")
    number = seconds.value.strip("'\"") if seconds else ""
    yield SbdConf(
        at=source.top,
        watchdog=float(number) if re.fullmatch(r"\d{1,6}", number) else WATCHDOG,
        watchdog_at=source.at(seconds) if seconds else source.top,
        devices=tuple(re.split(r"[;\s]+", disks.value.strip("'\" ")))
        if disks and disks.value.strip("'\" ")
        else (),
    )


SBD = Kind(
    name="sbd",
    syntax=Syntax.INI,
    names=("sysconfig/sbd", "default/sbd", "sbd", "sbd.conf"),
    marks=(
        r"^\s*(?:export\s+)?SBD_(?:DEVICE|WATCHDOG_\w+|STARTMODE|PACEMAKER|OPTS|DELAY_START|TIMEOUT_ACTION)\s*=",
    ),
    read=read,
)
