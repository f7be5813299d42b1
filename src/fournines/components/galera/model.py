"""Galera's options and names."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from fournines.kit.endpoints import at
from fournines.kit.where import on
from fournines.spec.model import Role, Site, Strict
from fournines.spec.shapes import Measure
from fournines.spec.types import Seconds, Whole, WholeSeconds

PORT = 3306
GROUP_PORT = 4567
"""The members' own traffic, TCP (and UDP where multicast is used)."""
IST_PORT = 4568
SST_PORT = 4444
RESPONDER_PORT = 9200
"""Where balancers and the other hosts ask."""

HOSTS: Final = on(Role.CONTROLLER, Role.ARBITER)
"""The members: whoever has a vote."""
DATA_HOSTS: Final = on(Role.CONTROLLER)
"""The members with a copy of the data."""
ARBITERS: Final = on(Role.ARBITER, without=(Role.CONTROLLER,))
"""The members with a vote and no data."""

_SIZE = Measure({"M": 2**20, "G": 2**30}, lowest="8M", highest="4096G")
Size = Annotated[str, _SIZE]
"""Mebibytes or gibibytes as MariaDB writes them: 512M, 2G."""


RESERVED = 20
"""Connections that are no service's: health pages, state transfers, probes, people."""
SERVER_MB = 200
"""What mariadbd and the responder hold with an empty buffer pool, in MiB."""
ARBITER_MB = 15


class Options(Strict):
    """What a site may override."""

    suspect_timeout: Seconds = Field(default=1.0, ge=0.5, le=10.0)
    """Seconds of silence until a member is suspected; when one is lost, writes stall about 1.3 times this."""
    gcache_size: Size = "128M"
    """How much history is kept to bring a returning host up to date without a full copy."""
    buffer_pool: Size = "256M"
    """InnoDB's cache (innodb_buffer_pool_size)."""
    max_connections: Whole = Field(default=1000, ge=50, le=20000)
    """How many clients at once; each API worker keeps a pool."""
    appliers: Whole = Field(default=2, ge=1, le=64)
    """How many threads apply what other hosts wrote (wsrep_slave_threads)."""
    start_timeout: WholeSeconds = Field(default=900, ge=120, le=86400)
    """Seconds a start may take; a full copy extends it by itself."""
    stop_timeout: WholeSeconds = Field(default=60, ge=10, le=3600)
    """Seconds a stop may take before the process is killed."""

    @property
    def buffer_pool_mb(self) -> int:
        """InnoDB's cache in MiB."""
        return _SIZE.in_bytes(self.buffer_pool) >> 20

    def provider(self, address: str) -> dict[str, str]:
        """The group communication's settings for a member at ``address``, data host or arbiter.

        Galera's own constraints (gcomm/src/evs_proto.cpp): keepalive at most a third and the check at most
        half of the suspect timeout. ``evs.join_retrans_period`` is the one that is easily missed: at its
        default of 1 s it alone adds a second to every failover.

        ``pc.recovery`` is off: it would form the old component again only when all its members are back,
        the arbiter included, from files that are not synced to disk and that a clean stop removes. Who
        starts first is decided by the start program alone.
        """
        suspect = self.suspect_timeout
        beat = max(0.1, suspect / 5)
        return {
            "gmcast.listen_addr": f"tcp://{at(address, GROUP_PORT)}",
            "gmcast.peer_timeout": _period(max(1.0, suspect)),
            "evs.keepalive_period": _period(beat),
            "evs.inactive_check_period": _period(0.1),
            "evs.suspect_timeout": _period(suspect),
            "evs.inactive_timeout": _period(2 * suspect),
            "evs.install_timeout": _period(2 * suspect),
            "evs.join_retrans_period": _period(beat),
            "pc.recovery": "FALSE",
        }


def _period(seconds: float) -> str:
    return f"PT{seconds:g}S"


def votes(site: Site) -> int:
    """How many members the whole component has."""
    return len(HOSTS(site))
