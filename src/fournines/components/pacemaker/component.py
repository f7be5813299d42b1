"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from fournines.components.pacemaker.checks import checks, decider_checks, member_checks, volume_checks
from fournines.components.pacemaker.deploy import UNIT, configuration, daemons, volumes
from fournines.components.pacemaker.families import FAMILIES
from fournines.components.pacemaker.faults import faults
from fournines.components.pacemaker.model import MEMBERS, QUORUM_ONLY, Options
from fournines.components.pacemaker.on_host import operations
from fournines.components.pacemaker.relies import RELIES
from fournines.kit import program
from fournines.kit.check import Ask
from fournines.kit.common.fencing import password_of
from fournines.kit.component import Component, Stage, always
from fournines.kit.declare import ClusterControl, Declaration, Memory, Mirror, Resource, Secret, Volume
from fournines.kit.probe import Milestones
from fournines.kit.where import VIP_HOSTS
from fournines.spec.document import Problem
from fournines.spec.model import Mode, Site

_DONE = r"Result of {} operation for ((?!fence-)\S+) on (\S+): (?:0 \()?(?i:ok)"
_TOLD = (
    (r"Peer (\S+) was terminated", r"\1 is fenced"),
    (_DONE.format("promote"), r"\1 is promoted on \2"),
    (_DONE.format("start"), r"\1 runs on \2"),
)
"""In the words of Pacemaker 3.0; what a fencing device's own start took is of no interest."""
_FENCED, _TAKEN = r"(\S+) is fenced", r"\S+ (?:is promoted|runs) on (\S+)"
"""Of these words."""


def declares(site: Site, _: object) -> Iterator[Declaration]:
    """The password of each member's board. Members talk to each other through Corosync alone."""
    yield Memory("pacemaker", MEMBERS.names(site), rest=55)
    yield Milestones(MEMBERS.names(site), (UNIT,), _TOLD, fenced=_FENCED, taken=_TAKEN)
    yield ClusterControl(MEMBERS.names(site), partial(_tell, "simulate"), partial(_tell, "carry-out"))
    for host in MEMBERS(site):
        purpose = f"of the board that switches {host.name}'s power"
        yield Secret(password_of(host), purpose=purpose, given=not site.lab)


def _tell(verb: str, operation: Mapping[str, str]) -> Ask:
    command = program.argv(operations, verb)
    return Ask(command, program.fed(operation), timeout=operations.SETTLES + 60)


def judge(site: Site, options: Options) -> Iterator[Problem]:
    """Devices cannot be left to hosts that run nothing else where there are none."""
    if options.fence_from == "arbiters" and not QUORUM_ONLY.names(site):
        yield Problem(
            ("components", "pacemaker", "fence_from"),
            "fence_from: arbiters, and no host of the cluster is one",
            "give a host that is no controller the role arbiter, or take it away: members fence each other",
        )


COMPONENT = Component(
    name="pacemaker",
    summary="VIPs and services on hosts that are known to be alive; others are fenced first",
    on=MEMBERS,
    only_in=Mode.ACTIVE_PASSIVE,
    declares=declares,
    stages=(
        # Who decides is chosen when nobody does, and whoever joins later leaves it at that. Where a host that
        # runs nothing is there first, losing one that runs something costs no election.
        Stage(daemons, decider_checks, "decider", on=QUORUM_ONLY, slow=True),
        Stage(daemons, member_checks, "members", on=VIP_HOSTS, needs=("balancer",)),
        Stage(volumes, volume_checks, "volumes", collects=(Mirror, Volume), provides=("moving-data",)),
        Stage(configuration, checks, "configuration", collects=(Resource,)),
    ),
    faults=faults,
    options=Options,
    judge=judge,
    needs=always("names", "membership"),
    provides=("vip", "moving-data"),
    relies=RELIES,
    families=FAMILIES,
)
