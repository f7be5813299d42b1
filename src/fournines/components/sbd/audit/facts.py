"""``/etc/sysconfig/sbd`` as facts: the watchdog's time, and the disk messages are left on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Kind, Place, Reader, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WATCHDOG = 5.0
"""Seconds until the watchdog fires where nothing is said; sbd(8) SBD_WATCHDOG_TIMEOUT."""
MSGWAIT = 10.0
"""Seconds after which a message on the disk counts as read, where nothing is said; sbd(8) -4."""


@dataclass(frozen=True)
class SbdConf:
    """How SBD runs on a host: seconds of its watchdog and where they are said, its disks."""

    at: Place
    watchdog: float
    watchdog_at: Place
    devices: tuple[str, ...]
    devices_at: Place | None = None


@dataclass(frozen=True)
class SbdDisk:
    """A disk that is laid out for SBD: seconds of the watchdog and of msgwait, sbd(8) -1 and -4."""

    at: Place
    watchdog: float
    msgwait: float
    devices: tuple[str, ...] = ()


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
        devices_at=said["SBD_DEVICE"][1] if "SBD_DEVICE" in said else None,
    )


def read_commands(source: Source) -> Iterator[SbdConf | SbdDisk]:
    """``pcs stonith sbd enable SBD_WATCHDOG_TIMEOUT=15``, ``sbd -d /dev/sdc -1 15 -4 30 create``."""
    for node in source.commands if source.speaks_of("sbd") else ():
        words = [word for word in node.words if word != "sudo"]
        if words[:4] == ["pcs", "stonith", "sbd", "enable"]:
            at = source.at(node)
            pairs = (word.partition("=") for word in words[4:])
            said = {key if key != "device" else "SBD_DEVICE": (value, at) for key, _, value in pairs}
            yield _conf(at, said)
        elif words and words[0].rpartition("/")[2] == "sbd" and words[-1] == "create":
            times = dict(pairwise(words))
            watchdog, msgwait = times.get("-1", f"{WATCHDOG:g}"), times.get("-4", f"{MSGWAIT:g}")
            if all(re.fullmatch(r"\d{1,6}", text) for text in (watchdog, msgwait)):
                disks = tuple(disk for option, disk in pairwise(words) if option == "-d")
                yield SbdDisk(source.at(node), float(watchdog), float(msgwait), disks)


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
