"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.etcd.checks import checks
from fournines.components.etcd.deploy import steps
from fournines.components.etcd.families import FAMILIES
from fournines.components.etcd.faults import faults
from fournines.components.etcd.model import CLIENT_PORT, MEMBER_MB, MEMBERS, PEER_PORT, Options
from fournines.components.etcd.relies import RELIES
from fournines.kit.component import Component, Joins, Stage, always
from fournines.kit.declare import Coordination, Declaration, FirewallPort, Majority, Memory
from fournines.kit.endpoints import at
from fournines.spec.model import Site

_LEASE = 10
"""Seconds after which a dead holder's lock is free, and that a request may take."""


def declares(site: Site, options: Options) -> Iterator[Declaration]:
    """Its URL, the same on every host, and the port by which members talk: open to the cluster network."""
    del options
    names = MEMBERS.names(site)
    yield Majority("etcd")
    yield Memory("etcd", names, rest=MEMBER_MB)
    yield Coordination(f"etcd3+http://{at('127.0.0.1', CLIENT_PORT)}?timeout={_LEASE}")
    yield FirewallPort("etcd", hosts=names, port=PEER_PORT, network=site.cluster_network)


COMPONENT = Component(
    name="etcd",
    summary="Locks and groups that survive a host: a member on every host that votes",
    on=MEMBERS,
    declares=declares,
    stages=(Stage(steps, checks),),
    faults=faults,
    options=Options,
    needs=always("names", "firewall"),
    provides=("coordination",),
    joins=Joins.WANTED,
    relies=RELIES,
    families=FAMILIES,
)
