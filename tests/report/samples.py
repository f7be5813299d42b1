"""Verdicts to show: made up, explicit, every outcome among them."""

from __future__ import annotations

from fournines.kit.check import Ask, Check
from fournines.kit.verdict import Verdict, failed, passed, unknown
from fournines.report.document import Judged

HOSTILE = "<script>alert(1)</script>\x1b[31;1m[bold red]&amp;'\"`\x07\r\n</title>"
"""What a broken or hostile host might answer."""


def judged(check_id: str, promise: str, verdict: Verdict, *hosts: str) -> Judged:
    asks = {host: Ask(("true",)) for host in hosts or ("controller1", "controller2")}
    return Check(check_id, promise, asks, judge=lambda _: verdict), verdict


HOLDS = judged(
    "memcached.round-trip",
    "Every memcached stores a value and gives it back",
    passed("controller1: stored and read back; controller2: stored and read back"),
)
BROKEN = judged(
    "galera.synced",
    "Every database host is Synced and in the primary component",
    failed("controller2: wsrep_local_state_comment is Donor/Desynced, expected Synced"),
)
UNHEARD = judged(
    "rabbitmq.members", "Every broker is a member of the cluster", unknown("dashboard: not reachable")
)
SIZE = judged("galera.size", "The database cluster has three votes", passed("3 votes"))
MIXED = (HOLDS, BROKEN, SIZE, UNHEARD)
