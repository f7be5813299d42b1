"""Where resources run, what starts them besides Pacemaker, and commands that the shell reads otherwise."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.pacemaker.audit.rules.example import DRBD, FS, TIED, VIP, crm
from fournines.kit.audit.rule import Finding

DB = """
primitive db ocf:heartbeat:mysql \\
    params config=/etc/mysql/my.cnf \\
    op start timeout=120s interval=0 \\
    op stop timeout=120s interval=0 \\
    op monitor interval=20s timeout={}
"""
LB = "primitive lb systemd:haproxy op monitor interval=20s\n"


def found(rule: str, files: dict[str, str]) -> list[Finding]:
    report = audit([File(path, text) for path, text in files.items()], strict=True)
    return [finding for finding in report.findings if finding.rule == rule]


@pytest.mark.parametrize(
    ("tie", "count"),
    [
        ("order o Mandatory: fs-db db\n", 1),
        ("group g fs-db db\n", 0),
        ("colocation c inf: db fs-db\n", 0),
        ("colocation c inf: db vip\ncolocation d inf: vip fs-db\n", 0),
        ("colocation c -inf: db fs-db\n", 1),
    ],
)
def test_a_service_and_its_file_system(tie: str, count: int) -> None:
    assert len(found("PA033", crm(VIP, DRBD, FS, TIED, DB.format("30s"), tie))) == count


def test_a_file_system_that_holds_nothing_of_a_service() -> None:
    other = FS.replace("directory=/var/lib/mysql", "directory=/srv/files")
    assert found("PA033", crm(DRBD, other, TIED, DB.format("30s"))) == []


@pytest.mark.parametrize(
    ("old", "new", "severities"),
    [
        ("fstype=xfs", "fstype=xfs", ["error"]),
        ("fstype=xfs", "fstype=gfs2", []),
        ("fstype=xfs", "fstype=ext4 options=ro,noatime", []),
        ("/dev/drbd/by-res/db", "/dev/sdb1", ["warning"]),
    ],
)
def test_a_file_system_on_every_host(old: str, new: str, severities: list[str]) -> None:
    files = crm(DRBD, FS.replace(old, new), "clone fs-clone fs-db\n")
    assert [f.severity.word for f in found("PA032", files)] == severities


@pytest.mark.parametrize(("timeout", "count"), [("10s", 1), ("20s", 0), ("30s", 0)])
def test_a_monitor_that_gives_up_early(timeout: str, count: int) -> None:
    assert len(found("PA013", crm(DB.format(timeout)))) == count


@pytest.mark.parametrize(
    ("script", "seen"),
    [
        ("systemctl enable haproxy", ["systemctl enable haproxy"]),
        ("systemctl enable haproxy\nsystemctl disable haproxy", []),
        ("systemctl enable pacemaker corosync", []),
        ("apt-get install -y haproxy", ["primitive lb systemd:haproxy op monitor interval=20s"]),
        ("apt-get install -y haproxy\nsystemctl disable haproxy", []),
        ("apt-get install -y haproxy\necho manual > /etc/init/haproxy.override", []),
        ("yum install -y haproxy", []),
    ],
)
def test_what_the_boot_starts(script: str, seen: list[str]) -> None:
    files = {**crm(VIP, LB), "setup.sh": f"#!/bin/sh\n{script}\n"}
    assert [f.seen for f in found("PA034", files)] == seen


def test_agents_in_one_group() -> None:
    agent = "primitive {0} ocf:openstack:neutron-agent-{0} op monitor interval=30s timeout=30s\n"
    both = crm(agent.format("l3"), agent.format("dhcp"), "group net l3 dhcp\n")
    alone = crm(agent.format("l3"), agent.format("dhcp"), VIP, "group net l3 vip\n")
    assert [f.seen for f in found("PA030", both)] == ["group net l3 dhcp"]
    assert found("PA030", alone) == []


def test_a_handlers_constraint_that_was_left() -> None:
    left = (
        "location drbd-fence-by-handler-db-ms-drbd-db ms-drbd-db rule role=Promoted -inf: #uname ne node1\n"
    )
    assert len(found("PA016", crm(DRBD, FS, TIED, left))) == 1


@pytest.mark.parametrize(
    ("script", "count"),
    [
        ("pcs resource create a systemd:a \\\npcs resource create b systemd:b", 1),
        ("pcs resource create a systemd:a \\\n  op monitor interval=10s", 0),
        ("rabbitmqctl add_user openstack pw \\\nrabbitmqctl set_permissions openstack '.*' '.*' '.*'", 1),
        ("openstack user create --password pw openstack", 0),
    ],
)
def test_a_backslash_too_many(script: str, count: int) -> None:
    files = {"setup.sh": f"#!/bin/sh\n{script}\npcs constraint order a then b\n"}
    assert len(found("SY034", files)) == count
    assert found("PA007", files) == []


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("--service-id $service-id", 1),
        ("--service-id=${service-id}", 1),
        ("--service-id $service_id", 0),
        ("--host $HOSTNAME-mgmt", 0),
    ],
)
def test_a_variable_with_a_hyphen(said: str, count: int) -> None:
    page = f"# Endpoints\n\n```\n$ openstack endpoint create --region one\n  {said}\n```\n"
    assert [f.at.line for f in found("SY035", {"howto.md": page})] == [5] * count
