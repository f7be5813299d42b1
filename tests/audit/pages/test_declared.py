"""Ansible's modules and Salt's states are read as the commands that do the same."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.pages.declared import modules
from fournines.audit.run import audit

_POLICY = """- name: mirror
  community.rabbitmq.rabbitmq_policy:
    name: ha-all
    pattern: '^(?!amq\\.).*'
    tags:
      ha-mode: all
"""
_STATE = """{% if 'disc' in grains['roles'] %}
ha:
  rabbitmq_policy.present:
    - name: HA
    - pattern: '^(>!amq\\.).*'
    - definition: '{"ha-mode": "all", "ha-sync-mode": "automatic"}'
{% endif %}
"""


_MIRRORED = '{"ha-mode": "all", "ha-sync-mode": "automatic"}'


def said(text: str) -> list[tuple[int, str]]:
    told = [(draft.lines, draft.text.split("\n")) for draft in modules(text)]
    return [pair for lines, commands in told for pair in zip(lines, commands, strict=True)]


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        (_POLICY, [(3, "rabbitmqctl set_policy ha-all '^(?!amq\\.).*' '{\"ha-mode\": \"all\"}'")]),
        (
            "- rabbitmq_policy: name=ha pattern=.* tags='ha-mode=all'\n",
            [(1, "rabbitmqctl set_policy ha '.*' '{\"ha-mode\": \"all\"}'")],
        ),
        (
            _STATE,
            [
                (
                    4,
                    f"rabbitmqctl set_policy HA '^(>!amq\\.).*' '{_MIRRORED}'",
                )
            ],
        ),
        (
            "join:\n  rabbitmq_cluster.join:\n    - host: {{ disc }}\n    - ram_node: True\n",
            [(3, "rabbitmqctl join_cluster --ram rabbit@$host")],
        ),
        ("- systemd: name=mysql enabled=no\n", [(1, "systemctl disable mysql")]),
        (
            "- service:\n    name: '{{ item }}'\n    enabled: yes\n  with_items: [mariadb, haproxy]\n",
            [(2, "systemctl enable mariadb"), (2, "systemctl enable haproxy")],
        ),
        (
            "- lineinfile: {path: /db/grastate.dat, regexp: '^safe.*', line: 'safe_to_bootstrap: 1'}\n",
            [(1, "sed -i 's|^safe.*|safe_to_bootstrap: 1|' /db/grastate.dat")],
        ),
        ("- systemd: name=mysql state=started\n", []),
        ("- rabbitmq_policy: name=ha pattern=.* state=absent\n", []),
        ("- mysql_user:\n    name: root\n    host: localhost\n    priv: '*.*:ALL'\n", []),
        ("systemd:\n  - a word: of prose, and a [list that is never closed\n", []),
        ("services:\n  web:\n    image: nginx\n", []),
    ],
)
def test_what_they_amount_to(text: str, commands: list[tuple[int, str]]) -> None:
    assert said(text) == commands


def test_an_account_from_anywhere() -> None:
    task = (
        "- mysql_user:\n    name: root\n    host: '{{ item }}'\n    priv: '*.*:ALL,GRANT'\n"
        "  loop: [localhost, '%']\n"
    )
    assert said(task) == [(2, "mysql -e 'GRANT ALL PRIVILEGES ON *.* TO '\"'\"'root'\"'\"'@'\"'\"'%'\"'\"''")]
    assert said(task.replace(", '%'", "")) == []


def test_rules_hear_of_them() -> None:
    report = audit([File("roles/mq/tasks/main.yml", _POLICY), File("mq/policy.sls", _STATE)], strict=True)
    found = {(f.rule, f.at.path, f.at.line) for f in report.findings}
    assert ("RM020", "roles/mq/tasks/main.yml", 3) in found
    assert ("RM004", "mq/policy.sls", 4) in found
    mended = _POLICY.replace("all\n", "all\n      ha-sync-mode: automatic\n")
    assert "RM020" not in {f.rule for f in audit([File("tasks/main.yml", mended)], strict=True).findings}
