"""Commands that one host may carry out and no other: in loops, through ssh and its kin, at prompts."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit


def found(text: str, path: str = "howto.md") -> list[tuple[str, int]]:
    page = f"# Start\n\n```\n{text}\n```\n" if path.endswith(".md") else f"#!/bin/bash\n{text}\n"
    report = audit([File(path, page)], strict=True)
    return [(f.rule, f.at.line) for f in report.findings if f.rule in ("GA031", "RM028", "DR011")]


@pytest.mark.parametrize(
    "text",
    [
        "for h in db1 db2 db3; do ssh $h galera_new_cluster; done",
        "for i in $(seq 1 3); do ssh root@db$i 'systemctl stop mariadb; galera_new_cluster'; done",
        "while read host; do ssh -n $host galera_new_cluster; done < hosts",
        "ansible galera -b -m shell -a galera_new_cluster",
        "ansible galera -b -m systemd -a 'name=mariadb@bootstrap state=started'",
        'pssh -H "db1 db2" -l root galera_new_cluster',
        "pdsh -w db[1-3] systemctl start mysql@bootstrap",
        "cat hosts | xargs -I% ssh % galera_new_cluster",
        "ssh db1 galera_new_cluster\nssh db2 galera_new_cluster",
        "root@db1:~# galera_new_cluster\nroot@db2:~# galera_new_cluster",
        "for c in g1 g2; do docker exec $c mysqld --wsrep-new-cluster; done",
        "ssh db1 mysqld_safe --wsrep_cluster_address=gcomm://\nssh db2 mysqld_safe --wsrep-new-cluster",
    ],
)
def test_a_cluster_is_started_once(text: str) -> None:
    assert [rule for rule, _ in found(text)] == ["GA031"]


@pytest.mark.parametrize(
    "text",
    [
        "ssh db1 galera_new_cluster\nfor h in db2 db3; do ssh $h systemctl start mariadb; done",
        "for h in db1 db2; do if [ $h = db1 ]; then ssh $h galera_new_cluster; fi; done",
        "for h in db1 db2; do [ $h = db1 ] && ssh $h galera_new_cluster; done",
        "for h in db1 db2; do ssh $h galera_new_cluster && break; done",
        "for h in db1; do ssh $h galera_new_cluster; done",
        "for h in db1 db2; do ssh $h 'test -f /first && galera_new_cluster'; done",
        "for h in db1 db2; do ssh $h 'if [ -f /first ]; then galera_new_cluster; fi'; done",
        "for h in db1 db2; do ssh $h grep -q 'bootstrap: 1' g.dat && ssh $h galera_new_cluster; done",
        "ansible db1 -a galera_new_cluster",
        "ansible 'galera[0]' -a galera_new_cluster",
        "ansible galera --limit db1 -a galera_new_cluster",
        "ssh db1 galera_new_cluster\nssh db1 galera_new_cluster",
        "for h in db1 db2; do ssh $h 'echo never galera_new_cluster'; done",
        "for h in db1 db2; do ssh $h mysqld_safe --wsrep_cluster_address=gcomm://db1,db2; done",
        "root@db1:~# galera_new_cluster\nroot@db2:~# systemctl start mariadb",
        "galera_new_cluster",
    ],
)
def test_who_starts_it_once_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_prose_says_where_and_sections_are_apart() -> None:
    page = "# Start\n\nRun on {}:\n\n```\ngalera_new_cluster\n```\n"
    for said, rules in (("every node", ["GA031"]), ("all three hosts", ["GA031"]), ("the first node", [])):
        report = audit([File("a.md", page.format(said))], strict=True)
        assert [f.rule for f in report.findings if f.rule == "GA031"] == rules
    block = "```\nssh {} galera_new_cluster\n```\n"
    two = f"# Start\n\n{block.format('db1')}\n# After a loss of all\n\n{block.format('db3')}"
    assert "GA031" not in {f.rule for f in audit([File("a.md", two)], strict=True).findings}


JOIN = "rabbitmqctl stop_app; rabbitmqctl reset; rabbitmqctl join_cluster rabbit@mq1"
BOTH = "root@a:~# drbdadm -- --overwrite-data-of-peer primary r0"


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("ansible rabbit -a 'rabbitmqctl force_boot'", ["RM028"]),
        ("for m in mq1 mq2; do\n ssh $m sudo rabbitmqctl -n rabbit@$m force_boot\ndone", ["RM028"]),
        ("ssh mq1 rabbitmqctl force_boot\nssh mq2 systemctl start rabbitmq-server", []),
        (f"for m in mq1 mq2; do ssh $m '{JOIN}'; done", ["RM028"]),
        (f"for m in mq2 mq3; do ssh $m '{JOIN}'; done", []),
    ],
)
def test_one_broker_keeps_what_all_had(text: str, rules: list[str]) -> None:
    assert [rule for rule, _ in found(text)] == rules


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (f"{BOTH}\n{BOTH.replace('@a', '@b')}", ["DR011"]),
        ("for h in a b; do ssh $h drbdadm primary --force r0; done", ["DR011"]),
        ("ssh a drbdadm primary --force r0\nssh b drbdadm primary --force r1", []),
        ("ssh a drbdadm primary --force r0\nssh b drbdadm primary r0", []),
    ],
)
def test_one_side_has_the_data(text: str, rules: list[str]) -> None:
    assert [rule for rule, _ in found(text)] == rules
    assert [rule for rule, _ in found(text, "start.sh")] == (rules if "@" not in text else [])


PLAY = "- hosts: {}\n  tasks:\n  - name: start\n    ansible.builtin.shell: galera_new_cluster\n{}"


@pytest.mark.parametrize(
    ("hosts", "more", "rules"),
    [
        ("galera", "", ["GA031"]),
        ("[db1, db2]", "", ["GA031"]),
        ("galera", "    run_once: true\n", []),
        ("galera", "    when: inventory_hostname == first\n", []),
        ("db1", "", []),
    ],
)
def test_a_playbook_is_for_all_hosts_of_its_play(hosts: str, more: str, rules: list[str]) -> None:
    play = PLAY.format(hosts, more)
    for path, text, line in (("site.yml", play, 4), ("p.md", f"# A\n\n```yaml\n{play}```\n", 7)):
        report = audit([File(path, text)], strict=True)
        assert [(f.rule, f.at.line) for f in report.findings] == [(rule, line) for rule in rules]
