"""Glance's options and the names it goes by."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from fournines.kit.declare import CatalogueEntry, Database, ServiceUser
from fournines.kit.where import Moded, on
from fournines.spec.model import Role
from fournines.spec.types import Whole

HOSTS: Final = on(Role.CONTROLLER)
PORT: Final = 9292
CACHE_KEY: Final = "glance/token-cache"
DATABASE: Final = Database("glance", user="glance", password="glance/database")  # noqa: S106 - a name
USER: Final = ServiceUser("glance", password="glance/keystone")  # noqa: S106 - a name
STORE_USER: Final = ServiceUser(
    "glance-images",
    password="glance/objects",  # noqa: S106 - a name
    roles=("member",),
    project="images",
)
"""Whose the objects are that hold images: no other service's user may touch this project."""
ENTRY: Final = CatalogueEntry("glance", "image", "OpenStack Image", endpoint="glance")
MIGRATIONS: Final = "/usr/lib/python3/dist-packages/glance/db/sqlalchemy/alembic_migrations/versions"
IMAGES: Final = "/var/lib/glance/images"
"""Where a host keeps the images that were uploaded to it."""
SERVICE: Final = "glance-api.service"


PROCESS_MB: Final = 150
"""What one API process holds, in MiB."""


class Options(Moded):
    """What a site may override."""

    workers: Whole = Field(default=2, ge=1, le=64)
    """API processes per host; each takes about 150 MiB."""
    store: Literal["files", "objects"] = "files"
    """Where a new image goes: into a file of the controller that took it, and is lost with it, or into the
    site's object store, and outlives any controller: that needs ``swift`` among the services. Images that are
    in files can still be had from there."""
