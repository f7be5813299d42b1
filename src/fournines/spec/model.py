"""What a site file says, as frozen values.

The models hold what was written; what can be worked out from it (who votes, which address a host is
reached at) is a method, so that there is one place to ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network
from pathlib import PurePath
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fournines.spec.shapes import Once, wrong
from fournines.spec.types import (
    Cidr,
    InterfaceName,
    Login,
    LookedUp,
    Name,
    NetworkName,
    Port,
    Recipient,
    Server,
    SiteName,
    Truth,
    UrlPath,
    Whole,
)


class Role(StrEnum):
    """What a host is for."""

    CONTROLLER = "controller"
    DASHBOARD = "dashboard"
    BASTION = "bastion"
    TIME = "time"
    ARBITER = "arbiter"
    NETWORK = "network"
    COMPUTE = "compute"
    STORAGE = "storage"


OF_COMPONENTS = frozenset({Role.DASHBOARD, Role.NETWORK, Role.COMPUTE, Role.STORAGE})
"""Roles that mean what components make of them; the others mean something to the site itself."""


class Mode(StrEnum):
    """The two architectures of the OpenStack High Availability Guide."""

    ACTIVE_ACTIVE = "active-active"
    ACTIVE_PASSIVE = "active-passive"


class HostKind(StrEnum):
    """What a host of a lab is; real machines are what they are."""

    CONTAINER = "container"
    """A container: it boots in a second and shares this machine's kernel."""
    VM = "vm"
    """A virtual machine with a kernel of its own."""


class Purpose(StrEnum):
    """What a network is for, where that does not follow from the rest of the file."""

    CLUSTER = "cluster"
    """The hosts talk to each other here; every host has an address in it. One network has this purpose."""
    PROVIDER = "provider"
    """The hosts are attached to it without an address: it is handed on to virtual networks."""


class Visibility(StrEnum):
    """Whom an endpoint is for: the three interfaces of Keystone's catalogue."""

    PUBLIC = "public"
    INTERNAL = "internal"
    ADMIN = "admin"


class Strict(BaseModel):
    """A frozen model that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Network(Strict):
    """One network that the site's hosts are attached to."""

    cidr: Cidr | None = None
    """The network's range, for example 10.0.0.0/24; only a provider network has none."""
    purpose: Purpose | None = None
    """``cluster``: the hosts talk to each other here. Unless one network says so, it is the one to which most
    hosts are attached, the first in the file where several are equal. ``provider``: the hosts have no
    addresses in it."""
    interface: InterfaceName | None = None
    """The hosts' interface in this network, where it cannot be found by their address or another one than
    the address's is meant; a host may say otherwise."""

    @property
    def range(self) -> IPv4Network:
        """The network's range.

        Raises:
            ValueError: it is a provider network without one.
        """
        if self.cidr is None:
            raise ValueError("a provider network has no range")
        return self.cidr

    @property
    def prefix(self) -> int:
        """The prefix length in bits."""
        return self.range.prefixlen


class Vip(Strict):
    """An address that moves between hosts and that clients use."""

    network: Name
    """The network the address belongs to."""
    address: IPv4Address
    """The address itself; no host may have it."""
    serves: tuple[Visibility, ...] | None = None
    """Whose clients come here: public, internal, admin. Unless given, everything that no other VIP serves."""


class Attachment(Strict):
    """How a host is attached to a network, where its address alone does not say it."""

    address: IPv4Address | None = None
    """The host's address in the network; a provider network has none."""
    interface: InterfaceName | None = None
    """The host's interface in the network, where it is not the one that has the address."""


class Host(Strict):
    """One machine of the site."""

    name: LookedUp
    """The host's name, as in ``/etc/hosts`` and in every cluster's member list."""
    roles: tuple[Role, ...]
    """What the host is for."""
    kind: HostKind = HostKind.CONTAINER
    """What a lab makes of the host. Where a component needs a kernel module it is a virtual machine in any
    case. Real machines take no notice."""
    addresses: Mapping[str, IPv4Address]
    """The host's address in each network, by network name."""
    interfaces: Mapping[str, InterfaceName] = Field(default_factory=dict)
    """The host's interface in a network, where the file names it."""
    bare: tuple[str, ...] = ()
    """The networks that the host is attached to without an address."""

    def has(self, role: Role) -> bool:
        """Whether the host has this role."""
        return role in self.roles


class Ssh(Strict):
    """How the operator reaches the hosts."""

    user: Login = "root"
    """The login; it must be root or able to run everything as root without a password. The port is
    that of ``~/.ssh/config``; ``components: {nftables: {ssh_ports: [2222]}}`` opens it where it is not 22."""
    through: Server | None = None
    """The jump host, when only that one is reachable from the operator's machine: a host of this site, by its
    name. A machine outside the site is a ``ProxyJump`` in ``~/.ssh/config``."""


class Fencing(Strict):
    """The management board by which a host is switched off for certain, whatever has become of it.

    Its password is a secret: ``nines secrets set SITE fencing/HOST``.
    """

    agent: Literal["redfish", "ipmi"] = "redfish"
    """What the board speaks: Redfish over HTTPS, or IPMI over LAN (lanplus)."""
    address: Server
    """The board's own address, which is not the host's."""
    port: Port | None = None
    """The board's port; 443 or 623 unless given."""
    user: Login = "admin"
    """Who may switch the host's power."""
    system: UrlPath | None = None
    """Redfish's path of the host on the board, where it has several: /redfish/v1/Systems/1."""

    @model_validator(mode="after")
    def _paths_are_of_redfish(self) -> Self:
        if self.agent == "ipmi" and self.system is not None:
            hint = "take it away, or write agent: redfish"
            raise wrong("IPMI knows no systems: a board is one host's", hint, at="system")
        return self


class SecretsAt(Strict):
    """Where the generated secrets are kept, and who can read them."""

    recipients: Annotated[tuple[Recipient, ...], Once()] = ()
    """``age1...``, ssh-ed25519 or ssh-rsa public keys, or their paths, which begin at the site
    file's folder; none means a key file of mode 0600."""


class Site(Strict):
    """Everything one site file describes."""

    name: SiteName
    """The site's name, 32 characters at most; also the lab's and the clusters' name."""
    release: Literal["epoxy"] = "epoxy"
    """The OpenStack release: Epoxy (2025.1), as packaged by Debian 13."""
    networks: Mapping[NetworkName, Network]
    """The networks, by name."""
    vips: Mapping[LookedUp, Vip]
    """The moving addresses, by the name that clients use for them."""
    hosts: Mapping[LookedUp, Host]
    """The hosts, by name: ``roles``, and the host's address in each network under the network's name. Where
    more is to be said of an attachment it is a mapping, ``{address: 10.0.0.11, interface: enp1s0}``, or
    without an address ``{interface: enp2s0}``. ``compute[001-200]`` is many hosts, with addresses that are
    counted up: ``mgmt: 10.0.1.1+``."""
    ssh: Ssh = Ssh()
    """How the operator reaches the hosts."""
    lab: Truth = False
    """The site exists only as a lab: verbs that need hosts refuse while it is down, instead of trying the
    addresses on the operator's own network."""
    patience: Whole = Field(default=1, ge=1, le=20)
    """How many times longer than on real processors an answer, a command, a check and a drill's healing may
    take until they count as failed: more for virtual machines whose processors are emulated, where a program
    takes ten times as long to start. Nothing gets slower by it, and what fails is told so much later."""
    services: tuple[Name, ...]
    """The OpenStack services to run."""
    mode: Mode = Mode.ACTIVE_ACTIVE
    """active-active: Keepalived holds the VIPs; active-passive: Corosync and Pacemaker do, with fencing."""
    fencing: Mapping[Name, Fencing] = Field(default_factory=dict)
    """How each host is fenced, by its name, where Pacemaker decides what runs where. A lab has a board of its
    own for all its hosts."""
    secrets: SecretsAt = SecretsAt()
    """Where the generated secrets are kept."""
    choose: Mapping[Name, Name] = Field(default_factory=dict)
    """Who provides a capability where several components can: ``{database: galera}``."""
    components: Mapping[Name, Mapping[str, Any]] = Field(default_factory=dict)
    """Overrides per component; each component documents its own."""
    file: PurePath = Field(default=PurePath("site.yaml"), exclude=True)
    """The file this was read from; not a key of it."""

    def with_role(self, role: Role) -> tuple[Host, ...]:
        """The hosts that have a role, in the file's order."""
        return self.by_role.get(role, ())

    @cached_property
    def by_role(self) -> Mapping[Role, tuple[Host, ...]]:
        """The hosts of each role, in the file's order; worked out once, because every host's steps ask."""
        return {role: tuple(h for h in self.hosts.values() if h.has(role)) for role in Role}

    @property
    def controllers(self) -> tuple[Host, ...]:
        """The hosts that run the control plane."""
        return self.with_role(Role.CONTROLLER)

    @property
    def voters(self) -> tuple[Host, ...]:
        """The hosts whose majority decides: the controllers and the arbiter, in the file's order."""
        return tuple(h for h in self.hosts.values() if h.has(Role.CONTROLLER) or h.has(Role.ARBITER))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with some fields replaced, and nothing kept of what was worked out from the old ones."""
        copied = super().model_copy(update=update, deep=deep)
        for worked_out in ("cluster_network", "by_role"):
            copied.__dict__.pop(worked_out, None)
        return copied

    @cached_property
    def cluster_network(self) -> str:
        """The network in which the hosts talk to each other (``Network.purpose``)."""
        return cluster_of(
            {name: network.purpose for name, network in self.networks.items()},
            [tuple(host.addresses) for host in self.hosts.values()],
        )

    def address(self, host: Host | str, network: str | None = None) -> IPv4Address:
        """A host's address in a network (the cluster network when none is named).

        Raises:
            KeyError: the host is not attached to that network.
        """
        found = self.hosts[host] if isinstance(host, str) else host
        return found.addresses[network or self.cluster_network]

    def named_interface(self, host: Host, network: str) -> str | None:
        """The host's interface in a network as the file names it; None where it is to be found by address."""
        return host.interfaces.get(network) or self.networks[network].interface

    def vip_serving(self, visibility: Visibility) -> str:
        """The name of the VIP to which clients of this kind come."""
        rest = None
        for name, vip in self.vips.items():
            if vip.serves is None:
                rest = rest or name
            elif visibility in vip.serves:
                return name
        return rest or next(iter(self.vips))

    def served_by(self, vip: str) -> tuple[Visibility, ...]:
        """Whose clients come to this VIP."""
        return tuple(visibility for visibility in Visibility if self.vip_serving(visibility) == vip)

    @property
    def vip_name(self) -> str:
        """The name the control plane itself uses for its endpoints: that of the VIP for internal clients."""
        return self.vip_serving(Visibility.INTERNAL)

    @property
    def vip(self) -> Vip:
        """The VIP for internal clients."""
        return self.vips[self.vip_name]


def cluster_of(purposes: Mapping[str, Purpose | None], attached: list[tuple[str, ...]]) -> str:
    """The name of the cluster network.

    It is the one with that purpose; else, whatever the order of VIPs, the one to which most hosts are
    attached, the first where several are equal.

    Args:
        purposes: every network with its purpose, in the file's order; not empty.
        attached: per host the networks in which it has an address.
    """
    for name, purpose in purposes.items():
        if purpose is Purpose.CLUSTER:
            return name
    counts = {name: sum(name in of_host for of_host in attached) for name in purposes}
    return max(counts, key=lambda name: counts[name])
