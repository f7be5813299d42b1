"""Gnocchi's options and the names it goes by."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from fournines.kit.declare import CatalogueEntry, Database, ServiceUser
from fournines.kit.where import on
from fournines.spec.model import Role, Strict
from fournines.spec.types import Whole, WholeSeconds

HOSTS: Final = on(Role.CONTROLLER)
PORT: Final = 8041
CACHE_KEY: Final = "gnocchi/token-cache"
DATABASE: Final = Database("gnocchi", user="gnocchi", password="gnocchi/database")  # noqa: S106 - a name
USER: Final = ServiceUser("gnocchi", password="gnocchi/keystone")  # noqa: S106 - a name
STORE_USER: Final = ServiceUser(
    "gnocchi-measures",
    password="gnocchi/objects",  # noqa: S106 - a name
    roles=("member",),
    project="gnocchi",
)
"""Whose the objects are that hold measures: no other service's user may touch this project."""
ENTRY: Final = CatalogueEntry("gnocchi", "metric", "OpenStack Metric", endpoint="gnocchi")
MIGRATIONS: Final = "/usr/lib/python3/dist-packages/gnocchi/indexer/alembic/versions"
UNITS: Final = {"api": "gnocchi-api.service", "metricd": "gnocchi-metricd.service"}
"""Each daemon's unit, by the word that its faults go by."""
GROUP: Final = "gnocchi-processing"
"""The group in which the workers of all hosts divide the sacks (``gnocchi.cli.metricd.MetricProcessor``)."""

PROCESS_MB: Final = 150
"""What one API process holds, in MiB."""
WORKER_MB: Final = 100
"""What one worker of metricd holds, in MiB."""
BESIDES_MB: Final = 160
"""What metricd's master and its janitor hold together, in MiB."""


class Options(Strict):
    """What a site may override."""

    processes: Whole = Field(default=1, ge=1, le=64)
    """API processes per host; each takes about 150 MiB."""
    threads: Whole = Field(default=4, ge=1, le=64)
    """Requests one process works on at once."""
    workers: Whole = Field(default=1, ge=1, le=64)
    """Processes per host that work up measures; each takes about 100 MiB."""
    sacks: Whole = Field(default=16, ge=1, le=65535)
    """The containers that new measures wait in: several for each worker of all hosts. Every worker lists its
    own in every round. Choose it before the first deployment: ``gnocchi-change-sack-size`` changes it later,
    by hand and with the API stopped."""
    delay: WholeSeconds = Field(default=20, ge=1, le=3600)
    """Seconds between two rounds, and so until a measure counts in what is asked."""
