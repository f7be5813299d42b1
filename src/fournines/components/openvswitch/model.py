"""Open vSwitch's options, and what of a site it is about."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from fournines.errors import PlanError
from fournines.kit.where import on
from fournines.spec.model import Host, Purpose, Role, Site, Strict
from fournines.spec.types import NetworkName

GATEWAYS: Final = on(Role.NETWORK, otherwise=(Role.CONTROLLER,))
"""The hosts with a way to the outside."""
HOSTS: Final = on(Role.NETWORK, otherwise=(Role.CONTROLLER,), also=(Role.COMPUTE,))
EXTERNAL_BRIDGE: Final = "br-ex"
"""The bridge with the hosts' interface in the external network."""
VXLAN_PORT: Final = 4789
"""Where tunnels arrive (RFC 7348)."""

SWITCH_MB: Final = 20
"""What both daemons hold, in MiB, without flows of guests."""


class Datapath(StrEnum):
    """Who forwards packets."""

    KERNEL = "kernel"
    """The kernel's module openvswitch."""
    USERSPACE = "userspace"
    """The daemon itself: slower, and the only way where the kernel has no such module."""

    @property
    def type(self) -> str:
        """What Open vSwitch calls it (ovs-vswitchd.conf.db(5), ``datapath_type``)."""
        return "system" if self is Datapath.KERNEL else "netdev"


class Options(Strict):
    """What a site may override."""

    datapath: Datapath | None = None
    """kernel or userspace. Unless given, the kernel's; a lab's hosts share a kernel that may have no such
    module, so theirs is userspace."""
    tunnels: NetworkName | None = None
    """The network between whose addresses virtual networks are tunnelled; the cluster network unless given.
    With the userspace datapath it is a network without VIPs, whose interface the switch takes over."""
    external: NetworkName | None = None
    """The network from which routers are reached; unless given, the provider network. There is
    one at most; where there is none, routers of real machines only join virtual networks."""


def datapath(site: Site, options: Options) -> Datapath:
    """Who forwards packets in a site.

    Raises:
        PlanError: in userspace on real machines, of whose network configuration nothing is known.
    """
    if options.datapath is Datapath.USERSPACE and not site.lab:
        raise PlanError(
            "openvswitch.datapath: userspace takes an interface over, which is only known to work in a lab",
            try_this="leave it out: a real machine's kernel has the module",
        )
    return _asked(site, options)


def _asked(site: Site, options: Options) -> Datapath:
    """Who would forward packets, whether or not they can."""
    return options.datapath or (Datapath.USERSPACE if site.lab else Datapath.KERNEL)


def tunnels(site: Site, options: Options) -> str:
    """The network of the tunnels' ends.

    A tunnel of the userspace datapath ends at an address of one of its own bridges, so the network's
    interface becomes a port: not that of the cluster network, over which the hosts are managed.

    Raises:
        PlanError: a network is not there, not all hosts have addresses in it, or it cannot be taken over.
    """
    fit = for_tunnels(site, options)
    if datapath(site, options) is Datapath.KERNEL:
        return _attached(site, options.tunnels or site.cluster_network, fit)
    if options.tunnels in _of_vips(site) or not fit:
        more = f"attach {', '.join(HOSTS.names(site))} to one more network: tenant: {{cidr: 10.1.0.0/24}}"
        raise PlanError(
            "the userspace switch takes over the interface of a network apart, which has no VIP",
            try_this=f"write {' or '.join(fit)}, or leave it out" if fit else more,
        )
    return _attached(site, options.tunnels or fit[0], fit)


def for_tunnels(site: Site, options: Options) -> list[str]:
    """The networks that can carry the tunnels: all hosts are in them, and none is needed for itself."""
    kept = _of_vips(site) if _asked(site, options) is Datapath.USERSPACE else set()
    return [name for name in site.networks if name not in kept and _all_in(site, name)]


def _of_vips(site: Site) -> set[str]:
    return {site.cluster_network, *(vip.network for vip in site.vips.values())}


def external(site: Site, options: Options) -> str | None:
    """The network from which routers are reached; None where they only join virtual networks.

    Raises:
        PlanError: it is not there, not all hosts are attached to it, or hosts would lose addresses in it.
    """
    if options.external is None:
        providers = [name for name, one in site.networks.items() if one.purpose is Purpose.PROVIDER]
        if len(providers) == 1:
            return _plugged(site, providers[0])
        return tunnels(site, options) if datapath(site, options) is Datapath.USERSPACE else None
    network = site.networks.get(options.external)
    if network is None:
        raise PlanError(f"openvswitch.external: {options.external} is not a network of this site")
    if network.purpose is not Purpose.PROVIDER and options.external != _taken_over(site, options):
        raise PlanError(
            f"openvswitch.external: hosts have addresses in {options.external}: a bridge would cut off these",
            try_this="name a network with purpose: provider",
        )
    return _plugged(site, options.external)


def bridged(site: Site, options: Options, host: Host) -> str | None:
    """The network whose interface is a port of the host's external bridge; None where it has none."""
    outside = external(site, options) if GATEWAYS.has(site, host) else None
    return outside or _taken_over(site, options)


def moved(site: Site, options: Options, host: Host) -> bool:
    """Whether the host's address in that network is the bridge's, and no longer the interface's."""
    network = _taken_over(site, options)
    return network is not None and network == bridged(site, options, host) and network in host.addresses


def _taken_over(site: Site, options: Options) -> str | None:
    return tunnels(site, options) if datapath(site, options) is Datapath.USERSPACE else None


def _plugged(site: Site, network: str) -> str:
    apart = [h.name for h in GATEWAYS(site) if network not in h.addresses and network not in h.bare]
    if apart:
        raise PlanError(
            f"{', '.join(apart)} without a way into {network}, from which routers are reached",
            try_this=f"attach it: {network}: {{interface: enp2s0}}",
        )
    return network


def _all_in(site: Site, network: str) -> bool:
    return all(network in host.addresses for host in HOSTS(site))


def _attached(site: Site, network: str, fit: list[str]) -> str:
    """The network itself, if all are in it; ``fit`` are those that could be written in its place."""
    if not _all_in(site, network):
        outside = ", ".join(host.name for host in HOSTS(site) if network not in host.addresses)
        hint = f"write {' or '.join(fit)}" if fit else "give them one, or name another network"
        raise PlanError(f"openvswitch.tunnels: {outside} without an address in {network}", try_this=hint)
    return network
