"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.chrony.checks import checks
from fournines.components.chrony.deploy import steps
from fournines.components.chrony.families import FAMILIES
from fournines.components.chrony.faults import faults
from fournines.components.chrony.model import PORT, Options, time_hosts
from fournines.components.chrony.relies import RELIES
from fournines.kit.component import Component, Stage, always
from fournines.kit.declare import Declaration, FirewallPort, Memory
from fournines.kit.where import EVERYWHERE
from fournines.spec.model import Site


def declares(site: Site, _: object) -> Iterator[Declaration]:
    """The time hosts answer NTP in the cluster network."""
    yield Memory("chrony", EVERYWHERE.names(site), rest=5)
    yield FirewallPort(
        "ntp",
        hosts=tuple(h.name for h in time_hosts(site)),
        protocol="udp",
        port=PORT,
        network=site.cluster_network,
    )


COMPONENT = Component(
    name="chrony",
    summary="One clock for the site: the time hosts serve it, with or without a source outside",
    on=EVERYWHERE,
    declares=declares,
    stages=(Stage(steps, checks),),
    faults=faults,
    options=Options,
    needs=always("names"),
    provides=("time",),
    relies=RELIES,
    families=FAMILIES,
)
