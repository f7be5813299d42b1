"""Who may switch servers off."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit


@pytest.mark.parametrize(
    ("login", "found"),
    [("ops:haproxy", 1), ("monitor:changeme", 1), ("ops:ops1", 1), ("ops:k7Lw-2x9Qp", 0)],
)
def test_a_password_that_everybody_tries_is_one_whoever_has_it(login: str, found: int) -> None:
    text = (
        "defaults\n mode http\n timeout connect 5s\n timeout client 5s\n timeout server 5s\n"
        f"listen s\n bind *:8404\n stats enable\n stats auth {login}\n stats admin if TRUE\n"
    )
    report = audit([File("haproxy.cfg", text)], strict=True)
    assert [f.rule for f in report.findings].count("HA031") == found
