"""Placement's options and the names it goes by."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from fournines.kit.declare import CatalogueEntry, Database, ServiceUser
from fournines.kit.where import Moded, on
from fournines.spec.model import Role
from fournines.spec.types import Whole

HOSTS: Final = on(Role.CONTROLLER)
PORT: Final = 8778
CACHE_KEY: Final = "placement/token-cache"
DATABASE: Final = Database(
    "placement",
    user="placement",
    password="placement/database",  # noqa: S106 - a name
    section="placement_database",
)
USER: Final = ServiceUser("placement", password="placement/keystone")  # noqa: S106 - a name
ENTRY: Final = CatalogueEntry("placement", "placement", "OpenStack Placement", endpoint="placement")
MIGRATIONS: Final = "/usr/lib/python3/dist-packages/placement/db/sqlalchemy/alembic/versions"
SERVICE: Final = "placement-api.service"


PROCESS_MB: Final = 90
"""What one API process holds, in MiB."""


class Options(Moded):
    """What a site may override."""

    processes: Whole = Field(default=1, ge=1, le=64)
    """API processes per host; each takes about 90 MiB."""
    threads: Whole = Field(default=4, ge=1, le=64)
    """Requests one process works on at once."""
