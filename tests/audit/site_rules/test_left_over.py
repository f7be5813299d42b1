"""Words that were said of what is no fault, and faults hidden behind them: each with its near miss."""

from __future__ import annotations

import pytest

from fournines.audit import registry
from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.galera.audit.rules.example import galera
from fournines.components.pacemaker.audit.rules.example import VIP, crm

RULES = {rule.id: rule for rule in registry.rules()}


def lines(rule: str, files: dict[str, str]) -> list[int]:
    report = audit([File(path, text) for path, text in files.items()], rules=[RULES[rule]], strict=True)
    return [finding.at.line for finding in report.findings]


CRM = """    ftp
        primitive ftp-srv lsb:proftpd op monitor interval=10s
        group ftp-all ftp-srv
    Samba
        primitive smb systemd:smbd op monitor interval=10s
        group smb-all{0}
{1}
            show
"""


@pytest.mark.parametrize(
    ("more", "below", "broken", "undefined"),
    [
        (" smb", "    the end", [], []),
        (" smb", "        Samba clients:", [], []),
        (" smb", "            nobody", [7], [7]),
        ("", "        smb ftp-srv", [7], []),
        ("", "            smb", [7], []),
    ],
)
def test_headings_between_the_lines_of_crm_are_no_members(
    more: str, below: str, broken: list[int], undefined: list[int]
) -> None:
    files = {"site.crm": CRM.format(more, below)}
    assert lines("PA015", files) == broken
    assert lines("PA007", files) == undefined


@pytest.mark.parametrize(
    ("agent", "severity"),
    [
        ("external/ssh", "ERROR"),
        ("ssh", "ERROR"),
        ("external/null", "ERROR"),
        ("meatware", "WARNING"),
        ("external/ipmi", ""),
        ("fence_ipmilan", ""),
    ],
)
def test_a_device_that_switches_nothing_off_is_none(agent: str, severity: str) -> None:
    files = crm(
        VIP,
        fenced=f"primitive f stonith:{agent} params hostlist=node1\n",
        properties="no-quorum-policy=ignore stonith-enabled=true",
    )
    report = audit([File(path, text) for path, text in files.items()], strict=True)
    assert [f.severity.name for f in report.findings if f.rule == "PA071"] == ([severity] if severity else [])


SCRIPT = (
    "{first}\npcs resource create vip ocf:heartbeat:IPaddr2 ip=10.0.0.20 op monitor interval=10s\n"
    "pcs resource create db systemd:mariadb\n{last}\n"
)


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("#!/bin/sh", "# pcs property set stonith-enabled=false", [2]),
        ("# the resources", "true", [2]),
        ("#!/bin/sh", "pcs property set stonith-enabled=false", []),
        ("#!/bin/sh", "pcs stonith create f fence_ipmilan ip=10.0.9.1", []),
    ],
)
def test_a_comment_fences_nobody(first: str, last: str, found: list[int]) -> None:
    assert lines("PA002", {"cluster.sh": SCRIPT.format(first=first, last=last)}) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("1", True),
        ("ON", True),
        ("DEMAND", True),
        ("%query_cache_type%", False),
        ("<%= @qc %>", False),
        ("0", False),
    ],
)
def test_a_placeholder_switches_no_cache_on(value: str, found: bool) -> None:  # noqa: FBT001 - a case
    assert bool(lines("GA015", {"db1/galera.cnf": galera(f"query_cache_type = {value}")})) is found


@pytest.mark.parametrize(
    ("method", "severity"), [("rsync", "INFO"), ("mariabackup", "WARNING"), ("xtrabackup-v2", "WARNING")]
)
def test_rsync_logs_in_as_nobody(method: str, severity: str) -> None:
    text = galera(wsrep_sst_method=method, wsrep_sst_auth="root:")
    report = audit([File("db1/galera.cnf", text)], rules=[RULES["GA011"]], strict=True)
    assert [finding.severity.name for finding in report.findings] == [severity]


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ("rabbitmqctl delete_user guest", []),
        ("rabbitmqctl change_password guest $SECRET", []),
        ("rabbitmqctl delete_user guests", [2]),
        ("rabbitmqctl delete_user old", [2]),
    ],
)
def test_who_deletes_guest_has_no_guest(step: str, found: list[int]) -> None:
    conf = "listeners.tcp.1 = 10.0.0.11:5672\nloopback_users = none\n"
    assert lines("RM009", {"rabbitmq.conf": conf, "start.sh": f"#!/bin/sh\n{step}\n"}) == found
