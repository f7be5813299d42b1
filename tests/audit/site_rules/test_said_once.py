"""Where a finding points, what it says, and that one mistake on several hosts is one finding."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.merge import merged
from fournines.audit.run import audit
from fournines.components.galera.audit.rules.example import galera
from fournines.components.haproxy.audit.rules.example import api, haproxy
from fournines.components.pacemaker.audit.rules.example import FENCED, VIP, crm
from fournines.kit.audit.rule import Finding


def found(rule: str, files: dict[str, str]) -> list[Finding]:
    report = merged(audit([File(path, text) for path, text in files.items()], strict=True))
    return [finding for finding in report.findings if finding.rule == rule]


DRBD = """\
resource data {
    device minor 0;
    disk /dev/vg/data;
    on n1 {
        address 10.0.2.11:7788;
    }
    on n2 {
        address 10.0.2.12:7788;
    }
}
"""
NOVA = """\
[DEFAULT]
transport_url = rabbit://n:k7Lw2x@mq1,n:k7Lw2x@mq2
[database]
connection = mysql+pymysql://n:k7Lw2x@vip/nova
"""
CRON = "0 * * * * keystone /usr/bin/keystone-manage fernet_rotate\n"
TWO = ("10.0.0.11", "10.0.0.12")
BROKERS = (
    "cluster_formation.classic_config.nodes.1 = rabbit@m1\n"
    "cluster_formation.classic_config.nodes.2 = rabbit@m2\n{}"
)


@pytest.mark.parametrize(
    ("rule", "files"),
    [
        ("OS010", {f"c{n}/etc/nova/nova.conf": NOVA for n in (1, 2)}),
        ("OS033", {f"c{n}/etc/cron.d/keystone": CRON for n in (1, 2)}),
        ("GA030", {f"c{n}/galera.cnf": galera(number=n, peers=TWO) for n in (1, 2)}),
    ],
)
def test_the_other_host_is_named(rule: str, files: dict[str, str]) -> None:
    (one,) = found(rule, files)
    assert one.at.host == "c1"
    assert one.what.endswith("(also on c2)")
    assert "c2" in {place.host for place in one.related}


def test_names_of_both_hosts_at_the_hosts_own_line() -> None:
    files = {f"n{n}/etc/drbd.d/data.res": DRBD for n in (1, 2)}
    names = {f"n{n}/etc/hostname": f"n{n}.example.net\n" for n in (1, 2)}
    (one,) = found("DR012", files | names)
    assert (one.seen, one.at.host) == ("on n1 {", "n1")
    assert "n1.example.net, n2.example.net" in one.what
    second = DRBD.split("\n").index("    on n2 {") + 1
    assert ("n2", second) in {(place.host, place.line) for place in one.related}
    (single,) = found("DR012", files | {"n1/etc/hostname": "n1\n", "n2/etc/hostname": "n2.example.net\n"})
    assert (single.seen, single.at.host) == ("on n2 {", "n2")


@pytest.mark.parametrize(
    ("way", "seen", "why"),
    [
        ("cluster_partition_handling = pause_minority\n", "pause_minority", "pauses itself"),
        ("cluster_partition_handling = autoheal\n", "autoheal", "drift apart"),
        ("", "nodes.1", "drift apart"),
    ],
)
def test_two_brokers_at_what_decides(way: str, seen: str, why: str) -> None:
    (one,) = found(
        "RM002", {"m1/rabbitmq.conf": BROKERS.format(way), "m2/rabbitmq.conf": BROKERS.format(way)}
    )
    assert seen in one.seen
    assert why in one.why


def test_the_fence_device_that_was_meant_for_the_host() -> None:
    wrong = FENCED.replace("pcmk_host_list=node2", "pcmk_host_list=node1")
    (one,) = found("PA024", crm(VIP, fenced=wrong))
    assert "fence-node2" in one.seen


@pytest.mark.parametrize(
    ("score", "severity", "words"),
    [("inf", "warning", "whatever else"), ("50", "info", "by 50"), ("role=Started 50", "info", "by 50")],
)
def test_a_move_by_hand(score: str, severity: str, words: str) -> None:
    files = crm(VIP, f"location cli-prefer-vip vip {score}: node1\n")
    (one,) = found("PA041", files)
    assert (one.severity.word, words in one.what) == (severity, True)
    assert found("PA016", files) == []
    assert found("PA041", crm(VIP, "location cli-ban-vip-on-node1 vip -inf: node1\n")) == []


def test_one_copy_is_about_the_count() -> None:
    policy = 'rabbitmqctl set_policy ha \'.*\' \'{"ha-mode":"exactly","ha-params":1}\''
    (one,) = found("RM004", {"setup.sh": f"#!/bin/sh\n{policy}\n"})
    assert "ha-params" in one.why
    assert "ha-params 2" in one.fix


@pytest.mark.parametrize(
    ("timeout", "words"),
    [
        ("", "40 s: inter 10 s + fall 3 x 10 s (a check waits 10 s, inter)"),
        ("timeout check 4s", "22 s: inter 10 s + fall 3 x 4 s (a check waits 4 s, timeout check)"),
    ],
)
def test_the_sum_that_a_reader_can_follow(timeout: str, words: str) -> None:
    two = (
        "default-server inter 10s fastinter 1s fall 3\nserver c1 10.0.0.11:5000 check\n"
        "server c2 10.0.0.12:5000 check"
    )
    (one,) = found("HA017", {"haproxy.cfg": haproxy(api(two, extra=timeout))})
    assert one.what.endswith(words)
