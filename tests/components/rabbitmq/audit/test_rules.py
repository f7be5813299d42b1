"""The judgements about brokers where a hasty rule would be wrong, in either direction."""

from __future__ import annotations

from datetime import date

import pytest

from fournines.audit import registry
from fournines.audit.gather.collect import File
from fournines.audit.report import Report
from fournines.audit.run import audit, gather
from fournines.audit.sources import read
from fournines.components.rabbitmq.audit.facts import brokers, cluster, major

RULES = {rule.id: rule for rule in registry.rules()}
TODAY = date(2026, 1, 1)
NODES = "".join(f"cluster_formation.classic_config.nodes.{n} = rabbit@mq{n}\n" for n in (1, 2, 3))
SERVICE = "[DEFAULT]\ntransport_url = rabbit://nova:k7Lw2x@{}/\n"
ALL = SERVICE.format("mq1:5672,nova:k7Lw2x@mq2:5672,nova:k7Lw2x@mq3:5672")
MIRRORS = '{"ha-mode":"all"}'
PROXY = "listen rabbit\n bind 10.0.0.20:5672\n mode tcp\n" + "".join(
    f" server mq{n} 10.0.0.1{n}:5672 check\n" for n in (1, 2, 3)
)


def judged(rule: str, files: dict[str, str]) -> Report:
    return audit([File(path, text) for path, text in files.items()], rules=[RULES[rule]], strict=True)


def severities(rule: str, files: dict[str, str]) -> list[str]:
    return [finding.severity.word for finding in judged(rule, files).findings]


class TestFacts:
    def test_four_ways_to_say_it_are_one(self) -> None:
        texts = {
            "mq1/rabbitmq.conf": f"{NODES}cluster_partition_handling = autoheal\nheartbeat = 30\n",
            "mq1/advanced.config": "[{rabbit, [{cluster_partition_handling, pause_minority}]},\n"
            " {kernel, [{net_ticktime, 15}]}].\n",
            "mq1/rabbitmq-env.conf": "NODENAME=rabbit@mq1\n",
        }
        sources, unread, *_ = read([File(path, text) for path, text in texts.items()])
        evidence, _ = gather(sources, today=TODAY, strict=True)
        (broker,) = brokers(evidence)
        said = {name: setting.value for name in ("cluster_partition_handling", "heartbeat", "net_ticktime")
                if (setting := broker.get(name))}  # fmt: skip
        assert unread == []
        assert said == {
            "cluster_partition_handling": "pause_minority",
            "heartbeat": "30",
            "net_ticktime": "15",
        }
        assert cluster(evidence) == {"mq1", "mq2", "mq3"}

    @pytest.mark.parametrize(
        ("path", "text", "expected"),
        [
            ("definitions.json", '{"rabbitmq_version": "4.0.5", "policies": [], "vhosts": []}', 4),
            ("setup.sh", "#!/bin/sh\napt-get install -y rabbitmq-server=3.12.1-1\n", 3),
            ("setup.sh", "#!/bin/sh\ndocker run -d rabbitmq:4.1-management\n", 4),
            ("setup.sh", "#!/bin/sh\napt-get install -y rabbitmq-server\n", None),
        ],
    )
    def test_the_release(self, path: str, text: str, expected: int | None) -> None:
        evidence, _ = gather(read([File(path, text)])[0], today=TODAY, strict=True)
        assert major(evidence) == expected


class TestPartitions:
    def test_a_broker_alone_cannot_split(self) -> None:
        assert severities("RM001", {"mq1/rabbitmq.conf": "listeners.tcp.1 = 10.0.0.11:5672\n"}) == []

    def test_silence_means_ignore_in_a_cluster(self) -> None:
        assert severities("RM001", {"mq1/rabbitmq.conf": NODES}) == ["error"]

    def test_the_environment_alone_says_nothing_of_it(self) -> None:
        files = {"mq1/rabbitmq-env.conf": "NODENAME=rabbit@mq1\n", "haproxy.cfg": PROXY}
        assert severities("RM001", files) == []

    def test_advanced_config_may_say_it(self) -> None:
        files = {
            "mq1/rabbitmq.conf": NODES,
            "mq1/advanced.config": "[{rabbit, [{cluster_partition_handling, pause_minority}]}].\n",
        }
        assert severities("RM001", files) == []


class TestPolicies:
    @pytest.mark.parametrize(
        ("pattern", "expected"),
        [
            ("^(?!amq\\.).*", []),
            ("^ha\\.", []),
            (".", ["info"]),
            ("*", ["error"]),
            ("^(!amq\\.).*", ["error"]),
            ("$PATTERN", []),
        ],
    )
    def test_patterns(self, pattern: str, expected: list[str]) -> None:
        command = f"rabbitmqctl set_policy -p / --apply-to queues ha '{pattern}' '{MIRRORS}'"
        script = f"#!/bin/sh\n{command}\n"
        assert severities("RM004", {"setup.sh": script}) == expected

    def test_mirrors_are_right_as_long_as_there_are_any(self) -> None:
        script = "#!/bin/sh\nrabbitmqctl set_policy ha '.*' '{\"ha-mode\":\"all\"}'\n"
        assert severities("RM005", {"setup.sh": script}) == []

    def test_exported_definitions_are_read_too(self) -> None:
        text = (
            '{"rabbitmq_version": "4.0.5", "vhosts": [{"name": "/"}],\n "policies": [\n'
            '  {"name": "ha-all", "pattern": ".*", "definition": {"ha-mode": "all"}}]}\n'
        )
        (finding,) = judged("RM005", {"definitions.json": text}).findings
        assert finding.at.line == 3


class TestClients:
    BROKER = f"{NODES}cluster_partition_handling = pause_minority\n"

    def test_one_broker_of_one_is_all(self) -> None:
        assert severities("RM010", {"ctl1/nova.conf": SERVICE.format("mq1")}) == []

    def test_through_haproxy_is_a_matter_of_taste(self) -> None:
        files = {"ctl1/nova.conf": SERVICE.format("10.0.0.20"), "haproxy.cfg": PROXY}
        assert severities("RM010", files) == ["info"]

    def test_an_address_that_pacemaker_moves_is_failover(self) -> None:
        crm = 'primitive p_ip ocf:heartbeat:IPaddr2 params ip="10.0.0.30" op monitor interval="10s"\n'
        files = {"ctl1/nova.conf": SERVICE.format("10.0.0.30"), "cluster.crm": crm, "haproxy.cfg": PROXY}
        assert severities("RM010", files) == []

    def test_some_of_the_brokers_is_less_than_all(self) -> None:
        files = {
            "mq1/rabbitmq.conf": self.BROKER,
            "ctl1/nova.conf": SERVICE.format("mq1:5672,nova:k7Lw2x@mq2"),
        }
        assert severities("RM010", files) == ["warning"]

    def test_policies_in_the_broker_are_unknown_not_missing(self) -> None:
        report = judged("RM003", {"mq1/rabbitmq.conf": self.BROKER, "ctl1/nova.conf": ALL})
        assert report.findings == ()
        assert len(report.unknown) == 1

    def test_quorum_by_default_is_enough(self) -> None:
        broker = f"{self.BROKER}default_queue_type = quorum\n"
        script = "#!/bin/sh\nrabbitmqctl join_cluster rabbit@mq1\n"
        files = {"mq1/rabbitmq.conf": broker, "ctl1/nova.conf": ALL, "setup.sh": script}
        assert severities("RM003", files) == []


def test_a_cookie_is_never_shown() -> None:
    secret = "QWERTYUIOPASDFGHJKLX"
    files = {
        f"mq{n}/var/lib/rabbitmq/.erlang.cookie": text
        for n, text in ((1, "ASDFASDFASDFASDFASDF"), (2, secret))
    }
    (finding,) = judged("RM007", files).findings
    assert finding.seen == "***"
    assert secret not in repr(finding)
