"""Heat's options and the names it goes by."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from fournines.kit.declare import (
    PROJECT_ID,
    CatalogueEntry,
    Database,
    MessageUser,
    ServiceRole,
    ServiceUser,
)
from fournines.kit.where import Moded, on
from fournines.spec.model import Role
from fournines.spec.types import Whole

HOSTS: Final = on(Role.CONTROLLER)
PORT: Final = 8004
CFN_PORT: Final = 8000
"""CloudFormation's dialect, in which instances report what they have done."""
CACHE_KEY: Final = "heat/token-cache"
ENCRYPTION_KEY: Final = "heat/encryption-key"
"""What Heat encrypts in its database with (credentials of trusts): lost or changed, those stacks are dead."""
AT_ONCE: Final = 16
"""Calls that one engine process works on at once. It opens as many connections besides its pool, whatever
``max_overflow`` says (heat/engine/service.py, ``_configure_db_conn_pool_size``)."""
DATABASE: Final = Database("heat", user="heat", password="heat/database", overflow=AT_ONCE)  # noqa: S106 - a name
USER: Final = ServiceUser("heat", password="heat/keystone")  # noqa: S106 - a name
DOMAIN_ADMIN: Final = ServiceUser(
    "heat_domain_admin",
    password="heat/domain-admin",  # noqa: S106 - a name
    roles=("admin",),
    domain="heat",
    project=None,
)
"""Makes the users that stacks have, in a domain of their own."""
USER_ROLE: Final = ServiceRole("heat_stack_user")
MESSAGES: Final = MessageUser("heat", password="heat/messaging")  # noqa: S106 - a name
ENTRY: Final = CatalogueEntry(
    "heat", "orchestration", "OpenStack Orchestration", endpoint="heat", path=f"/v1/{PROJECT_ID}"
)
CFN_ENTRY: Final = CatalogueEntry(
    "heat-cfn", "cloudformation", "OpenStack Orchestration, CloudFormation", endpoint="heat-cfn", path="/v1"
)
CONF: Final = "/etc/heat/heat.conf"
MIGRATIONS: Final = "/usr/lib/python3/dist-packages/heat/db/migrations/versions"
UNITS: Final = {"api": "heat-api.service", "cfn": "heat-api-cfn.service", "engine": "heat-engine.service"}
"""Each daemon's unit, by the word that its faults go by."""

API_MB: Final = 85
"""What one process of either API holds, in MiB."""
ENGINE_MB: Final = 140
"""What one engine process holds, in MiB."""


class Options(Moded):
    """What a site may override."""

    processes: Whole = Field(default=1, ge=1, le=64)
    """Processes of each of the two APIs per host; each takes about 85 MiB."""
    threads: Whole = Field(default=4, ge=1, le=64)
    """Requests one process works on at once."""
    engines: Whole = Field(default=1, ge=1, le=64)
    """Engine processes per host; each takes about 140 MiB."""
