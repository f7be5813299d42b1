"""What Corosync promises."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial

from fournines.components.corosync.model import MEMBERS, Link, links, node_id
from fournines.kit.check import Ask, Check, Output, each_host
from fournines.kit.common.unit_check import units_check
from fournines.kit.context import Context
from fournines.kit.verdict import Verdict, failed, passed

_MEMBER = re.compile(r"runtime\.members\.(\d+)\.status \(str\) = (\w+)")
_LINK = re.compile(r"LINK: (\d+) .*\)(.*)$", re.MULTILINE)


def checks(context: Context) -> Iterator[Check]:
    """All members hear each other over every link, and they are the majority."""
    site = context.site
    hosts = MEMBERS(site)
    names = [host.name for host in hosts]
    numbers = {node_id(site, host): host.name for host in hosts}
    yield units_check("corosync", names, ("corosync.service",), barrier=True)
    yield Check(
        "corosync.quorate",
        "Every member knows itself in the majority, with every vote there",
        asks=dict.fromkeys(names, Ask(("corosync-quorumtool", "-s"))),
        judge=each_host(partial(judge_quorum, votes=len(hosts)), all_well=f"{len(hosts)} votes, quorate"),
        barrier=True,
    )
    yield Check(
        "corosync.members",
        "Every member is in every member's list",
        asks=dict.fromkeys(names, Ask(("corosync-cmapctl", "-b", "runtime.members"))),
        judge=each_host(partial(judge_members, wanted=numbers), all_well=f"all {len(hosts)} joined"),
        barrier=True,
    )
    through = links(site)
    yield Check(
        "corosync.links",
        "Every link to every member carries messages",
        asks=dict.fromkeys(names, Ask(("corosync-cfgtool", "-n"))),
        judge=each_host(
            partial(judge_links, wanted=numbers, links=through),
            all_well=f"{len(through)} links: {', '.join(link.network for link in through)}",
        ),
        barrier=True,
    )


def judge_quorum(answer: Output, votes: int) -> Verdict:
    """Of ``corosync-quorumtool -s``, which exits with 2 where there is no quorum."""
    said = dict(re.findall(r"^(Quorate|Total votes|Expected votes):\s+(\w+)", answer.stdout, re.MULTILINE))
    if not said:
        return failed(_first(answer, "corosync-quorumtool gave no answer"))
    total = f"{said.get('Total votes')} of {said.get('Expected votes')} votes"
    if said.get("Quorate") != "Yes":
        return failed(f"not quorate: {total}")
    if said.get("Total votes") != str(votes):
        return failed(f"quorate, with {total}; the site has {votes}")
    return passed(f"quorate, {total}")


def judge_members(answer: Output, wanted: Mapping[int, str]) -> Verdict:
    """Of ``corosync-cmapctl -b runtime.members``."""
    joined = {int(number) for number, state in _MEMBER.findall(answer.stdout) if state == "joined"}
    if not joined:
        return failed(_first(answer, "no member is joined"))
    missing = [name for number, name in wanted.items() if number not in joined]
    strange = [f"node {number}" for number in sorted(joined - set(wanted))]
    if missing or strange:
        said = [f"{', '.join(missing)} missing"] if missing else []
        return failed("; ".join([*said, *(f"{one} is none of the site" for one in strange)]))
    return passed(f"{len(joined)} joined")


def judge_links(answer: Output, wanted: Mapping[int, str], links: tuple[Link, ...]) -> Verdict:
    """Of ``corosync-cfgtool -n``, which lists the other members, each with its links."""
    blocks = re.split(r"^nodeid: ", answer.stdout, flags=re.MULTILINE)[1:]
    peers = {int(block.split()[0]): block for block in blocks}
    if not peers:
        return failed(_first(answer, "corosync-cfgtool lists nobody"))
    wrong = [
        f"{link.network} to {wanted[number]} is down"
        for number, block in peers.items()
        if number in wanted
        for link in links
        if "connected" not in dict(_LINK.findall(block)).get(str(link.number), "").split()
    ]
    missing = len(wanted) - 1 - len(set(peers) & set(wanted))
    if missing:
        wrong.append(f"{missing} members are not listed")
    return failed("; ".join(wrong)) if wrong else passed(f"{len(links)} links to {len(peers)} members")


def _first(answer: Output, otherwise: str) -> str:
    return next(iter((answer.stderr.strip() or answer.stdout.strip()).splitlines()), otherwise)
