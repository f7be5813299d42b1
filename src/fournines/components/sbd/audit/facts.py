"""``/etc/sysconfig/sbd`` as facts: the watchdog's time, and the disk messages are left on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Kind, Place, Reader, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
    said = {node.key.removeprefix("export ").strip(): (node.value, source.at(node)) for node in source.nodes}
    yield _conf(source.top, said)


def _conf(at: Place, said: Mapping[str, tuple[str, Place]]) -> SbdConf:
    seconds, where = said.get("SBD_WATCHDOG_TIMEOUT", ("", at))
    number, disks = seconds.strip("'\""), said.get("SBD_DEVICE", ("", at))[0].strip("'\" ")
    return SbdConf(
        at=at,
        watchdog=float(number) if re.fullmatch(r"\d{1,6}", number) else WATCHDOG,
        watchdog_at=where,
        devices=tuple(re.split(r"[;\s]+", disks)) if disks else (),
    )


def read_commands(source: Source) -> Iterator[SbdConf]:
    """``pcs stonith sbd enable SBD_WATCHDOG_TIMEOUT=15 device=/dev/sdc``."""
    for node in source.commands:
        words = [word for word in node.words if word != "sudo"]
        if words[:4] == ["pcs", "stonith", "sbd", "enable"]:
            at = source.at(node)
            pairs = (word.partition("=") for word in words[4:])
            said = {key if key != "device" else "SBD_DEVICE": (value, at) for key, _, value in pairs}
            yield _conf(at, said)


SBD = Kind(
    name="sbd",
    syntax=Syntax.INI,
    names=("sysconfig/sbd", "default/sbd", "sbd", "sbd.conf"),
    marks=(
        r"^\s*(?:export\s+)?SBD_(?:DEVICE|WATCHDOG_\w+|STARTMODE|PACEMAKER|OPTS|DELAY_START|TIMEOUT_ACTION)\s*=",
    ),
    read=read,
)
COMMANDS = Reader("script", read_commands)
