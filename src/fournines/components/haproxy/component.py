"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.haproxy.checks import BACKENDS, checks, usable_backends
from fournines.components.haproxy.deploy import steps
from fournines.components.haproxy.families import FAMILIES
from fournines.components.haproxy.faults import faults
from fournines.components.haproxy.model import (
    FLAG,
    HEALTH,
    LOG,
    PROMETHEUS_PORT,
    UNIT,
    Options,
    detection_seconds,
)
from fournines.components.haproxy.relies import RELIES
from fournines.kit.component import Component, Stage, always
from fournines.kit.declare import Declaration, FirewallPort, LogFile, Memory, Resource, VipCondition
from fournines.kit.probe import BackendsSeen
from fournines.kit.where import VIP_HOSTS
from fournines.spec.model import Mode, Site


def declares(site: Site, options: Options) -> Iterator[Declaration]:
    """What keepalived watches or Pacemaker runs, a log, the exporter. The VIPs' ports are the endpoints'."""
    yield VipCondition(
        "haproxy",
        flag=FLAG,
        answers=f"{HEALTH}/answers",
        serves=f"{HEALTH}/serves",
        settles=detection_seconds(options),
    )
    if site.mode is Mode.ACTIVE_PASSIVE:
        yield Resource("haproxy", UNIT, answers=f"{HEALTH}/answers", everywhere=True)
    names = VIP_HOSTS.names(site)
    yield Memory("haproxy", names, rest=25)
    yield BackendsSeen(BACKENDS, usable_backends)
    yield LogFile("haproxy", LOG, hosts=names)
    yield FirewallPort("haproxy-metrics", hosts=names, port=PROMETHEUS_PORT, network=site.cluster_network)


COMPONENT = Component(
    name="haproxy",
    summary="Every endpoint on the VIP of every controller; asks the backends twice a second",
    on=VIP_HOSTS,
    declares=declares,
    stages=(Stage(steps, checks),),
    faults=faults,
    options=Options,
    needs=always("names", "trust"),
    provides=("balancer",),
    relies=RELIES,
    families=FAMILIES,
)
