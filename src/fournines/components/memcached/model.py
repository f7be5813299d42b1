"""Memcached's options."""

from __future__ import annotations

from pydantic import Field

from fournines.kit.where import on
from fournines.spec.model import Role, Strict
from fournines.spec.types import Mebibytes, Whole

HOSTS = on(Role.CONTROLLER)
PORT = 11211


class Options(Strict):
    """What a site may override."""

    memory_mb: Mebibytes = Field(default=64, ge=16, le=65536)
    """How much memory the cache may use, in MiB (memcached -m)."""
    connections: Whole = Field(default=1024, ge=64, le=16384)
    """How many clients at once (memcached -c); each API worker keeps a pool of up to 10."""
