"""Aodh's options and the names it goes by."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from fournines.kit.declare import CatalogueEntry, Database, MessageUser, ServiceUser
from fournines.kit.where import on
from fournines.spec.model import Role, Strict
from fournines.spec.types import Whole, WholeSeconds

HOSTS: Final = on(Role.CONTROLLER)
PORT: Final = 8042
CACHE_KEY: Final = "aodh/token-cache"
DATABASE: Final = Database("aodh", user="aodh", password="aodh/database")  # noqa: S106 - a name
USER: Final = ServiceUser(
    "aodh",
    password="aodh/keystone",  # noqa: S106 - a name
    roles=("admin", "service"),
)
"""It reads the measures of all projects, and is given trusts by those whose alarms act for them."""
MESSAGES: Final = MessageUser("aodh", password="aodh/messaging")  # noqa: S106 - a name
ENTRY: Final = CatalogueEntry("aodh", "alarming", "OpenStack Alarming", endpoint="aodh")
MIGRATIONS: Final = "/usr/lib/python3/dist-packages/aodh/storage/sqlalchemy/alembic/versions"
DAEMONS: Final = ("evaluator", "notifier", "listener")
UNITS: Final = {name: f"aodh-{name}.service" for name in ("api", *DAEMONS)}
"""Each daemon's unit, by the word that its faults go by."""
GROUP: Final = "alarm_evaluator"
"""The group in which the evaluators of all hosts divide the alarms (``aodh.evaluator``)."""

API_MB: Final = 100
"""What one API process holds, in MiB."""
DAEMONS_MB: Final = 310
"""What evaluator, notifier and listener hold together, in MiB."""


class Options(Strict):
    """What a site may override."""

    processes: Whole = Field(default=1, ge=1, le=64)
    """API processes per host; each takes about 100 MiB."""
    threads: Whole = Field(default=4, ge=1, le=64)
    """Requests one process works on at once."""
    evaluation_interval: WholeSeconds = Field(default=30, ge=10, le=3600)
    """Seconds between two looks at an alarm."""
