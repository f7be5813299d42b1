"""Cinder's options and the names it goes by."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, Field

from fournines.kit.declare import PROJECT_ID, CatalogueEntry, Database, MessageUser, ServiceUser
from fournines.kit.openstack.messaging import OUTLASTS_BROKER
from fournines.kit.where import ApiModed, on
from fournines.spec.model import Host, Role, Site
from fournines.spec.shapes import Once, Written, wrong
from fournines.spec.types import Line, Whole, WholeSeconds

HOSTS: Final = on(Role.CONTROLLER)
PORT: Final = 8776
CACHE_KEY: Final = "cinder/token-cache"
DATABASE: Final = Database("cinder", user="cinder", password="cinder/database")  # noqa: S106 - a name
USER: Final = ServiceUser("cinder", password="cinder/keystone")  # noqa: S106 - a name
MESSAGES: Final = MessageUser("cinder", password="cinder/messaging")  # noqa: S106 - a name
ENTRY: Final = CatalogueEntry(
    "cinderv3", "volumev3", "OpenStack Block Storage", endpoint="cinder", path=f"/v3/{PROJECT_ID}"
)
CONF: Final = "/etc/cinder/cinder.conf"
MIGRATIONS: Final = "/usr/lib/python3/dist-packages/cinder/db/migrations/versions"
UNITS: Final = {
    "api": "cinder-api.service",
    "scheduler": "cinder-scheduler.service",
    "volume": "cinder-volume.service",
}
"""Each daemon's unit, by the word that its faults go by."""
BACKEND: Final = "main"
"""The backend's section, and the part after ``@`` in the names of hosts and cluster."""
PRETENDED: Final = "cinder.tests."
"""Drivers below this make nothing; Cinder's own tests use them."""
ALONE: Final = frozenset({"cinder.volume.drivers.lvm.LVMVolumeDriver", "cinder.volume.drivers.nfs.NfsDriver"})
"""Drivers that many know and that Cinder refuses to run on several hosts (``SUPPORTS_ACTIVE_ACTIVE``)."""
LOCAL: Final = frozenset({"cinder.volume.drivers.lvm.LVMVolumeDriver"})
"""Those of them whose volumes are on a host's own disks."""
GROUP: Final = "g_services_volume"
"""What moves beside the API."""
MOVING: Final = ("scheduler", "volume")
"""Its daemons, in the order of their start."""
_OURS: Final = frozenset({"volume_driver", "volume_backend_name", "backend_host"})

PROCESS_MB: Final = 130
"""What one API process holds, in MiB."""
OTHERS_MB: Final = 275
"""What scheduler and volume service hold together, in MiB."""

Driver = Annotated[
    str,
    Written(
        r"[a-z_][a-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+",
        "a driver's class",
        "write it as Cinder's documentation has it: cinder.volume.drivers.rbd.RBDDriver",
    ),
]
SettingName = Annotated[
    str,
    Written(r"[a-z][a-z0-9_]*", "the name of a setting", "write it as the driver's documentation has it"),
]
PackageName = Annotated[
    str,
    Written(r"[a-z0-9][a-z0-9+.-]+", "a package's name", "write it as apt does: python3-rbd", longest=100),
]


def _not_ours(name: str) -> str:
    if name in _OURS:
        raise wrong(f"{name} is set by fournines", "leave it out")
    return name


class Options(ApiModed):
    """What a site may override."""

    driver: Driver | None = None
    """Who keeps the volumes: the class of a driver that may run on several hosts at once or, where the volume
    service moves (active-passive), of one whose volumes every host reaches. It has to be said;
    cinder.tests.fake_driver.FakeHAReplicatedLoggingVolumeDriver keeps none, for labs."""
    settings: dict[Annotated[SettingName, AfterValidator(_not_ours)], Line] = Field(default_factory=dict)
    """The driver's settings, the same on every host: rbd_pool, san_ip, ..."""
    packages: Annotated[tuple[PackageName, ...], Once()] = ()
    """Packages that the driver needs: ceph-common, python3-rbd, ..."""
    processes: Whole = Field(default=1, ge=1, le=64)
    """API processes per host; each takes about 130 MiB."""
    threads: Whole = Field(default=4, ge=1, le=64)
    """Requests one process works on at once."""
    down_after: Annotated[WholeSeconds, OUTLASTS_BROKER] = Field(default=20, ge=10, le=300)
    """Seconds without a sign of life until a scheduler or volume service counts as down; as long as a
    broker's death keeps them silent: ``heartbeat`` and ``net_ticktime`` of rabbitmq together."""


def cluster(site: Site) -> str:
    """The name under which the volume services of all hosts are one."""
    return f"{site.name}@{BACKEND}"


def shares_locks(site: Site, options: Options) -> bool:
    """Whether daemons of several hosts work on volumes at the same time."""
    return not (options.moves_in(site) and options.api_moves_in(site))


def service_host(site: Site, options: Options, host: Host) -> str:
    """Under which name a host's scheduler and volume service are known.

    Where they move the name moves along: volumes belong to the name of the service that made them.
    """
    return site.name if options.moves_in(site) else host.name
