"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.openvswitch.checks import bridge_checks, checks
from fournines.components.openvswitch.deploy import bridges, steps
from fournines.components.openvswitch.families import FAMILIES
from fournines.components.openvswitch.faults import faults
from fournines.components.openvswitch.model import (
    EXTERNAL_BRIDGE,
    GATEWAYS,
    HOSTS,
    SWITCH_MB,
    VXLAN_PORT,
    Datapath,
    Options,
    datapath,
    external,
    for_tunnels,
    tunnels,
)
from fournines.components.openvswitch.relies import RELIES
from fournines.errors import PlanError
from fournines.kit.component import Component, Joins, Stage, always
from fournines.kit.declare import Declaration, FirewallPort, Memory, Switch
from fournines.spec.document import Problem
from fournines.spec.model import Purpose, Site
from fournines.spec.words import near


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


def judge(site: Site, options: Options) -> Iterator[Problem]:
    """Networks that are there and fit; told at the key that names one, or at the host that is not in it."""
    providers = [name for name, one in site.networks.items() if one.purpose is Purpose.PROVIDER]
    if options.external is None and len(providers) > 1:
        yield Problem(
            ("networks", providers[1], "purpose"),
            f"{' and '.join(providers)} are provider networks: routers are reached from one of them only",
            "leave one, and take the others away",
        )
        return
    unknown = [o for o in ("tunnels", "external") if getattr(options, o) not in (None, *site.networks)]
    for option in unknown:
        name = getattr(options, option)
        hint = near(name, for_tunnels(site, options) if option == "tunnels" else providers)
        yield Problem(("components", "openvswitch", option), f"{name} is not a network of this site", hint)
    outside = options.external or next(iter(providers), None)
    for host in GATEWAYS(site) if outside in providers else ():
        if outside not in host.addresses and outside not in host.bare:
            yield Problem(
                ("hosts", host.name),
                f"{host.name} has no way into {outside}, from which routers are reached",
                f"attach it: {outside}: {{interface: enp2s0}}",
                at_key=True,
            )
            return
    asked = (("datapath", datapath), ("tunnels", tunnels), ("external", external))
    for option, ask in () if unknown else asked:
        try:
            ask(site, options)
        except PlanError as error:
            written = getattr(options, option) is not None
            place = ("components", "openvswitch", option) if written else ("services",)
            hint = error.try_this or "name a network in which every host of virtual networks has an address"
            yield Problem(place, error.what.removeprefix(f"openvswitch.{option}: "), hint)
            return


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
    families=FAMILIES,
    judge=judge,
)
