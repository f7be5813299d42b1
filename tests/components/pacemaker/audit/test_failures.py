"""Operations that fail, databases that are promoted, and SAP HANA's two agents."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.pacemaker.audit.rules.example import VIP, crm


def said(texts: dict[str, str]) -> set[tuple[str, str]]:
    """The rules that say something, each with the worst it says."""
    report = audit([File(path, text) for path, text in texts.items()], strict=True)
    return {(finding.rule, finding.severity.word) for finding in report.findings}


_DB = """\
primitive db {} \\
    op {} timeout=120s interval={} on-fail={} \\
    op monitor interval=17s timeout=30s
"""


@pytest.mark.parametrize(
    ("agent", "op", "answer", "found"),
    [
        ("ocf:heartbeat:mysql", "stop", "ignore", {("PA060", "error")}),
        ("systemd:nginx", "stop", "ignore", {("PA060", "warning")}),
        ("ocf:heartbeat:mysql", "stop", "block", set()),
        ("ocf:heartbeat:mysql", "stop", "fence", set()),
        ("ocf:heartbeat:mysql", "start", "stop", {("PA061", "warning")}),
        ("ocf:heartbeat:mysql", "start", "ignore", {("PA061", "warning")}),
        ("ocf:heartbeat:mysql", "start", "restart", set()),
        ("ocf:heartbeat:mysql", "start", "standby", set()),
        ("ocf:heartbeat:galera", "promote", "block", set()),
        ("stonith:fence_ipmilan", "start", "ignore", set()),
        ("stonith:fence_ipmilan", "stop", "ignore", set()),
    ],
)
def test_what_answers_a_failure(agent: str, op: str, answer: str, found: set[tuple[str, str]]) -> None:
    told = said(crm(VIP, _DB.format(agent, op, 0, answer)))
    assert {one for one in told if one[0] in ("PA060", "PA061")} == found


@pytest.mark.parametrize(("answer", "found"), [("stop", True), ("block", True), ("restart", False)])
def test_a_failed_monitor_that_moves_nothing(answer: str, *, found: bool) -> None:
    told = said(crm(VIP, _DB.format("ocf:heartbeat:mysql", "monitor", 10, answer)))
    assert (("PA022", "error") in told) == found


_PGSQL = """\
primitive db ocf:heartbeat:{agent} \\
    op start interval=0 timeout=120s \\
    op stop interval=0 timeout=120s \\
    {demote}\\
    op monitor interval=11s timeout=30s role=Unpromoted \\
    op monitor interval=10s timeout=30s role=Promoted
clone ms-db db \\
    meta promotable=true notify=true
colocation vip-with-db inf: vip ms-db:Promoted
"""


@pytest.mark.parametrize(
    ("agent", "tail", "found"),
    [
        ("pgsql", "", True),
        ("pgsql", "order o Mandatory: ms-db:promote vip:start\n", False),
        ("pgsql", "order o 0: vip ms-db:promote\n", False),
        ("pgsql", "order o inf: ms-db:promote g-vip\ngroup g-vip vip\n", False),
        ("SAPHana", "", False),
    ],
)
def test_the_address_waits_for_the_promotion(agent: str, tail: str, *, found: bool) -> None:
    told = said(crm(VIP, _PGSQL.format(agent=agent, demote=""), tail))
    assert (("PA063", "warning") in told) == found


@pytest.mark.parametrize(("demote", "found"), [("", True), ("op demote interval=0 timeout=120s ", False)])
def test_a_database_that_is_demoted_needs_its_time(demote: str, *, found: bool) -> None:
    told = said(crm(VIP, _PGSQL.format(agent="pgsql", demote=demote)))
    assert (("PA013", "warning") in told) == found


_HANA = """\
primitive topology ocf:suse:SAPHanaTopology \\
    params SID={sid} InstanceNumber={number} \\
    op monitor interval=10s timeout=600s
primitive hana ocf:suse:SAPHana \\
    params SID=PRD InstanceNumber=00 AUTOMATED_REGISTER={register} \\
    op monitor interval=60s timeout=700s role=Promoted \\
    op monitor interval=61s timeout=700s role=Unpromoted
"""


@pytest.mark.parametrize(
    ("sid", "number", "register", "found"),
    [
        ("PRD", "00", "true", set()),
        ("PRD", "10", "true", {("PA068", "error")}),
        ("QAS", "00", "true", {("PA068", "error")}),
        ("<SID>", "00", "true", set()),
        ("PRD", "00", "false", {("PA069", "info")}),
    ],
)
def test_the_agents_of_hana(sid: str, number: str, register: str, found: set[tuple[str, str]]) -> None:
    told = said(crm(VIP, _HANA.format(sid=sid, number=number, register=register)))
    assert {one for one in told if one[0] in ("PA068", "PA069")} == found
