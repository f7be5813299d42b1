"""DRBD's options, and the volumes that a site has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field

from fournines.kit.where import on
from fournines.spec.document import Problem
from fournines.spec.model import Role, Site, Strict
from fournines.spec.shapes import Measure, Written
from fournines.spec.types import Milliseconds, Name, Port

HOSTS: Final = on(Role.CONTROLLER)
"""Those with a copy."""
COPIES: Final = 2
"""What the DRBD of Linux itself (8.4) can: a volume has two."""
FIRST_PORT: Final = 7788

_SIZE = Measure({"M": 2**20, "G": 2**30, "T": 2**40}, lowest="300M", highest="1000T")
Size = Annotated[str, _SIZE]
"""As DRBD writes sizes: 512M, 20G, 1T."""
Rate = Annotated[str, Measure({"M": 2**20}, lowest="1M", highest="10000M")]
"""Mebibytes in a second: 100M."""
Device = Annotated[
    str,
    Written(
        r"/dev(/[A-Za-z0-9][A-Za-z0-9._:+-]*)+",
        "a block device's path",
        "write for example /dev/vdb, or better /dev/disk/by-id/...",
    ),
]
"""A disk, a partition or a logical volume."""


class Backing(Strict):
    """Where the copies of a volume lie: on each host the same path."""

    device: Device
    """The block device that is given to the volume, on each host. It must be empty: what is on it is never
    overwritten."""
    size: Size | None = None
    """How much of the device is used; all of it, unless given."""
    port: Port | None = None
    """Where the copies talk to each other; counted up from 7788 in the file's order, unless given."""


class Options(Strict):
    """What a site says of its volumes, and may override."""

    volumes: Mapping[Name, Backing] = Field(default_factory=dict)
    """The backing device of each volume, by the name that its user gave it: ``mysql``, ``rabbitmq``."""
    resync_rate: Rate = "100M"
    """How fast a copy is brought up to date, in a second; about a third of what disks and network can leaves
    the rest to what goes on meanwhile (DRBD user's guide 8.4, 5.8)."""
    answer_ms: Milliseconds = Field(default=2000, ge=500, le=30_000)
    """How long the other host may be silent until it counts as lost; writes wait so long, and then until it
    is fenced (``timeout`` of drbd.conf-8.4(5), which counts tenths of a second)."""


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume as it is made: ``minor`` is its number among DRBD's devices."""

    name: str
    device: str
    minor: int
    port: int
    size: str | None

    @property
    def block(self) -> str:
        """The device that is mounted, on the host that has the use."""
        return f"/dev/drbd{self.minor}"

    @property
    def bytes(self) -> int:
        """The size it must have; 0 where anything will do."""
        return _SIZE.in_bytes(self.size) if self.size else 0


def volumes(options: Options) -> Iterator[Volume]:
    """The volumes in the file's order, which numbers them."""
    for minor, (name, said) in enumerate(options.volumes.items()):
        yield Volume(name, said.device, minor, said.port or FIRST_PORT + minor, said.size)


def password_of(volume: str) -> str:
    """The name under which the secret is kept that a volume's copies share."""
    return f"drbd/{volume}"


def refused(site: Site, options: Options) -> Iterator[Problem]:
    """Two hosts, and for each volume a device and a port of its own."""
    hosts = HOSTS.names(site)
    if len(hosts) != COPIES:
        yield Problem(
            ("components", "drbd"),
            f"DRBD keeps a volume on {COPIES} hosts, and the controllers are {len(hosts)}",
            f"leave {COPIES} hosts the role controller; a third with the role arbiter has the deciding vote",
            at_key=True,
        )
    devices: dict[str, str] = {}
    ports: dict[int, str] = {}
    for one in volumes(options):
        path = ("components", "drbd", "volumes", one.name)
        if one.device in devices:
            what = f"{one.device} is {devices[one.device]}'s already"
            yield Problem((*path, "device"), what, "give each volume a device of its own")
        if one.port in ports:
            what = f"port {one.port} is {ports[one.port]}'s already"
            said = options.volumes[one.name].port is not None
            at = (*path, "port") if said else path
            yield Problem(at, what, "give each volume a port of its own", at_key=not said)
        devices.setdefault(one.device, one.name)
        ports.setdefault(one.port, one.name)
