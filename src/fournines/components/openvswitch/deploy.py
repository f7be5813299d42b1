"""Open vSwitch's steps."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.openvswitch.model import (
    EXTERNAL_BRIDGE,
    Datapath,
    Options,
    bridged,
    datapath,
    moved,
)
from fournines.components.openvswitch.on_host import bridge
from fournines.kit.context import Context
from fournines.kit.program import argv, fed
from fournines.kit.step import Command, File, Packages, Step, Unit
from fournines.spec.model import Host

DAEMONS = ("ovsdb-server.service", "ovs-vswitchd.service")
NETWORKD = "/etc/systemd/network"


def steps(context: Context, host: Host) -> Iterator[Step]:
    """The daemons, and where the switch takes an interface over, the address for its bridge.

    The address moves by systemd-networkd, which gives it to the bridge whenever that appears anew: after a
    boot and after a restart of the daemon. Only a lab's hosts are known to have that. An interface is never
    looked for by the address, which moves: a lab's is known, a provider network's is named in the site file.
    """
    site, options = context.site, context.options("openvswitch", Options)
    yield Packages(("openvswitch-switch",))
    network = bridged(site, options, host)
    if network is not None and moved(site, options, host):
        port = context.interface(host, network)
        address = f"{site.address(host, network)}/{site.networks[network].prefix}"
        for name, given in ((port, None), (EXTERNAL_BRIDGE, address)):
            yield File(
                f"{NETWORKD}/05-{name}.network",
                context.render("openvswitch", "interface.network.j2", interface=name, address=given),
            )
    for daemon in DAEMONS:
        yield Unit(daemon, packages=("openvswitch-switch",))
    # It runs nothing: being enabled, it is what starts the daemons at boot.
    yield Unit("openvswitch-switch.service")


def bridges(context: Context, host: Host) -> Iterator[Step]:
    """The bridge to the outside, kept in the switch's own database from then on."""
    wanted = question(context, host)
    if wanted is not None:
        yield Command(
            "openvswitch: the bridge to the outside",
            argv(bridge, "make"),
            stdin=wanted,
            unless=argv(bridge),
            unless_stdin=wanted,
        )


def question(context: Context, host: Host) -> str | None:
    """What ``on_host/bridge.py`` is fed on a host; None where the switch has no way out."""
    site, options = context.site, context.options("openvswitch", Options)
    network = bridged(site, options, host)
    if network is None:
        return None
    kind = datapath(site, options)
    return fed(
        {
            "bridge": EXTERNAL_BRIDGE,
            "port": context.interface(host, network),
            "datapath": kind.type,
            "offload": kind is Datapath.USERSPACE,
            "address": str(site.address(host, network)) if moved(site, options, host) else "",
        }
    )
