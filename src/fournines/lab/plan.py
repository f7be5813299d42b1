"""What a lab consists of, as values worked out from the site; nothing here touches the machine."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from itertools import count
from string import ascii_lowercase
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from fournines.errors import LabError
from fournines.kit.common.fencing import LAB_PORT, LAB_USER, last_free
from fournines.kit.declare import BackingDevice, Declaration, KernelModule
from fournines.kit.release import SUITE
from fournines.lab.images.packages import OF_VMS
from fournines.lab.names import checked_name, interface_names, namespace
from fournines.spec.model import HostKind, Mode, Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fournines.spec.model import Host, Site


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


class Device(_Value):
    """A block device of a host beside its own disk: ``mib`` MiB that are empty when the lab is made."""

    path: str
    mib: int


class LabHost(_Value):
    """A host with its cables, in the order of the site's networks.

    ``modules`` are those of its own kernel that it loads at boot, ``devices`` its further block devices; only
    a virtual machine has either.
    """

    name: str
    nics: tuple[Nic, ...]
    kind: HostKind = HostKind.CONTAINER
    modules: tuple[str, ...] = ()
    devices: tuple[Device, ...] = ()

    @property
    def vm(self) -> bool:
        """Whether it is a virtual machine."""
        return self.kind is HostKind.VM

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

    @property
    def vms(self) -> tuple[LabHost, ...]:
        """The hosts that are virtual machines."""
        return tuple(host for host in self.hosts if host.vm)

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
    site: Site,
    *,
    name: str | None = None,
    packages: Iterable[str] = (),
    suite: str = SUITE,
    declared: Iterable[Declaration] = (),
) -> LabPlan:
    """The lab that stands for a site; ``name`` is the site's unless given.

    ``declared`` is what the site's components declare: hosts that need kernel modules or block devices of
    their own are virtual machines.

    Raises:
        LabError: the name cannot be a lab's, a network has no address left for the lab itself, or no range,
            or a component wants a block device that a lab cannot make.
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
    wants = tuple(declared)
    hosts = tuple(_lab_host(site, host, networks, outsides, wants) for host in site.hosts.values())
    of_vms = OF_VMS if any(host.vm for host in hosts) else ()
    return LabPlan(
        name=lab,
        networks=networks,
        hosts=hosts,
        cluster=site.cluster_network,
        through=site.ssh.through,
        packages=tuple(sorted({*packages, *of_vms})),
        bmc=LabBmc(address=own[site.cluster_network]) if site.mode is Mode.ACTIVE_PASSIVE else None,
        suite=suite,
    )


def _lab_host(
    site: Site,
    host: Host,
    networks: tuple[LabNetwork, ...],
    outsides: dict[tuple[str, str], str],
    declared: tuple[Declaration, ...],
) -> LabHost:
    """Its cables; interfaces are called as the site file says, else eth0, eth1, ... as the networks are."""
    attached = [n for n in networks if n.name in host.addresses]
    named = {n.name: name for n in attached if (name := site.named_interface(host, n.name))}
    free = (name for name in (f"eth{number}" for number in count()) if name not in named.values())
    modules = [d.name for d in declared if isinstance(d, KernelModule) and host.name in d.hosts]
    devices = [d for d in declared if isinstance(d, BackingDevice) and host.name in d.hosts]
    return LabHost(
        name=host.name,
        kind=HostKind.VM if modules or devices else host.kind,
        modules=tuple(dict.fromkeys(modules)),
        devices=_devices(host.name, devices),
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


def _devices(host: str, declared: Iterable[BackingDevice]) -> tuple[Device, ...]:
    """A host's block devices in the order of their paths, which is that in which its kernel finds them."""
    found = sorted((Device(path=one.path, mib=one.mib) for one in declared), key=lambda device: device.path)
    for device, letter in zip(found, ascii_lowercase[1:], strict=False):
        if device.path != f"/dev/vd{letter}":
            raise LabError(
                f"a lab cannot make the block device {device.path}",
                where=host,
                try_this=f"a virtual machine's own disk is /dev/vda, its next device is /dev/vd{letter}",
            )
    return tuple(found)


def own_address(cidr: IPv4Network, taken: Iterable[IPv4Address]) -> IPv4Address:
    """The lab's own address in a network: the last usable one that nobody has.

    Raises:
        LabError: every address of the network is taken.
    """
    if (found := last_free(cidr, taken)) is not None:
        return found
    raise LabError(f"network {cidr} has no address left for the lab itself", try_this="make it larger")
