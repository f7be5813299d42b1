"""Ceilometer's options and the names it goes by."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from fournines.kit.declare import MessageUser, ServiceUser
from fournines.kit.where import on
from fournines.spec.model import Role, Strict
from fournines.spec.types import Whole, WholeSeconds

HOSTS: Final = on(Role.CONTROLLER)
USER: Final = ServiceUser(
    "ceilometer",
    password="ceilometer/keystone",  # noqa: S106 - a name
    roles=("admin", "service", "ResellerAdmin"),
)
"""It lists what all projects have. Swift's accounts are shown to their projects, and to whoever has the last
role (``reseller_admin_role``)."""
MESSAGES: Final = MessageUser("ceilometer", password="ceilometer/messaging")  # noqa: S106 - a name
SIGNATURE: Final = "ceilometer/signature"
"""What samples are signed with on their way through the brokers."""
UNITS: Final = {
    "central": "ceilometer-agent-central.service",
    "notification": "ceilometer-agent-notification.service",
}
"""Each daemon's unit, by the word that its faults go by."""
GROUP: Final = "central-global"
"""The group in which the central agents of all hosts divide what they ask for: of the namespace, and of
every discovery that finds the same on all hosts (``AgentManager.construct_group_id``)."""
METERS: Final = {
    "object-store": ("storage.objects", "storage.objects.size", "storage.objects.containers"),
    "image": ("image.size",),
    "volumev3": ("volume.size", "volume.snapshot.size"),
    "network": ("ip.floating",),
}
"""What is asked of a service, by its type in the catalogue."""
STORE: Final = "object-store"
ACCOUNTS: Final = "storage.objects"
"""The meter that there is one of for every project."""
KEEPER: Final = "gnocchi"
"""The project whose objects are the measures: it is not measured, or every measure would make another one."""

CENTRAL_MB: Final = 100
NOTIFICATION_MB: Final = 65
"""What the central agent, and each process of the notification agent, hold in MiB."""


class Options(Strict):
    """What a site may override."""

    interval: WholeSeconds = Field(default=300, ge=30, le=86400)
    """Seconds between two rounds of asking; also until other agents do the work of one that is dead."""
    workers: Whole = Field(default=1, ge=1, le=64)
    """Processes per host that take in what was found; each takes about 65 MiB."""
