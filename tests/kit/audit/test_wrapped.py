"""Commands inside commands, as the programs that carry them out read their words."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fournines.kit.audit.node import Node
from fournines.kit.audit.wrapped import carried, peeled

INNER = ["rabbitmqctl", "stop_app"]


@pytest.mark.parametrize(
    "line",
    [
        "ssh root@c2 rabbitmqctl stop_app",
        "ssh -i key -o StrictHostKeyChecking=no c2 'rabbitmqctl stop_app'",
        "sudo ssh -t c2 -- rabbitmqctl stop_app",
        "pssh -h hosts -i 'rabbitmqctl stop_app'",
        "pdsh -w c[1-3] rabbitmqctl stop_app",
        "ansible mq -b -m shell -a 'rabbitmqctl stop_app'",
        "salt 'mq*' cmd.run 'rabbitmqctl stop_app'",
        "docker exec -it -u rabbitmq mq rabbitmqctl stop_app",
        "kubectl -n mq exec mq-0 -- rabbitmqctl stop_app",
        "lxc exec mq -- rabbitmqctl stop_app",
        "su - rabbitmq -s /bin/sh -c 'rabbitmqctl stop_app'",
        'ssh c2 "sudo bash -c \\"rabbitmqctl stop_app\\""',
        "ssh -o BatchMode=no root@c2 'timeout 60 rabbitmqctl stop_app'",
        "clush -bw c[1-3] rabbitmqctl stop_app",
        "ansible mq -bm ansible.builtin.shell --args='chdir=/root rabbitmqctl stop_app'",
        "ansible mq --module-name=raw --args 'LC_ALL=C rabbitmqctl stop_app'",
        "docker --context far compose -f a.yml exec -T mq rabbitmqctl stop_app",
        "kubectl -n mq --context far --kubeconfig k exec -it mq-0 -c mq -- bash -lc 'rabbitmqctl stop_app'",
        "oc rsh mq-0 rabbitmqctl stop_app",
        "runuser -u rabbitmq -- rabbitmqctl stop_app",
    ],
)
def test_what_is_handed_on_is_a_command_too(line: str) -> None:
    found = [list(node.words) for node in carried(Node(tuple(shlex.split(line)), 7))]
    assert found[0] == shlex.split(line)
    assert INNER in found or ["sudo", *INNER] in found


def test_each_command_of_a_line_counts_for_itself() -> None:
    node = Node(("ssh", "c2", "a 1; b '2 3' && c"), 4)
    assert [(n.words, n.line) for n in carried(node)][1:] == [
        (("a", "1"), 4),
        (("b", "2 3"), 4),
        (("c",), 4),
    ]


def test_a_container_is_given_words_and_no_line() -> None:
    words = ("docker", "exec", "mq", "rabbitmqctl", "set_policy", "ha", "^", '{"ha-mode":"all"}')
    assert list(carried(Node(words, 1)))[1].words == words[3:]
    shell = ("kubectl", "exec", "mq-0", "--", "sh", "-c", "a 1; b")
    assert [node.words for node in carried(Node(shell, 1))][1:] == [shell[4:], ("a", "1"), ("b",)]


@pytest.mark.parametrize(
    ("line", "bare"),
    [
        ("timeout -k 5 60 pcs status", "pcs status"),
        ("sudo -u rabbitmq env HOME=/root nice -n 5 rabbitmqctl status", "rabbitmqctl status"),
        ("LC_ALL=C LANG=C crm status", "crm status"),
        ("sshpass -p x ssh c2 pcs status", "ssh c2 pcs status"),
        ("sudo -u mysql nohup mysqld", "nohup mysqld"),
        ("sudo pcs status", "sudo pcs status"),  # readers know that themselves
        ("command -v pcs", "command -v pcs"),
        ("VIP=10.0.0.1", "VIP=10.0.0.1"),
        ("sudo -i", "sudo -i"),
        ("timeout connect", "timeout connect"),
    ],
)
def test_what_a_command_is_wrapped_in(line: str, bare: str) -> None:
    assert " ".join(peeled(Node(tuple(line.split()), 1)).words) == bare


@pytest.mark.parametrize(
    "line",
    [
        "ssh c2",
        "docker ps",
        "scp a b:",
        "echo ssh c2 reboot",
        "ansible all -m ping",
        "ansible all -m service -a name=haproxy",
        "docker run --rm img exec a b",
    ],
)
def test_where_nothing_is_handed_on_nothing_is_added(line: str) -> None:
    assert len(list(carried(Node(tuple(line.split()), 1)))) == 1


@given(st.lists(st.text(max_size=12), min_size=1, max_size=8))
def test_any_words_come_to_an_end(words: list[str]) -> None:
    assert next(iter(carried(Node(("ssh", *words), 1)))).words == ("ssh", *words)
    assert list(carried(Node(("ssh", "h", *words), 1)))
