"""Nova's options and the names it goes by."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from fournines.kit.declare import (
    CatalogueEntry,
    Database,
    DatabaseClients,
    Memory,
    MessageUser,
    ServiceUser,
    memory_of,
)
from fournines.kit.openstack.messaging import OUTLASTS_BROKER
from fournines.kit.where import on
from fournines.spec.model import Role, Site, Strict
from fournines.spec.types import Whole, WholeSeconds

CONTROL: Final = on(Role.CONTROLLER)
"""Where the APIs, scheduler, conductor and console proxy run."""
COMPUTES: Final = on(Role.COMPUTE)
"""Where instances run; a host may be both."""
HOSTS: Final = on(Role.CONTROLLER, Role.COMPUTE)
PORT: Final = 8774
METADATA_PORT: Final = 8775
CONSOLE_PORT: Final = 6080
FIRST_SCREEN: Final = 5900
LAST_SCREEN: Final = 6899
"""Ports at which instances' screens are: one for each instance of a host."""
CACHE_KEY: Final = "nova/token-cache"
USER: Final = ServiceUser("nova", password="nova/keystone")  # noqa: S106 - a name
MESSAGES: Final = MessageUser("nova", password="nova/messaging")  # noqa: S106 - a name
ENTRY: Final = CatalogueEntry("nova", "compute", "OpenStack Compute", endpoint="nova", path="/v2.1")

API_DATABASE: Final = Database(
    "nova_api",
    user="nova",
    password="nova/database",  # noqa: S106 - a name
    section="api_database",
    pool=2,
    overflow=3,
)
"""What is known of all cells: which there are, where each instance and each host is."""
DATABASE: Final = Database("nova", user="nova", password="nova/database", pool=3, overflow=5)  # noqa: S106 - a name
"""The one cell's: its instances and services."""
CELL0: Final = Database("nova_cell0", user="nova", password="nova/database", pool=3, overflow=5)  # noqa: S106 - a name
"""Instances that found no host. Its connections are made with the settings of ``DATABASE``."""
_MIGRATIONS: Final = "/usr/lib/python3/dist-packages/nova/db/{}/migrations/versions"
API_MIGRATIONS: Final = _MIGRATIONS.format("api")
MIGRATIONS: Final = _MIGRATIONS.format("main")

SERVING_UNITS: Final = {
    "api": "nova-api.service",
    "metadata": "nova-api-metadata.service",
    "console": "nova-novncproxy.service",
}
"""What clients reach, by the word that its faults go by."""
DECIDING_UNITS: Final = {"scheduler": "nova-scheduler.service", "conductor": "nova-conductor.service"}
"""What works for the APIs, over the brokers. Both log in when they start, and end where Keystone answers that
there is no such user ("Fatal error initializing placement client", ``scheduler/manager.py``)."""
CONTROL_UNITS: Final = {**SERVING_UNITS, **DECIDING_UNITS}
"""Each daemon of a controller."""
COMPUTE_UNIT: Final = "nova-compute.service"
LIBVIRT_UNIT: Final = "libvirtd.service"
UNUSED_UNITS: Final = ("nova-serialproxy.service", "nova-spicehtml5proxy.service")
"""They come with the console proxy's package."""

API_MB: Final = 145
"""What one process of the API holds, in MiB."""
METADATA_MB: Final = 120
"""What one process of the metadata service holds, in MiB."""
CONDUCTOR_MB: Final = 120
SCHEDULER_MB: Final = 115
WORKER_MB: Final = 55
"""What each further process of conductor or scheduler holds, in MiB."""
CONSOLE_MB: Final = 115
COMPUTE_MB: Final = 130
LIBVIRT_MB: Final = 105
"""What libvirt adds on a host of instances, in MiB; the instances themselves are not counted."""


class Virt(StrEnum):
    """Who runs instances."""

    KVM = "kvm"
    """The processor's own virtualization."""
    QEMU = "qemu"
    """QEMU without it: many times slower, and works on any host."""
    FAKE = "fake"
    """Nobody: instances exist in Nova's books only. For labs."""


class Options(Strict):
    """What a site may override."""

    processes: Whole = Field(default=2, ge=1, le=64)
    """Processes of each of the two APIs per host; each takes 145 and 120 MiB and works on one request at a
    time: Nova's green threads do not bear threads beside them."""
    workers: Whole = Field(default=1, ge=1, le=64)
    """Processes of each of scheduler and conductor per host. All that hosts of instances say goes through the
    conductors."""
    virt: Virt | None = None
    """Who runs instances: kvm or qemu; fake (labs only) runs none and says that it does. Unless given, kvm;
    in a lab, whose hosts have no virtualization, qemu."""
    down_after: Annotated[WholeSeconds, OUTLASTS_BROKER] = Field(default=30, ge=10, le=600)
    """Seconds without a sign of life until a scheduler, a conductor or a host of instances counts as down;
    as long as a broker's death keeps them silent: ``heartbeat`` and ``net_ticktime`` of rabbitmq together."""


def virt(site: Site, options: Options) -> Virt:
    """Who runs a site's instances."""
    return options.virt or (Virt.QEMU if site.lab else Virt.KVM)


def memory(site: Site, options: Options) -> Iterator[Memory]:
    """What each host holds: its share of the control plane, its share of running instances."""
    workers = CONDUCTOR_MB + SCHEDULER_MB + 2 * (options.workers - 1) * WORKER_MB
    control = options.processes * (API_MB + METADATA_MB) + workers + CONSOLE_MB
    compute = COMPUTE_MB + (0 if virt(site, options) is Virt.FAKE else LIBVIRT_MB)
    return memory_of("nova", (CONTROL.names(site), control), (COMPUTES.names(site), compute))


def clients(site: Site, options: Options) -> Iterator[DatabaseClients]:
    """Who is connected to which database: every process to all that is known of cells and to both cells.

    A conductor answers hosts of instances with connections of its own beside those by which it looks into
    the cell. Hosts of instances have none.
    """
    names = CONTROL.names(site)
    processes = 2 * options.processes + 2 * options.workers + 1
    yield API_DATABASE.clients(names, processes)
    yield DATABASE.clients(names, processes + options.workers)
    yield CELL0.clients(names, processes)
