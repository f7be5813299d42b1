"""Services that share their work by a group of tooz: how they are kept in it, and the check that all are.

What each member does follows from who the members are (a hash ring over their names). So the work is shared,
nothing is done twice and nothing by nobody, exactly where the group has one member for every process that
should be in it: one too few is work that the others took over, or a process that works on its own; one too
many is work that waits for somebody who is gone, or is done by a stranger.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from fournines.kit import program
from fournines.kit.check import Check, Output, each_host
from fournines.kit.context import Context
from fournines.kit.declare import Coordination
from fournines.kit.on_host import groups
from fournines.kit.step import File
from fournines.kit.verdict import Verdict, failed, passed

MEMBER: Final = program.installed(None, "member")
"""What a unit runs its program by, so that a member which was taken out comes back."""


def member() -> File:
    """The step that brings that; the unit is restarted on it."""
    return program.install(None, "member")


def group_check(
    component: str, context: Context, group: str, hosts: tuple[str, ...], each: int, *, promise: str
) -> Check:
    """``component.group``: of each of these hosts so many processes are in the group, and nobody else.

    Asked of every host's own etcd, by which the processes there know the others.

    Raises:
        PlanError: the site has nothing to coordinate with.
    """
    question = {"url": context.one(Coordination).url, "group": group}
    return Check(
        f"{component}.group",
        promise,
        asks=dict.fromkeys(hosts, program.ask(groups, question)),
        judge=each_host(partial(judge_group, group=group, wanted=len(hosts) * each)),
        barrier=True,
    )


def judge_group(answer: Output, group: str, wanted: int) -> Verdict:
    """As many members as there should be."""
    found = program.heard(answer)
    if found is None:
        return failed(program.complaint(answer))
    members = found["members"]
    if members is None:
        return failed(f"there is no group {group}: nobody shares anything")
    if len(members) < wanted:
        return failed(f"{len(members)} members instead of {wanted}: somebody is missing, or works on his own")
    if len(members) > wanted:
        return failed(f"{len(members)} members instead of {wanted}: one is gone, or does not belong there")
    return passed(f"{wanted} members")
