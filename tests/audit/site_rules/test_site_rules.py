"""Site rules where a hasty rule would be wrong, in either direction."""

from __future__ import annotations

import pytest

from fournines.audit import registry
from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.galera.audit.rules.example import galera
from fournines.components.pacemaker.audit.rules.example import VIP, crm

RULES = {rule.id: rule for rule in registry.rules()}
UNIT = "[Unit]\nDescription=x\n[Service]\nType={}\nExecStart=/usr/sbin/mysqld\n{}"


def said(rule: str, files: dict[str, str]) -> list[str]:
    report = audit([File(path, text) for path, text in files.items()], rules=[RULES[rule]], strict=True)
    return [f"{finding.at.path.rpartition('/')[2]}:{finding.at.line}" for finding in report.findings]


def started(kind: str, more: str = "", drop_in: str = "") -> list[str]:
    folder = "db1/usr/lib/systemd/system"
    files = {"db1/galera.cnf": galera(), f"{folder}/mysql.service": UNIT.format(kind, more)}
    if drop_in:
        files["db1/etc/systemd/system/mysql.service.d/x.conf"] = drop_in
    return said("GA020", files)


@pytest.mark.parametrize(
    ("kind", "more", "drop_in", "at"),
    [
        ("notify", "", "", ["mysql.service:4"]),
        ("forking", "", "", ["mysql.service:4"]),
        ("notify", "TimeoutSec=5min\n", "", ["mysql.service:6"]),
        ("notify", "TimeoutStartSec=infinity\n", "[Service]\nTimeoutStartSec=2min\n", ["x.conf:2"]),
        ("notify", "TimeoutSec=0\n", "", []),
        ("notify", "TimeoutStartSec=900\n", "", []),
        ("notify", "TimeoutStartSec=90\n", "[Service]\nTimeoutSec=1h\nTimeoutStartSec=1h\n", []),
        ("simple", "", "", []),
    ],
)
def test_a_start_is_long_enough_for_a_full_copy(kind: str, more: str, drop_in: str, at: list[str]) -> None:
    assert started(kind, more, drop_in) == at


def test_a_server_that_is_no_member_needs_no_time() -> None:
    files = {"db1/my.cnf": "[mysqld]\nmax_connections = 10\n", "db1/mysql.service": UNIT.format("notify", "")}
    assert said("GA020", files) == []


SYSTEMD = "primitive web systemd:apache2 op monitor interval=20s\n"
PACEMAKER = "[Unit]\nAfter=corosync.service{}\nRequires=corosync.service\n[Service]\nExecStart=/x\n"


@pytest.mark.parametrize(
    ("resource", "unit", "drop_in", "found"),
    [
        (SYSTEMD, PACEMAKER.format(""), "", 1),
        (SYSTEMD, PACEMAKER.format(""), "[Unit]\nRequires=dbus.service\n", 1),
        (SYSTEMD, PACEMAKER.format(""), "[Unit]\nAfter=dbus.service\n", 0),
        (SYSTEMD, PACEMAKER.format("\nAfter=dbus.socket"), "", 0),
        (SYSTEMD, "", "[Service]\nTimeoutStopSec=30min\n", 0),
        ("", PACEMAKER.format(""), "", 0),
    ],
)
def test_the_bus_outlives_pacemaker(resource: str, unit: str, drop_in: str, found: int) -> None:
    files = dict(crm(VIP, resource))
    if unit:
        files["node1/lib/systemd/system/pacemaker.service"] = unit
    if drop_in:
        files["node1/etc/systemd/system/pacemaker.service.d/x.conf"] = drop_in
    assert len(said("PA020", files)) == found


@pytest.mark.parametrize(
    ("second", "found"),
    [("b=$(grep a /etc/x)", 1), ("b=$(grep b /etc/x)", 0), ("b=$(date)", 0), ("a=$(grep a /etc/x)", 0)],
)
def test_a_copied_line_still_names_the_first_variable(second: str, found: int) -> None:
    first = "a=$(date)" if "date" in second else "a=$(grep a /etc/x)"
    assert len(said("SY020", {"setup.sh": f"#!/bin/sh\n{first}\n{second}\n"})) == found


URL = "[database]\nconnection = mysql+pymysql://{0}:s3cret@{1}/{0}\n"


@pytest.mark.parametrize(
    ("nova", "neutron", "found"),
    [("10.0.0.20", "10.0.1.20", 1), ("10.0.0.20", "vip", 0), ("10.0.0.20", "127.0.0.1", 0)],
)
def test_one_database_for_the_services_of_a_host(nova: str, neutron: str, found: int) -> None:
    files = {
        "ctl1/nova.conf": URL.format("nova", nova),
        "ctl1/neutron.conf": URL.format("neutron", neutron),
        "ctl1/hosts": "127.0.0.1 localhost\n10.0.0.20 vip\n",
    }
    assert len(said("OS022", files)) == found


def test_telemetry_may_have_a_database_of_its_own() -> None:
    files = {
        "ctl1/nova.conf": URL.format("nova", "10.0.0.20"),
        "ctl1/gnocchi.conf": URL.format("gnocchi", "10.0.9.9"),
    }
    assert said("OS022", files) == []
