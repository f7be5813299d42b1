"""Queues that have no copies, or lose what is in them: the near misses of each rule."""

from __future__ import annotations

import pytest

from fournines.audit import registry
from fournines.audit.gather.collect import File
from fournines.audit.report import Report
from fournines.audit.run import audit

RULES = {rule.id: rule for rule in registry.rules()}
ALL = "rabbit://n:s3cret@mq1,n:s3cret@mq2,n:s3cret@mq3"
NODES = "".join(f"cluster_formation.classic_config.nodes.{n} = rabbit@mq{n}\n" for n in (1, 2, 3))


def judged(rule: str, files: dict[str, str]) -> Report:
    return audit([File(path, text) for path, text in files.items()], rules=[RULES[rule]], strict=True)


def said(rule: str, files: dict[str, str]) -> list[str]:
    return [finding.severity.word for finding in judged(rule, files).findings]


def script(*lines: str) -> dict[str, str]:
    return {"setup.sh": "\n".join(["#!/bin/sh", *lines, ""])}


@pytest.mark.parametrize(
    ("definition", "found"),
    [
        ('{"ha-mode":"exactly","ha-params":2}', ["warning"]),
        ('{"ha-mode":"all","ha-sync-mode":"manual"}', ["warning"]),
        ('{"ha-mode":"all","ha-sync-mode":"automatic"}', []),
        ('{"message-ttl":60000}', []),
    ],
)
def test_new_mirrors_get_what_is_there(definition: str, found: list[str]) -> None:
    assert said("RM020", script(f"rabbitmqctl set_policy ha '.*' '{definition}'")) == found


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        (["stop_app", "reset", "start_app"], ["warning"]),
        (["stop_app", "force_reset"], ["warning"]),
        (["stop_app", "reset", "join_cluster rabbit@mq1", "start_app"], []),
        (["stop_app", "join_cluster rabbit@mq1", "start_app"], []),
    ],
)
@pytest.mark.parametrize(
    "before", ["rabbitmqctl {}", "ssh mq2 rabbitmqctl {}", "ansible mq2 -a 'rabbitmqctl {}'"]
)
def test_a_reset_is_a_step_of_joining_or_a_loss(before: str, steps: list[str], found: list[str]) -> None:
    assert said("RM022", script(*(before.format(step) for step in steps))) == found


@pytest.mark.parametrize(
    ("nodes", "mode", "found"),
    [(NODES, "autoheal", ["warning"]), (NODES, "pause_minority", []), ("", "autoheal", ["warning"])],
)
def test_autoheal_throws_away(nodes: str, mode: str, found: list[str]) -> None:
    assert said("RM023", {"mq1/rabbitmq.conf": f"{nodes}cluster_partition_handling = {mode}\n"}) == found


@pytest.mark.parametrize(
    ("default", "client", "found"),
    [
        ("quorum", "", ["warning"]),
        ("quorum", "rabbit_quorum_queue = true\n", []),
        ("quorum", "amqp_durable_queues = true\n", []),
        ("classic", "rabbit_quorum_queue = true\n", ["info"]),
        ("classic", "", []),
    ],
)
@pytest.mark.parametrize("where", ["vhost", "metadata", "conf"])
def test_the_default_and_the_clients_agree(default: str, client: str, found: list[str], where: str) -> None:
    entry = f'"default_queue_type": "{default}"'
    files = {
        "vhost": {"definitions.json": f'{{"vhosts": [{{"name": "/", {entry}}}], "policies": []}}'},
        "metadata": {
            "definitions.json": f'{{"vhosts": [{{"name": "/", "metadata": {{{entry}}}}}], "policies": []}}'
        },
        "conf": {"rabbitmq.conf": f"{NODES}default_queue_type = {default}\n"},
    }[where]
    conf = f"[DEFAULT]\ntransport_url = {ALL}\n[oslo_messaging_rabbit]\n{client}"
    assert said("RM024", {**files, "nova.conf": conf}) == found


def test_definitions_without_policies_prove_that_there_are_none() -> None:
    conf = f"[DEFAULT]\ntransport_url = {ALL}\n[oslo_messaging_rabbit]\nheartbeat_in_pthread = true\n"
    empty = '{"vhosts": [{"name": "/"}], "policies": []}'
    assert said("RM003", {"nova.conf": conf, "definitions.json": empty}) == ["error"]
    assert said("RM003", {"nova.conf": conf}) == []


JOIN = "rabbitmqctl join_cluster rabbit@mq1"


@pytest.mark.parametrize(
    ("page", "found"),
    [
        (f"```\n{JOIN}\n```\n", ["warning"]),
        (f"```\nssh mq2 {JOIN}\n```\n", ["warning"]),
        (f"```\n{JOIN}\n```\n\nrabbitmq.conf:\n\n```\ncluster_partition_handling = autoheal\n```\n", []),
        ("```\nrabbitmqctl add_user nova x\n```\n", []),
    ],
)
def test_a_page_that_makes_a_cluster_says_what_a_split_does(page: str, found: list[str]) -> None:
    assert said("RM001", {"howto.md": f"# mq\n\n{page}"}) == found


def test_a_script_beside_files_nobody_gave_is_unknown() -> None:
    report = judged("RM001", script(JOIN))
    assert report.findings == ()
    assert len(report.unknown) == 1


@pytest.mark.parametrize(
    ("conf", "vhost", "found"),
    [
        ("default_queue_type = quorum\n", '"default_queue_type": "classic"', ["warning"]),
        ("default_queue_type = quorum\n", '"metadata": {"default_queue_type": "classic"}', ["warning"]),
        ("default_queue_type = quorum\n", '"default_queue_type": "quorum"', []),
        ("default_queue_type = quorum\n", '"tags": []', []),
        ("default_queue_type = classic\n", '"default_queue_type": "quorum"', ["info"]),
        ("", '"default_queue_type": "classic"', []),
    ],
)
def test_a_virtual_host_keeps_its_own_type(conf: str, vhost: str, found: list[str]) -> None:
    text = f'{{"rabbit_version": "3.13.0", "vhosts": [{{"name": "/", {vhost}}}], "policies": []}}'
    assert said("RM027", {"mq1/rabbitmq.conf": conf + NODES, "mq1/definitions.json": text}) == found


class TestDeclaredQueues:
    """RM003 on queues that a broker declares itself, of its definitions."""

    @staticmethod
    def found(queue: str, more: str = '"policies": []', conf: str = NODES) -> list[int]:
        text = f'{{\n"queues": [\n{queue}\n],\n{more}}}\n'
        files = {"mq1/rabbitmq.conf": conf, "mq1/etc/rabbitmq/definitions.json": text}
        return [finding.at.line for finding in judged("RM003", files).findings]

    def test_a_durable_queue_of_one_copy(self) -> None:
        assert self.found('{"name": "q", "vhost": "/", "durable": true, "arguments": {}}') == [3]

    def test_a_quorum_queue(self) -> None:
        arguments = '{"x-queue-type": "quorum"}'
        assert self.found(f'{{"name": "q", "durable": true, "arguments": {arguments}}}') == []

    def test_the_virtual_host_makes_quorum_queues(self) -> None:
        vhosts = '"vhosts": [{"name": "/", "default_queue_type": "quorum"}]'
        assert self.found('{"name": "q", "durable": true}', vhosts) == []

    def test_a_policy_mirrors(self) -> None:
        policies = '"policies": [{"name": "a", "pattern": ".*", "definition": {"ha-mode": "all"}}]'
        assert self.found('{"name": "q", "durable": true}', policies) == []

    def test_what_is_gone_with_a_restart_anyway(self) -> None:
        assert self.found('{"name": "q", "durable": false}') == []

    def test_one_broker(self) -> None:
        assert self.found('{"name": "q", "durable": true}', conf="listeners.tcp.default = 5672\n") == []
