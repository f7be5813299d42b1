"""Containers that are started again with what they were given the first time."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("docker run -d --restart always --name a mariadb --wsrep-new-cluster", True),
        ("sudo podman run --restart=on-failure:3 mariadb mysqld --wsrep-new-cluster", True),
        ("docker container create --restart=always mariadb --wsrep-cluster-address=gcomm://", True),
        ("docker run -d mariadb --wsrep-new-cluster", False),
        ("docker run --restart no mariadb --wsrep-new-cluster", False),
        ("docker run --restart always mariadb --wsrep-cluster-address=gcomm://a,b", False),
        ("docker exec db1 mysqld --wsrep-new-cluster", False),
    ],
)
def test_a_container_that_begins_a_cluster_at_each_start(command: str, found: bool) -> None:  # noqa: FBT001
    report = audit([File("start.sh", f"#!/bin/sh\n{command}\n")], strict=True)
    assert [f.at.line for f in report.findings if f.rule == "GA033"] == ([2] if found else [])
