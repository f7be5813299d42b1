"""RabbitMQ's options and names."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from fournines.kit.where import on
from fournines.spec.model import Host, Role, Strict
from fournines.spec.types import Measure, Milliseconds, WholeSeconds

PORT = 5672
DIST_PORT = 25672
"""Broker to broker."""
EPMD_PORT = 4369
"""Where brokers look up each other's port."""

BROKERS: Final = on(Role.CONTROLLER, Role.ARBITER)
"""The hosts with a broker: everybody who votes, the arbiter with a full copy like the others."""

Size = Annotated[str, Measure({"MB": 10**6, "GB": 10**9}, lowest="50MB", highest="10000GB")]
"""Megabytes or gigabytes as RabbitMQ writes them: 512MB, 2GB."""


BROKER_MB = 110
"""What a broker without queues holds, in MiB."""


class Options(Strict):
    """What a site may override."""

    heartbeat: WholeSeconds = Field(default=10, ge=5, le=60)
    """Seconds between a client's signs of life; below 5 RabbitMQ's guide warns of false alarms."""
    net_ticktime: WholeSeconds = Field(default=5, ge=4, le=60)
    """Seconds until a silent broker counts as down; declaring a queue stalls that long after a power loss."""
    leader_poll: Milliseconds = Field(default=200, ge=100, le=5000)
    """Milliseconds between looks at the hosts of queue leaders (aten): how soon another one leads."""
    disk_free_limit: Size = "1GB"
    """With less free disk than this, publishers are blocked."""
    start_timeout: WholeSeconds = Field(default=600, ge=60, le=86400)
    """Seconds a start may wait for the other brokers before it is tried anew."""
    stop_timeout: WholeSeconds = Field(default=30, ge=5, le=3600)
    """Seconds a stop may take before the process is killed."""


def node(host: Host | str) -> str:
    """A broker's Erlang name."""
    return f"rabbit@{host if isinstance(host, str) else host.name}"
