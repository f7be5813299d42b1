"""What Pacemaker promises. Its own view of the cluster is asked of every member, and must be the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from fournines.components.pacemaker.deploy import UNIT, cluster, run_by_cluster, slowest_start
from fournines.components.pacemaker.model import (
    MEMBERS,
    QUORUM_ONLY,
    Options,
    device_name,
    fenced,
    filesystem_name,
    vip_name,
)
from fournines.components.pacemaker.on_host import cib
from fournines.kit.check import Answers, Ask, Check, Output, each_host
from fournines.kit.common.unit_check import units_check
from fournines.kit.common.vip_checks import vip_checks
from fournines.kit.context import Context
from fournines.kit.declare import Mirror, Resource, Volume
from fournines.kit.listed import first_few
from fournines.kit.program import argv
from fournines.kit.verdict import Outcome, Verdict, failed, passed
from fournines.kit.where import VIP_HOSTS

_VIEW = Ask(
    ("crm_mon", "--one-shot", "--output-as=xml", "--inactive", "--failcounts"),
    timeout=15,
)
_BAD = ("standby", "maintenance", "pending", "unclean")
_COMES_TO_REST = 60
"""Seconds a deployment gives the cluster beside its slowest start, for deciding and for all other starts."""
View = Any
"""The root element of what crm_mon printed; lxml ships no types."""


def decider_checks(context: Context) -> Iterator[Check]:
    """Who runs nothing knows who decides for the cluster: itself, if it was there first."""
    if names := QUORUM_ONLY.names(context.site):
        yield _seen(context, "decides", "Somebody decides", judge_decider, of=names, barrier=True)


def member_checks(context: Context) -> Iterator[Check]:
    """Every member is online, in a cluster that has the majority."""
    names = MEMBERS.names(context.site)
    yield units_check("pacemaker", names, (UNIT,), barrier=True)
    yield _seen(
        context,
        "online",
        "Every member is online, and the cluster has the majority",
        partial(judge_online, wanted=names),
        barrier=True,
    )


def volume_checks(context: Context) -> Iterator[Check]:
    """What stands on volumes runs, each on one host, where the one copy is that is in use."""
    if context.declared(Volume):
        yield _seen(
            context,
            "volumes",
            "Each volume has all its copies, one of them in use, and what stands on it runs there",
            partial(
                judge_volumes,
                wanted=_on_volumes(context),
                promoted=tuple(one.primitive for one in context.declared(Mirror)),
            ),
            barrier=True,
            seconds=slowest_start(run_by_cluster(context, whole=False)) + _COMES_TO_REST,
        )


def _on_volumes(context: Context) -> dict[str, int]:
    """The resources of volumes, and on how many hosts each runs."""
    wanted = {one.primitive: len(one.hosts) for one in context.declared(Mirror)}
    for volume in context.declared(Volume):
        wanted |= {filesystem_name(volume): 1, volume.resource.name: 1}
    return wanted


def checks(context: Context) -> Iterator[Check]:
    """The configuration is the site's; everybody can be fenced; everything runs, where it should."""
    hosts = MEMBERS.names(context.site)
    covered = fenced(context.site, context.options("pacemaker", Options).fence_from)
    whom = "Every member" if covered == hosts else "Every member that runs something"
    yield Check(
        "pacemaker.configuration",
        "The cluster's configuration is the site's",
        asks={hosts[0]: Ask(argv(cib, "compare"), stdin=cluster(context), timeout=30)},
        judge=each_host(judge_configuration),
    )
    yield _seen(
        context,
        "fencing",
        f"{whom} can be fenced: fencing is on, and the device of each answers",
        partial(judge_fencing, wanted=covered),
        barrier=True,
    )
    resources = {f"{one.name}": len(VIP_HOSTS(context.site)) for one in context.declared(Resource)}
    resources |= {one.name: 1 for one in context.declared(Resource) if not one.everywhere}
    resources |= {vip_name(name): 1 for name in context.site.vips} | _on_volumes(context)
    yield _seen(
        context,
        "resources",
        "Every resource runs, each VIP on exactly one host",
        partial(judge_resources, wanted=resources),
        barrier=True,
        seconds=slowest_start(run_by_cluster(context)) + _COMES_TO_REST,
    )
    yield _seen(context, "failures", "No action of the cluster has failed", judge_failures)
    yield Check(
        "pacemaker.bans",
        "Nothing binds a resource to a host, or keeps it from one, but the site's own constraints",
        asks={hosts[0]: Ask(("cibadmin", "--query", "--scope", "constraints"), timeout=15)},
        judge=each_host(judge_bans),
    )
    yield from vip_checks("pacemaker", context)


def _seen(
    context: Context,
    name: str,
    promise: str,
    judge: Callable[[View], Verdict],
    *,
    of: tuple[str, ...] = (),
    barrier: bool = False,
    seconds: float = 90,
) -> Check:
    def one(answer: Output) -> Verdict:
        view = read(answer)
        return failed(_complaint(answer)) if view is None else judge(view)

    asks = dict.fromkeys(of or MEMBERS.names(context.site), _VIEW)
    return Check(f"pacemaker.{name}", promise, asks, _Alike(one), barrier=barrier, seconds=seconds)


class _Alike:
    """One verdict where all members see the same; else each member's own."""

    def __init__(self, one: Callable[[Output], Verdict]) -> None:
        self._one = one

    def __call__(self, answers: Answers) -> Verdict:
        found = each_host(self._one)(answers)
        said = {None if a is None else self._one(a).seen for a in answers.values()}
        only = next(iter(said))
        return Verdict(found.outcome, only) if len(said) == 1 and only else found


def read(answer: Output) -> View:
    """What ``crm_mon --output-as=xml`` printed; None where it was no view of a cluster."""
    root = _xml(answer)
    whole = root is not None and root.find("summary") is not None and root.find("nodes") is not None
    return root if whole else None


def _xml(answer: Output) -> View:
    from lxml import etree  # noqa: PLC0415 - every verb imports the components, few ask this

    if answer.code != 0:
        return None
    try:
        return etree.fromstring(answer.stdout.encode(), etree.XMLParser(resolve_entities=False))
    except etree.XMLSyntaxError:
        return None


def judge_decider(view: View) -> Verdict:
    """Whom Pacemaker has made the one that decides, its designated controller."""
    leader = view.find("summary/current_dc")
    if leader is None or leader.get("present") != "true":
        return failed("nobody decides (no DC)")
    return passed(f"{leader.get('name')} decides")


def judge_online(view: View, wanted: tuple[str, ...]) -> Verdict:
    """The members as Pacemaker sees them."""
    nodes = {node.get("name", ""): node for node in view.iterfind("nodes/node")}
    wrong = [f"{name} is unknown" for name in wanted if name not in nodes]
    for name, node in nodes.items():
        states = [state for state in _BAD if node.get(state) == "true"]
        if "pending" in states and "standby" in states:  # crm_mon's word for who is just joining, too
            states.remove("standby")
        if node.get("online") != "true":
            states.insert(0, "offline")
        wrong += [f"{name} is {' and '.join(states)}"] if states else []
        if "standby" in states:
            wrong[-1] += f" (nines online {name})"
    decided = judge_decider(view)
    if not decided.passed:
        wrong.append(decided.seen)
    elif view.find("summary/current_dc").get("with_quorum") != "true":
        wrong.append("without the majority")
    return failed("; ".join(wrong)) if wrong else passed(f"{len(nodes)} online, with quorum")


def judge_fencing(view: View, wanted: tuple[str, ...]) -> Verdict:
    """Fencing is on, and a started device covers each member."""
    options = view.find("summary/cluster_options")
    if options is None or options.get("stonith-enabled") != "true":
        return failed("fencing is off: two hosts may run the same thing at the same time")
    started = {r.get("id"): r for r in view.iterfind("resources/resource") if _runs(r)}
    without = [name for name in wanted if device_name(name) not in started]
    if without:
        return failed(f"nothing can fence {', '.join(without)}")
    return passed(f"{len(wanted)} hosts, each with a device that answers")


def judge_resources(view: View, wanted: dict[str, int]) -> Verdict:
    """Each resource runs on as many hosts as it should."""
    options = view.find("summary/cluster_options")
    if options is not None and options.get("maintenance-mode") == "true":
        return failed(
            "the cluster is in maintenance: nothing is asked, started or moved; nines maintenance off"
        )
    if options is not None and options.get("stop-all-resources") == "true":
        return failed("everything is told to stop (stop-all-resources); to end it: nines deploy SITE")
    wrong = []
    for name, count in wanted.items():
        hosts = sorted(
            node.get("name", "")
            for resource in view.iterfind("resources//resource")
            if resource.get("id") == name and _runs(resource)
            for node in resource.iterfind("node")
        )
        if len(hosts) != count:
            wrong.append(f"{name} runs on {', '.join(hosts) or 'no host'}, not on {count}")
    return failed("; ".join(wrong)) if wrong else passed(f"{len(wanted)} resources run")


def judge_volumes(view: View, wanted: dict[str, int], promoted: tuple[str, ...]) -> Verdict:
    """Each resource runs on as many hosts as it should, and of each clone one is promoted."""
    found = judge_resources(view, wanted)
    if found.outcome is not Outcome.PASS:
        return found
    users = {
        name: [
            node.get("name", "")
            for resource in view.iterfind("resources//resource")
            if resource.get("id") == name and resource.get("role") == "Promoted"
            for node in resource.iterfind("node")
        ]
        for name in promoted
    }
    wrong = [f"{n} is promoted on {', '.join(on) or 'no host'}" for n, on in users.items() if len(on) != 1]
    return (
        failed("; ".join(wrong)) if wrong else passed(", ".join(f"{n} on {on[0]}" for n, on in users.items()))
    )


def _runs(resource: View) -> bool:
    well = resource.get("role") in ("Started", "Promoted", "Unpromoted") and resource.get("active") == "true"
    return well and resource.get("failed") != "true"


def judge_failures(view: View) -> Verdict:
    """What has failed and is not forgotten yet."""
    found = [
        f"{one.get('op_key')} on {one.get('node')}: {one.get('exitreason') or one.get('exitstatus')}"
        for one in view.iterfind("failures/failure")
    ]
    return failed("; ".join(found)) if found else passed("none")


def judge_bans(answer: Output) -> Verdict:
    """What ``crm_resource --ban`` and ``--move`` leave behind for ever."""
    section = _xml(answer)
    if section is None or section.tag != "constraints":
        return failed(_complaint(answer))
    found = [
        f"{one.get('rsc')} {'may not run on' if one.get('score', '').startswith('-') else 'is bound to'}"
        f" {one.get('node')} ({one.get('id')}): crm_resource --clear --resource {one.get('rsc')}"
        for one in section
        if one.get("id", "").startswith(cib.OPERATORS)
    ]
    return failed("; ".join(found)) if found else passed("none left over")


def judge_configuration(answer: Output) -> Verdict:
    """Of the program that compares: what differs is told by the lines of its diff."""
    if answer.code == 0 and answer.stdout.strip() == cib.SAME:
        return passed(cib.SAME)
    changed = [
        line for line in answer.stdout.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")
    ]
    if not changed:
        return failed(_complaint(answer))
    return failed(first_few([" ".join(line.split()) for line in changed], between="; "))


def _complaint(answer: Output) -> str:
    said = (answer.stderr.strip() or answer.stdout.strip()).splitlines()
    return said[-1] if said else "crm_mon gave no answer"
