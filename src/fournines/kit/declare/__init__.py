"""Declarations: what a component offers or wants of others, as values.

Components never call one another. They declare; whoever serves a kind of declaration collects all of
that kind (``Context.declared``): haproxy renders whatever ``Endpoint`` there is and never says
"memcached". By subject: ``endpoint`` (what clients reach), ``data`` (databases, queues, caches),
``identity`` (users and the catalogue), ``secret``, ``host`` (ports, logs, interfaces),
``cluster`` (what a cluster manager runs).
"""

from __future__ import annotations

from fournines.kit.declare.cluster import ClusterControl, Majority, Mirror, Resource, Volume
from fournines.kit.declare.data import (
    Brokers,
    CacheServers,
    Coordination,
    Database,
    DatabaseClients,
    DatabaseServer,
    MessageUser,
)
from fournines.kit.declare.endpoint import Endpoint, HealthCheck, ServedCertificate, VipCondition
from fournines.kit.declare.host import (
    BackingDevice,
    FirewallPort,
    InterfaceOf,
    KernelModule,
    LogFile,
    Memory,
    MetadataProxy,
    Switch,
    memory_of,
)
from fournines.kit.declare.identity import PROJECT_ID, CatalogueEntry, ServiceRole, ServiceUser
from fournines.kit.declare.secret import Secret, SecretKind
from fournines.kit.probe import (
    Agreement,
    BackendsSeen,
    Identity,
    Keepsake,
    Links,
    Membership,
    Milestones,
    ObjectLedger,
    QueueLedger,
    Reached,
    TableLedger,
)

__all__ = [
    "PROJECT_ID",
    "BackingDevice",
    "Brokers",
    "CacheServers",
    "CatalogueEntry",
    "ClusterControl",
    "Coordination",
    "Database",
    "DatabaseClients",
    "DatabaseServer",
    "Declaration",
    "Endpoint",
    "FirewallPort",
    "HealthCheck",
    "InterfaceOf",
    "KernelModule",
    "LogFile",
    "Majority",
    "Memory",
    "MessageUser",
    "MetadataProxy",
    "Mirror",
    "Resource",
    "Secret",
    "SecretKind",
    "ServedCertificate",
    "ServiceRole",
    "ServiceUser",
    "Switch",
    "VipCondition",
    "Volume",
    "memory_of",
]

Declaration = (
    Endpoint
    | Database
    | DatabaseClients
    | DatabaseServer
    | MessageUser
    | Brokers
    | CacheServers
    | Coordination
    | ServiceUser
    | ServiceRole
    | CatalogueEntry
    | Secret
    | LogFile
    | FirewallPort
    | InterfaceOf
    | Switch
    | KernelModule
    | BackingDevice
    | MetadataProxy
    | Memory
    | ServedCertificate
    | VipCondition
    | Resource
    | Volume
    | Mirror
    | ClusterControl
    | Majority
    | Identity
    | BackendsSeen
    | TableLedger
    | QueueLedger
    | Membership
    | Milestones
    | Agreement
    | Links
    | ObjectLedger
    | Keepsake
    | Reached
)
"""Anything a component declares."""
