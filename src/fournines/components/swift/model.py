"""Swift's options, the names it goes by, and its rings: which hosts keep which part of all objects.

A ring is worked out, not kept. Each partition ranks the hosts by a hash of both names, and its copies lie on
the first of them (rendezvous hashing: Thaler and Ravishankar, "Using name-based mappings to increase hit
rates", 1998). So the ring follows from the site file alone, to the byte, on whatever machine and after
whatever history. A host that joins takes over only what it ranks first in, at most one copy of each
partition; of one that leaves only its own copies move: no host list makes a ring anew. swift-ring-builder(1)
draws lots and goes on from a builder file, which somebody would have to keep, and with it the only copy of
where everything lies. Who wants a builder file makes one with its ``write_builder``.
"""

from __future__ import annotations

import gzip
import json
import struct
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import Annotated, Final, Literal

from pydantic import Field

from fournines.errors import PlanError
from fournines.kit.declare import CatalogueEntry, ServiceUser
from fournines.kit.where import on
from fournines.spec.model import Host, Role, Site, Strict
from fournines.spec.shapes import Once
from fournines.spec.types import Name, Seconds, Truth, Whole

PROXIES: Final = on(Role.CONTROLLER)
HOSTS: Final = on(Role.CONTROLLER, Role.ARBITER, Role.STORAGE)
PORT: Final = 8080
RSYNC_PORT: Final = 873
SERVERS: Final = {"account": 6202, "container": 6201, "object": 6200}
"""The three kinds of server on every host that keeps objects, with their ports; each has a ring."""
DEVICES: Final = "/srv/node"
CACHE_KEY: Final = "swift/token-cache"
HASH_PREFIX: Final = "swift/hash-prefix"
HASH_SUFFIX: Final = "swift/hash-suffix"
USER: Final = ServiceUser("swift", password="swift/keystone")  # noqa: S106 - a name
ACCOUNTS: Final = "AUTH_"
"""What the name of a project's account begins with (``reseller_prefix``)."""
ENTRY: Final = CatalogueEntry(
    "swift",
    "object-store",
    "OpenStack Object Storage",
    endpoint="swift",
    path=f"/v1/{ACCOUNTS}%(project_id)s",
)

PROXY_MB: Final = 80
STORE_MB: Final = 470
"""What one proxy process, and all other programs of a host that keeps objects, hold in MiB."""


class Options(Strict):
    """What a site may override."""

    replicas: Whole = Field(default=3, ge=1, le=5)
    """Copies of every object, each on a host of its own: of fewer hosts than this, each has one."""
    roles: Annotated[tuple[Literal[Role.CONTROLLER, Role.ARBITER, Role.STORAGE], ...], Once()] = Field(
        default=(Role.CONTROLLER, Role.ARBITER, Role.STORAGE), min_length=1
    )
    """The hosts that keep objects: those with any of these roles. The proxies are on the controllers."""
    devices: Annotated[tuple[Name, ...], Once()] = Field(default=("d1",), min_length=1, max_length=64)
    """The folders of ``/srv/node`` that objects lie in, on every host that keeps any; one per disk."""
    mount_check: Truth = False
    """Whether each device must be a file system of its own: what is not mounted is then never written to."""
    part_power: Whole = Field(default=8, ge=5, le=16)
    """Objects are spread as 2 to this many partitions. With a hundred copies on each device shares
    are even: 8 is for up to seven devices, 10 for thirty, 14 for five hundred. Every host compares every
    partition with the others in every round, so that too many cost as well. Choose it before the first
    object: another one would look for all of them elsewhere."""
    interval: Seconds = Field(default=30.0, ge=5, le=3600)
    """Seconds between two rounds in which a host compares what it keeps with the others."""
    node_timeout: Seconds = Field(default=3.0, ge=0.5, le=60)
    """How long a proxy waits for a server that accepted its connection; the others are asked meanwhile."""
    proxy_workers: Whole = Field(default=1, ge=1, le=64)
    """Processes of the proxy on each controller; each takes about 80 MiB."""
    workers: Whole = Field(default=1, ge=1, le=64)
    """Processes of each account, container and object server."""


@dataclass(frozen=True, slots=True)
class Device:
    """A folder that objects lie in: whose it is, its name, and the host's address."""

    host: str
    name: str
    address: str


def keepers(site: Site, options: Options) -> tuple[Host, ...]:
    """The hosts that keep objects, in the file's order.

    Raises:
        PlanError: no host has any of the roles.
    """
    found = on(*options.roles)(site)
    if not found:
        raise PlanError(
            f"no host would keep objects: none has the role {' or '.join(options.roles)}",
            try_this="give hosts one of these roles, or change components: {swift: {roles: [...]}}",
        )
    return found


def devices(site: Site, options: Options) -> tuple[Device, ...]:
    """Every device of the site, in the order of its hosts."""
    return tuple(
        Device(host.name, name, str(site.address(host)))
        for host in keepers(site, options)
        for name in options.devices
    )


def copies(site: Site, options: Options) -> int:
    """How many copies of an object there are: no host keeps two."""
    return min(options.replicas, len(keepers(site, options)))


def placed(found: Sequence[Device], replicas: int, part_power: int) -> tuple[tuple[int, ...], ...]:
    """Per copy, the number of the device that each partition lies on: ``[copy][partition]``.

    The copies of a partition lie on as many hosts. There are at least ``replicas`` hosts.
    """
    by_host: dict[str, list[int]] = {}
    for number, device in enumerate(found):
        by_host.setdefault(device.host, []).append(number)
    rows = []
    for partition in range(1 << part_power):
        ranked = sorted(by_host, key=lambda host: _lot(partition, host), reverse=True)[:replicas]
        rows.append([max(by_host[h], key=lambda n: _lot(partition, h, found[n].name)) for h in ranked])
    return tuple(zip(*rows, strict=True))


def _lot(*words: object) -> bytes:
    return blake2b(" ".join(map(str, words)).encode(), digest_size=8).digest()


@cache
def ring_file(found: tuple[Device, ...], replicas: int, part_power: int, port: int) -> str:
    """``X.ring.gz`` as base64: Swift's format 1 (``swift.common.ring.RingData.serialize_v1``)."""
    zones = {host: zone for zone, host in enumerate(dict.fromkeys(one.host for one in found), start=1)}
    about = {
        "byteorder": "little",
        "devs": [
            {
                "device": one.name,
                "id": number,
                "ip": one.address,
                "meta": one.host,
                "port": port,
                "region": 1,
                "replication_ip": one.address,
                "replication_port": port,
                "weight": 100.0,
                "zone": zones[one.host],
            }
            for number, one in enumerate(found)
        ],
        "part_shift": part_shift(part_power),
        "replica_count": replicas,
        "version": 1,
    }
    head = json.dumps(about, sort_keys=True).encode("ascii")
    rows = b"".join(struct.pack(f"<{len(row)}H", *row) for row in placed(found, replicas, part_power))
    return b64encode(
        gzip.compress(struct.pack("!4sHI", b"R1NG", 1, len(head)) + head + rows, mtime=0)
    ).decode()


def part_shift(part_power: int) -> int:
    """By how many bits a 32-bit hash is shifted to give its partition."""
    return 32 - part_power
