"""What a lab consists of, as values worked out from the site; nothing here touches the machine.

Names are derived, never stored, so that a lab can be taken down knowing nothing but its name: the
network namespace is ``nines-<lab>``, a host's cgroups are ``nines/<lab>/<host>``, its container is
``nines-<lab>-<host>``.
"""

from __future__ import annotations

import re
from hashlib import sha256
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from itertools import count
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from fournines.errors import LabError
from fournines.kit.common.fencing import LAB_PORT, LAB_USER, last_free
from fournines.kit.release import SUITE
from fournines.spec.model import Mode, Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fournines.spec.model import Host, Site

INTERFACE_LENGTH = 15
"""Longest name of a network interface (IFNAMSIZ - 1, linux/if.h)."""

MACHINE_LENGTH = 64
"""Longest name of a container (HOST_NAME_MAX, as systemd-nspawn(1) requires of --machine=)."""

NAMESPACE_PREFIX = "nines-"

_LAB_NAME = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LabNetwork(_Value):
    """A bridge, and the address the lab itself (the client's place) has on it."""

    name: str
    cidr: IPv4Network
    address: IPv4Address
    bridge: str

    @property
    def interface(self) -> IPv4Interface:
        """The lab's own address with the prefix length, as ``ip addr add`` wants it."""
        return IPv4Interface(f"{self.address}/{self.cidr.prefixlen}")


class Nic(_Value):
    """A cable: ``inside`` is what the host sees, ``outside`` the end that goes into the bridge."""

    network: str
    address: IPv4Interface
    inside: str
    outside: str
    bridge: str


class LabHost(_Value):
    """A host with its cables, in the order of the site's networks."""

    name: str
    nics: tuple[Nic, ...]

    def nic_on(self, network: str) -> Nic | None:
        """The cable into a network, or None."""
        return next((nic for nic in self.nics if nic.network == network), None)


class LabBmc(_Value):
    """The management board of all hosts: where it listens, and as whom a client logs in."""

    address: IPv4Address
    port: int = LAB_PORT
    user: str = LAB_USER


class LabPlan(_Value):
    """Everything a lab is made from.

    ``through`` is the jump host of the site, when it has one. ``cluster`` is the network in which the
    hosts talk to each other, on which the jump host reaches the others. ``packages`` are what the hosts
    have installed beyond a minimal system that can be reached by SSH, from ``suite`` of Debian. ``bmc`` is
    there where the site wants its hosts fenced.
    """

    name: str
    networks: tuple[LabNetwork, ...]
    hosts: tuple[LabHost, ...]
    cluster: str
    through: str | None = None
    packages: tuple[str, ...] = ()
    bmc: LabBmc | None = None
    suite: str = SUITE

    @property
    def namespace(self) -> str:
        """The lab's network namespace."""
        return namespace(self.name)

    def host(self, name: str) -> LabHost:
        """The host of that name.

        Raises:
            LabError: the lab has no such host.
        """
        for host in self.hosts:
            if host.name == name:
                return host
        known = ", ".join(h.name for h in self.hosts)
        raise LabError(f"lab {self.name} has no host {name}", try_this=f"its hosts are: {known}")

    def network(self, name: str) -> LabNetwork:
        """The network of that name.

        Raises:
            LabError: the lab has no such network.
        """
        for network in self.networks:
            if network.name == name:
                return network
        known = ", ".join(n.name for n in self.networks)
        raise LabError(f"lab {self.name} has no network {name}", try_this=f"its networks are: {known}")


def lab_plan(
    site: Site, *, name: str | None = None, packages: Iterable[str] = (), suite: str = SUITE
) -> LabPlan:
    """The lab that stands for a site; ``name`` is the site's unless given.

    Raises:
        LabError: the name cannot be a lab's, a network has no address left for the lab itself, or no range.
    """
    lab = checked_name(name or site.name)
    for provider in (n for n, network in site.networks.items() if network.purpose is Purpose.PROVIDER):
        raise LabError(
            f"network {provider} is a provider network, which a lab cannot make yet",
            try_this="leave it out of the lab's site file",
        )
    taken = {a for host in site.hosts.values() for a in host.addresses.values()}
    taken |= {vip.address for vip in site.vips.values()}
    bridges = interface_names([("br", network) for network in site.networks])
    networks = tuple(
        LabNetwork(name=n, cidr=net.range, address=own_address(net.range, taken), bridge=bridges["br", n])
        for n, net in site.networks.items()
    )
    own = {n.name: n.address for n in networks}
    cables = [(h.name, f"e{i}") for h in site.hosts.values() for i in range(len(h.addresses))]
    outsides = interface_names(cables, taken=bridges.values())
    return LabPlan(
        name=lab,
        networks=networks,
        hosts=tuple(_lab_host(site, host, networks, outsides) for host in site.hosts.values()),
        cluster=site.cluster_network,
        through=site.ssh.through,
        packages=tuple(sorted(set(packages))),
        bmc=LabBmc(address=own[site.cluster_network]) if site.mode is Mode.ACTIVE_PASSIVE else None,
        suite=suite,
    )


def _lab_host(
    site: Site, host: Host, networks: tuple[LabNetwork, ...], outsides: dict[tuple[str, str], str]
) -> LabHost:
    """Its cables; interfaces are called as the site file says, else eth0, eth1, ... as the networks are."""
    attached = [n for n in networks if n.name in host.addresses]
    named = {n.name: name for n in attached if (name := site.named_interface(host, n.name))}
    free = (name for name in (f"eth{number}" for number in count()) if name not in named.values())
    return LabHost(
        name=host.name,
        nics=tuple(
            Nic(
                network=n.name,
                address=IPv4Interface(f"{host.addresses[n.name]}/{n.cidr.prefixlen}"),
                inside=named.get(n.name) or next(free),
                outside=outsides[host.name, f"e{position}"],
                bridge=n.bridge,
            )
            for position, n in enumerate(attached)
        ),
    )


def checked_name(name: str) -> str:
    """The name itself, if a lab may be called that.

    Raises:
        LabError: it is not a host name label (it becomes part of paths and of container names).
    """
    if not _LAB_NAME.fullmatch(name):
        raise LabError(
            f"{name!r} cannot be a lab's name",
            try_this="use lower-case letters, digits and dashes, beginning with a letter",
        )
    return name


def own_address(cidr: IPv4Network, taken: Iterable[IPv4Address]) -> IPv4Address:
    """The lab's own address in a network: the last usable one that nobody has.

    Raises:
        LabError: every address of the network is taken.
    """
    if (found := last_free(cidr, taken)) is not None:
        return found
    raise LabError(f"network {cidr} has no address left for the lab itself", try_this="make it larger")


def interface_names(
    pairs: Iterable[tuple[str, str]], *, taken: Iterable[str] = ()
) -> dict[tuple[str, str], str]:
    """A name of at most 15 characters for each pair, unique among them and easy to recognise.

    It is ``first-second`` (``controller1-e0``) where that fits and is unique; otherwise it is shortened and
    ends in a digest of the pair, so that it depends on nothing but the pair.

    Raises:
        LabError: two digests of shortened names are the same.
    """
    used = set(taken)
    names: dict[tuple[str, str], str] = {}
    for first, second in pairs:
        name = f"{first}-{second}"
        if len(name) > INTERFACE_LENGTH or name in used:
            digest = sha256(f"{first}/{second}".encode()).hexdigest()[:4]
            name = f"{name[: INTERFACE_LENGTH - 5]}-{digest}"
        if name in used:
            raise LabError(f"two cables would be called {name}", try_this="rename a host or a network")
        used.add(name)
        names[first, second] = name
    return names


def namespace(lab: str) -> str:
    """The name of a lab's network namespace."""
    return NAMESPACE_PREFIX + lab


def machine(lab: str, host: str) -> str:
    """The name of a host's container, unique on the machine."""
    name = f"{NAMESPACE_PREFIX}{lab}-{host}"
    if len(name) <= MACHINE_LENGTH:
        return name
    digest = sha256(name.encode()).hexdigest()[:8]
    return f"{name[: MACHINE_LENGTH - 9]}-{digest}"
