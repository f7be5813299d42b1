"""What a broker calls itself, against what the cluster calls it."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit

CONF = "".join(f"cluster_formation.classic_config.nodes.{n} = rabbit@mq{n}\n" for n in (1, 2, 3))


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ("NODENAME=rabbit@localhost\n", 1),
        ("RABBITMQ_NODENAME=rabbit@broker-a\n", 1),
        ("NODENAME=rabbit@mq1\n", 0),
        ("NODENAME=rabbit@MQ1.example.org\nUSE_LONGNAME=true\n", 0),
        ("NODENAME=rabbit@$(hostname -s)\n", 0),
        ("NODENAME=rabbit\n", 0),
        ("", 0),
    ],
)
def test_a_brokers_own_name_is_one_of_the_clusters(environment: str, found: int) -> None:
    files = {"rabbitmq/rabbitmq.conf": CONF, "rabbitmq/rabbitmq-env.conf": environment, "hostname": "mq1\n"}
    report = audit([File(f"mq1/etc/{name}", text) for name, text in files.items()], strict=True)
    assert [finding.rule for finding in report.findings].count("SY016") == found
