"""What there is of labs on this machine, and how each of them is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fournines.errors import LabError
from fournines.kit.common.fencing import password_of
from fournines.lab import disk, network, state
from fournines.lab.cgroups import hierarchies, labs_with_cgroups
from fournines.lab.hosts.kinds import host_of
from fournines.lab.names import checked_name
from fournines.lab.state import LabPaths

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fournines.lab.hosts.host import Power, RunningHost
    from fournines.lab.network import Link


@dataclass(frozen=True, slots=True)
class CableStatus:
    """One cable of a host; ``plugged`` is False when it was cut or the host is off."""

    network: str
    address: str
    interface: str
    outside: str
    plugged: bool


@dataclass(frozen=True, slots=True)
class HostStatus:
    """One host now; ``nature`` says what it is: a container, a virtual machine by KVM or emulated."""

    name: str
    nature: str
    power: Power
    cables: tuple[CableStatus, ...]


@dataclass(frozen=True, slots=True)
class LabStatus:
    """A lab now; ``up`` means its network is there, be its hosts on or off.

    ``disk`` is where the hosts' disks lie: ``memory``, or a directory. ``emulated`` says why virtual machines
    are emulated and not run by KVM, where they are.
    """

    name: str
    up: bool
    disk: str
    emulated: str
    hosts: tuple[HostStatus, ...]


def labs() -> tuple[str, ...]:
    """The names of all labs of which anything is left on this machine."""
    cgroups = labs_with_cgroups(hierarchies())
    return tuple(sorted(state.labs_on_disk() | network.labs_with_namespace() | cgroups))


def is_up(name: str) -> bool:
    """Whether a lab of that name is there to be entered, be its hosts on or off."""
    return network.exists(name) and LabPaths(checked_name(name)).plan.exists()


def status(name: str) -> LabStatus:
    """What a lab is doing now.

    Raises:
        LabError: there is no such lab.
    """
    paths = LabPaths(checked_name(name))
    plan = state.load(paths)
    where = hierarchies()
    links = network.links(name) if network.exists(name) else {}
    hosts = tuple(_host_status(host_of(plan, host.name, paths, where), links) for host in plan.hosts)
    lie = disk.current(paths)
    return LabStatus(name, bool(links), lie.where if lie else "", state.emulated(paths), hosts)


def _host_status(host: RunningHost, links: Mapping[str, Link]) -> HostStatus:
    return HostStatus(
        name=host.host.name,
        nature=host.nature,
        power=host.power,
        cables=tuple(
            CableStatus(
                network=nic.network,
                address=str(nic.address.ip),
                interface=nic.inside,
                outside=nic.outside,
                plugged=nic.outside in links and links[nic.outside].bridge == nic.bridge,
            )
            for nic in host.host.nics
        ),
    )


def powered(lab: str, host: str) -> bool:
    """Whether a host has power; one that is frozen or cut off has."""
    paths = LabPaths(checked_name(lab))
    return host_of(state.load(paths), host, paths, hierarchies()).on


def board_secrets(lab: str) -> Mapping[str, str]:
    """The passwords by which a lab's hosts are fenced, by the secrets' names; none where it has no board."""
    paths = LabPaths(checked_name(lab))
    if not paths.bmc.password.exists():
        return {}
    password = paths.bmc.password.read_text(encoding="ascii").strip()
    return {password_of(host.name): password for host in state.load(paths).hosts}


def ssh_config_path(lab: str) -> Path:
    """The lab's ``ssh_config``, for ``ssh -F`` from a process that has entered the lab.

    Raises:
        LabError: there is no such lab.
    """
    path = LabPaths(checked_name(lab)).ssh_config
    if not path.exists():
        raise LabError(f"there is no lab {lab}", try_this="nines lab up SITE")
    return path
