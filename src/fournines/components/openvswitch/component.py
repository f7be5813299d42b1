"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.openvswitch.checks import bridge_checks, checks
from fournines.components.openvswitch.deploy import bridges, steps
from fournines.components.openvswitch.faults import faults
from fournines.components.openvswitch.model import (
    EXTERNAL_BRIDGE,
    HOSTS,
    SWITCH_MB,
    VXLAN_PORT,
    Datapath,
    Options,
    datapath,
    external,
    tunnels,
)
from fournines.components.openvswitch.relies import RELIES
from fournines.kit.component import Component, Joins, Stage, always
from fournines.kit.declare import Declaration, FirewallPort, Memory, Switch
from fournines.spec.model import Site


def declares(site: Site, options: Options) -> Iterator[Declaration]:
    """The switch, for whoever makes virtual networks with it."""
    names = HOSTS.names(site)
    yield Memory("openvswitch", names, rest=SWITCH_MB)
    kind, ends = datapath(site, options), tunnels(site, options)
    if kind is Datapath.KERNEL:  # in userspace the switch takes the packets before any firewall sees them
        yield FirewallPort("vxlan", names, protocol="udp", port=VXLAN_PORT, network=ends)
    yield Switch(
        hosts=names,
        datapath=kind.type,
        tunnels=ends,
        external=external(site, options),
        bridge=EXTERNAL_BRIDGE,
    )


COMPONENT = Component(
    name="openvswitch",
    summary="Open vSwitch where virtual networks are: in the kernel, or in userspace in a lab",
    on=HOSTS,
    declares=declares,
    stages=(Stage(steps, checks, "switch"), Stage(bridges, bridge_checks, "bridges")),
    faults=faults,
    options=Options,
    needs=always("names", "firewall"),
    provides=("switch",),
    joins=Joins.WANTED,
    relies=RELIES,
)
