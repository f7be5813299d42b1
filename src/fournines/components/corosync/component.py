"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.corosync.checks import checks
from fournines.components.corosync.deploy import steps
from fournines.components.corosync.families import FAMILIES
from fournines.components.corosync.faults import faults
from fournines.components.corosync.model import AUTHKEY, MEMBERS, Options, agreed_seconds, links, quorum
from fournines.components.corosync.relies import RELIES
from fournines.kit.component import Component, Stage, always
from fournines.kit.declare import Declaration, FirewallPort, Memory, Secret, SecretKind
from fournines.kit.probe import Agreement, Links, Milestones
from fournines.spec.document import Problem
from fournines.spec.model import Mode, Site

_TOLD = (
    (r"A processor failed, forming new configuration", "a member is missed"),
    (r"A new membership \(\S+\) was formed\. Members.* left:", "the others agree that it is lost"),
)


def declares(site: Site, options: Options) -> Iterator[Declaration]:
    """The key that members share, and a port in each network that a link goes through."""
    names = MEMBERS.names(site)
    yield Memory("corosync", names, rest=120)
    yield Secret(AUTHKEY, SecretKind.KEY)
    yield Agreement(agreed_seconds(options))
    yield Milestones(names, ("corosync.service",), _TOLD)
    yield Links(tuple(link.network for link in links(site)))
    for link in links(site):
        yield FirewallPort("corosync", hosts=names, protocol="udp", port=link.port, network=link.network)


def judge(site: Site, options: Options) -> Iterator[Problem]:
    """Votes that are counted anew need all members to have been seen once, or two halves could each go on."""
    shape = quorum(len(MEMBERS(site)), options)
    if shape.last_man_standing and not shape.wait_for_all:
        yield Problem(
            ("components", "corosync", "wait_for_all"),
            "last_man_standing is not safe without it: after a cold start two halves could both go on",
            "leave wait_for_all out, or write last_man_standing: false",
        )


COMPONENT = Component(
    name="corosync",
    summary="Membership and quorum of the hosts that vote, over every network they share, encrypted",
    on=MEMBERS,
    only_in=Mode.ACTIVE_PASSIVE,
    declares=declares,
    stages=(Stage(steps, checks),),
    faults=faults,
    options=Options,
    needs=always("names", "firewall"),
    provides=("membership",),
    relies=RELIES,
    families=FAMILIES,
    judge=judge,
)
