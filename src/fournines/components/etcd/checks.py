"""What etcd promises."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from fournines.components.etcd.model import CLIENT_PORT, MEMBERS, UNIT
from fournines.components.etcd.on_host import members
from fournines.kit import program
from fournines.kit.check import Answers, Check, Output
from fournines.kit.common.unit_check import units_check
from fournines.kit.context import Context
from fournines.kit.endpoints import at
from fournines.kit.verdict import Verdict, failed, passed, unknown, worst


def checks(context: Context) -> Iterator[Check]:
    """One cluster of all members, each of which can write."""
    names = MEMBERS.names(context.site)
    question = {"url": f"http://{at('127.0.0.1', CLIENT_PORT)}"}
    yield Check(
        "etcd.members",
        "Every etcd knows the same members and the same leader, and gets a write acknowledged",
        asks=dict.fromkeys(names, program.ask(members, question, timeout=20)),
        judge=partial(judge_members, wanted=sorted(names)),
        barrier=True,
    )
    yield units_check("etcd", names, [UNIT])


def judge_members(answers: Answers, wanted: list[str]) -> Verdict:
    """All of them must see one cluster: two leaders would be two clusters."""
    leaders = {found["leader"] for a in answers.values() if a and (found := program.heard(a))}
    verdict = worst(
        ((host, _one(answer, wanted)) for host, answer in answers.items()),
        all_well=f"{len(wanted)} members, {', '.join(leaders)} leads",
    )
    if verdict.passed and len(leaders) != 1:
        return failed(f"they follow different leaders: {', '.join(sorted(leaders))}")
    return verdict


def _one(answer: Output | None, wanted: list[str]) -> Verdict:
    if answer is None:
        return unknown("not reachable")
    found = program.heard(answer)
    if found is None:
        return failed(program.complaint(answer))
    if found["members"] != wanted:
        return failed(f"it knows {', '.join(found['members'])}")
    if not found["leader"]:
        return failed("nobody leads")
    return passed(f"writes in {found['seconds']:.3f} s")
