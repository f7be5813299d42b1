"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.drbd.checks import checks
from fournines.components.drbd.deploy import steps
from fournines.components.drbd.families import FAMILIES
from fournines.components.drbd.faults import faults
from fournines.components.drbd.model import HOSTS, Options, password_of, refused, volumes
from fournines.components.drbd.on_host.resolver import FILESYSTEM
from fournines.components.drbd.relies import RELIES
from fournines.kit.component import Component, Joins, Stage, always
from fournines.kit.declare import (
    BackingDevice,
    Declaration,
    FirewallPort,
    KernelModule,
    Memory,
    Mirror,
    Secret,
)
from fournines.spec.model import Mode, Site


def declares(site: Site, options: Options) -> Iterator[Declaration]:
    """Each volume's mirror, its disk, its port and the secret by which its copies know each other."""
    names = HOSTS.names(site)
    yield Memory("drbd", names, rest=0)  # the kernel's: about 32 KiB for each GiB
    yield KernelModule("drbd", names)
    yield KernelModule(FILESYSTEM, names)
    for one in volumes(options):
        yield BackingDevice(one.device, names)
        yield FirewallPort(f"drbd-{one.name}", names, port=one.port, network=site.cluster_network)
        yield Secret(password_of(one.name))
        yield Mirror(
            one.name,
            names,
            agent="ocf:linbit:drbd",
            params=(
                ("drbd_resource", one.name),
                ("unfence_if_all_uptodate", "true"),
                ("ignore_missing_notifications", "true"),
            ),
            device=one.block,
            filesystem=FILESYSTEM,
            port=one.port,
            said=("components", "drbd", "volumes", one.name),
        )


COMPONENT = Component(
    name="drbd",
    summary="Volumes with a copy on each of two hosts: what one acknowledged, the other has on its disk",
    on=HOSTS,
    only_in=Mode.ACTIVE_PASSIVE,
    declares=declares,
    stages=(Stage(steps, checks),),
    faults=faults,
    options=Options,
    needs=always("names", "firewall"),
    provides=("mirror",),
    joins=Joins.WANTED,
    relies=RELIES,
    families=FAMILIES,
    judge=refused,
)
