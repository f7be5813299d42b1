"""Keystone's options and the names its files go by."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from fournines.kit.declare import CatalogueEntry, Database
from fournines.kit.openstack import IDENTITY_PORT
from fournines.kit.where import Moded, on
from fournines.spec.model import Role
from fournines.spec.types import Whole, WholeSeconds

HOSTS: Final = on(Role.CONTROLLER)
PORT: Final = IDENTITY_PORT
FERNET: Final = "keystone/fernet"
CREDENTIAL: Final = "keystone/credential"
DATABASE: Final = Database("keystone", user="keystone", password="keystone/database")  # noqa: S106 - a name
ENTRY: Final = CatalogueEntry("keystone", "identity", "OpenStack Identity", endpoint="keystone", path="/v3")

CONF: Final = "/etc/keystone/keystone.conf"
UWSGI: Final = "/etc/keystone/keystone-uwsgi.ini"
MIGRATIONS: Final = "/usr/lib/python3/dist-packages/keystone/common/sql/migrations/versions"
REPOSITORIES: Final = {"/etc/keystone/fernet-keys": FERNET, "/etc/keystone/credential-keys": CREDENTIAL}
"""Directory of a key repository -> the secret it holds."""
SERVICE: Final = "keystone.service"


PROCESS_MB: Final = 115
"""What one API process holds, in MiB."""


class Options(Moded):
    """What a site may override."""

    processes: Whole = Field(default=2, ge=1, le=64)
    """API processes per host; each takes about 115 MiB."""
    threads: Whole = Field(default=4, ge=1, le=64)
    """Requests one process works on at once."""
    token_lifetime: WholeSeconds = Field(default=3600, ge=60, le=604800)
    """Seconds a token is valid; a longer life means fewer log-ins and a longer danger when one is stolen."""
