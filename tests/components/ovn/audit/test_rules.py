"""OVN's databases: votes, beginnings, and whom the others ask."""

from __future__ import annotations

from fournines.audit import registry
from fournines.audit.gather.collect import File
from fournines.audit.run import audit

RULES = [rule for rule in registry.rules() if rule.id.startswith("OV")]


def found(files: dict[str, str]) -> list[tuple[str, str, int]]:
    report = audit([File(path, text) for path, text in files.items()], rules=RULES, strict=True)
    return [(finding.rule, finding.at.path, finding.at.line) for finding in report.findings]


def central(number: int, *, joins: int = 0, clustered: bool = True) -> str:
    own = f"192.0.2.{number}"
    words = [f"--db-nb-addr={own}", f"--db-sb-addr={own}"]
    if clustered:
        words += [f"--db-nb-cluster-local-addr={own}", f"--db-sb-cluster-local-addr={own}"]
    if joins:
        words += [f"--db-{name}-cluster-remote-addr=192.0.2.{joins}" for name in ("nb", "sb")]
    return f"# OVN_CTL_OPTS=--db-nb-cluster-local-addr=192.0.2.99\nOVN_CTL_OPTS={' '.join(words)!r}\n"


def path(number: int) -> str:
    return f"n{number}/etc/default/ovn-central"


THREE = {path(1): central(1), path(2): central(2, joins=1), path(3): central(3, joins=1)}


def test_one_of_two_is_named_by_the_other_only() -> None:
    assert found({path(2): central(2, joins=1)}) == [("OV001", path(2), 2)]


def test_two_are_said_once_for_both_databases() -> None:
    assert found({path(1): central(1), path(2): central(2, joins=1)}) == [("OV001", path(1), 2)]


def test_three() -> None:
    assert found(THREE) == []


def test_nobody_joins() -> None:
    assert found({path(1): central(1), path(2): central(2)}) == [("OV002", path(2), 2)]


def test_two_databases_that_are_no_cluster() -> None:
    files = {path(n): central(n, clustered=False) for n in (1, 2)}
    assert found(files) == [("OV002", path(2), 2)]
    agent = "pcs resource create ovndb_servers ocf:ovn:ovndb-servers master_ip=192.0.2.50\n"
    assert found({**files, "setup.sh": f"#!/bin/sh\n{agent}"}) == []


def test_one_database_on_purpose() -> None:
    assert found({path(1): central(1, clustered=False)}) == []


class TestAsked:
    def remote(self, *numbers: int) -> list[tuple[str, str, int]]:
        listed = ",".join(f"tcp:192.0.2.{n}:6642" for n in numbers)
        command = f"#!/bin/sh\novs-vsctl set open . external-ids:ovn-remote={listed}\n"
        return found({**THREE, "compute.sh": command})

    def test_at_one_of_three(self) -> None:
        assert self.remote(2) == [("OV003", "compute.sh", 2)]

    def test_at_two_of_three(self) -> None:
        assert self.remote(1, 3) == [("OV004", "compute.sh", 2)]

    def test_at_all_of_them(self) -> None:
        assert self.remote(1, 2, 3) == []

    def test_at_an_address_that_is_nobodys(self) -> None:
        assert self.remote(50) == []
