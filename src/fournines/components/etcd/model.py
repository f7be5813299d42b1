"""etcd's options and names."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from fournines.kit.where import on
from fournines.spec.model import Role, Strict
from fournines.spec.types import Milliseconds

CLIENT_PORT: Final = 2379
"""On the host itself only."""
PEER_PORT: Final = 2380
MEMBERS: Final = on(Role.CONTROLLER, Role.ARBITER)
"""Everybody who votes, the arbiter with a full copy like the others."""
UNIT: Final = "etcd.service"
DATA: Final = "/var/lib/etcd/fournines"

MEMBER_MB: Final = 35
"""What a member with a few locks holds, in MiB."""


class Options(Strict):
    """What a site may override."""

    election_timeout: Milliseconds = Field(default=1000, ge=500, le=10000)
    """Milliseconds of silence until another member wants to lead; a leader gives ten signs of life in it."""
