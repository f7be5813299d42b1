"""What a site file says, as frozen values.

The models hold what was written; what can be worked out from it (who votes, which address a host is
reached at) is a method, so that there is one place to ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network
from pathlib import PurePath
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$")]
"""A host name label in lower case (RFC 1123), starting with a letter: it becomes an Erlang node name too."""


class Role(StrEnum):
    """What a host is for."""

    CONTROLLER = "controller"
    DASHBOARD = "dashboard"
    BASTION = "bastion"
    TIME = "time"
    ARBITER = "arbiter"
    NETWORK = "network"
    COMPUTE = "compute"


class Mode(StrEnum):
    """The two architectures of the OpenStack High Availability Guide."""

    ACTIVE_ACTIVE = "active-active"
    ACTIVE_PASSIVE = "active-passive"


class Strict(BaseModel):
    """A frozen model that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Network(Strict):
    """One network that the site's hosts are attached to."""

    cidr: IPv4Network
    """The network's range, for example 10.0.0.0/24."""

    @property
    def prefix(self) -> int:
        """The prefix length in bits."""
        return self.cidr.prefixlen


class Vip(Strict):
    """An address that moves between hosts and that clients use."""

    network: Name
    """The network the address belongs to."""
    address: IPv4Address
    """The address itself; no host may have it."""


class Host(Strict):
    """One machine of the site."""

    name: Name
    """The host's name, as in ``/etc/hosts`` and in every cluster's member list."""
    roles: tuple[Role, ...]
    """What the host is for."""
    addresses: Mapping[str, IPv4Address]
    """The host's address in each network it is attached to, by network name."""

    def has(self, role: Role) -> bool:
        """Whether the host has this role."""
        return role in self.roles


class Ssh(Strict):
    """How the operator reaches the hosts."""

    user: str = "root"
    """The login; it must be root or able to run everything as root without a password."""
    through: Name | None = None
    """The jump host, when only that one is reachable from the operator's machine."""


class SecretsAt(Strict):
    """Where the generated secrets are kept, and who can read them."""

    recipients: tuple[str, ...] = ()
    """age recipients or paths of ssh-ed25519 public keys; none means a site key file of mode 0600."""


class Site(Strict):
    """Everything one site file describes."""

    name: Name
    """The site's name; also the lab's and the clusters' name."""
    release: Literal["epoxy"] = "epoxy"
    """The OpenStack release: Epoxy (2025.1), as packaged by Debian 13."""
    networks: Mapping[Name, Network]
    """The networks, by name. The first is where the clusters talk to each other."""
    vips: Mapping[Name, Vip]
    """The moving addresses, by the name that clients use for them."""
    hosts: Mapping[Name, Host]
    """The hosts, by name."""
    ssh: Ssh = Ssh()
    """How the operator reaches the hosts."""
    lab: bool = False
    """The site exists only as a lab: verbs that need hosts refuse while it is down, instead of trying the
    addresses on the operator's own network."""
    services: tuple[Name, ...]
    """The OpenStack services to run."""
    mode: Mode = Mode.ACTIVE_ACTIVE
    """active-active (Keepalived, HAProxy, Galera, ...) or active-passive (Pacemaker, DRBD)."""
    secrets: SecretsAt = SecretsAt()
    """Where the generated secrets are kept."""
    components: Mapping[Name, Mapping[str, Any]] = Field(default_factory=dict)
    """Overrides per component; each component documents its own."""
    file: PurePath = Field(default=PurePath("site.yaml"), exclude=True)
    """The file this was read from; not a key of it."""

    def with_role(self, role: Role) -> tuple[Host, ...]:
        """The hosts that have a role, in the file's order."""
        return tuple(h for h in self.hosts.values() if h.has(role))

    @property
    def controllers(self) -> tuple[Host, ...]:
        """The hosts that run the control plane."""
        return self.with_role(Role.CONTROLLER)

    @property
    def voters(self) -> tuple[Host, ...]:
        """The hosts whose majority decides: the controllers and the arbiter, in the file's order."""
        return tuple(h for h in self.hosts.values() if h.has(Role.CONTROLLER) or h.has(Role.ARBITER))

    @property
    def cluster_network(self) -> str:
        """The network in which the clusters talk: the VIP's, or the first one."""
        for vip in self.vips.values():
            return vip.network
        return next(iter(self.networks))

    def address(self, host: Host | str, network: str | None = None) -> IPv4Address:
        """A host's address in a network (the cluster network when none is named).

        Raises:
            KeyError: the host is not attached to that network.
        """
        found = self.hosts[host] if isinstance(host, str) else host
        return found.addresses[network or self.cluster_network]

    @property
    def vip_name(self) -> str:
        """The name clients use for the control plane: the first VIP's."""
        return next(iter(self.vips))

    @property
    def vip(self) -> Vip:
        """The control plane's moving address."""
        return self.vips[self.vip_name]
