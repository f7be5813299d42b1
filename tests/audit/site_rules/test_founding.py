"""Steps that found a Galera cluster: which of them lose it again, or what the others had."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit


def found(rule: str, steps: str) -> list[int]:
    report = audit([File("start.sh", f"#!/bin/sh\n{steps}\n")], strict=True)
    return [f.at.line for f in report.findings if f.rule == rule]


@pytest.mark.parametrize(
    ("steps", "lines"),
    [
        ("galera_new_cluster\nsystemctl restart mariadb", [3]),
        ("sudo galera_new_cluster\nsudo service mysql restart", [3]),
        ("ssh db1 galera_new_cluster\nssh db1 systemctl restart mysqld", [3]),
        ("systemctl start mysql@bootstrap\n\nsystemctl restart mysql.service", [4]),
        ("ssh db1 galera_new_cluster\nssh db2 systemctl restart mariadb", []),
        ("galera_new_cluster\nsystemctl restart haproxy", []),
        ("galera_new_cluster\nssh db2 systemctl start mariadb\nsystemctl restart mariadb", []),
        ("systemctl restart mariadb\ngalera_new_cluster", []),
        ("galera_new_cluster\n\n\n\nsystemctl restart mariadb", []),
    ],
)
def test_a_first_member_that_is_restarted(steps: str, lines: list[int]) -> None:
    assert found("GA035", steps) == lines


SAFE = "sed -i 's/safe_to_bootstrap: 0/safe_to_bootstrap: 1/' /var/lib/mysql/grastate.dat"


@pytest.mark.parametrize(
    ("steps", "lines"),
    [
        (SAFE, [2]),
        (f"docker exec db1 {SAFE}\n{SAFE}", [2]),
        ("echo 'safe_to_bootstrap: 1' >> /var/lib/mysql/grastate.dat && true", []),  # only said
        (f"mysqld --wsrep-recover\n{SAFE}", []),
        (f"grep seqno /var/lib/mysql/grastate.dat\n{SAFE}", []),
        ("sed -i '/seqno/ s/-1/1/' /var/lib/mysql/grastate.dat\ngalera_new_cluster", [2]),
        (f"cat > grastate.dat <<EOF\nseqno:   -1\nEOF\n{SAFE}", [5]),
        ("grep 'safe_to_bootstrap: 1' /var/lib/mysql/grastate.dat", []),
        (SAFE.replace(": 1", ": 0"), []),
    ],
)
def test_a_host_that_is_said_to_be_safe(steps: str, lines: list[int]) -> None:
    assert found("GA036", steps) == lines
