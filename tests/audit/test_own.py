"""Names and addresses of a host's own, legs of a pair, and their harmless neighbours."""

from __future__ import annotations

import pytest

from fournines.audit import registry
from fournines.audit.gather.collect import File
from fournines.audit.run import audit

RULES = {rule.id: rule for rule in registry.rules()}


def found(rule: str, files: dict[str, str]) -> list[str]:
    report = audit([File(path, text) for path, text in files.items()], rules=[RULES[rule]], strict=True)
    return [finding.seen for finding in report.findings]


def changed(rule: str, old: str, new: str) -> dict[str, str]:
    """A rule's bad example with one text in its files replaced."""
    files = {path: text.replace(old, new) for path, text in RULES[rule].bad.items()}
    assert files != dict(RULES[rule].bad)
    return files


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("SY015", "127.0.1.1 node1", "127.0.1.1 node1.example.org"),
        ("SY015", "127.0.1.1 node1", "10.0.0.11 node1\n127.0.1.1 node1"),
        ("SY015", "ring0_addr: node1", "ring0_addr: 10.0.0.11"),
        ("SY016", "node1\n", "mq-a.example.org\n"),
        ("SY017", "wsrep_on = ON", "wsrep_on = ON\nbind-address = 10.0.0.11"),
        ("SY017", "wsrep_on = ON", 'wsrep_on = ON\nwsrep_provider_options = "base_host=10.0.0.11"'),
        ("SY017", "address 10.0.0.11/24", "address 192.168.1.13/24"),
        ("SY018", "10.0.0.12\n", "192.168.1.11\n"),
        ("SY018", "wsrep_node_address = 10.0.0.12", "wsrep_node_address = db1"),
        ("KA048", "    nopreempt\n", ""),
        ("KA048", "interface eth1", "interface eth0"),
        ("KA049", "10.0.0.20/24", "10.0.0.20"),
        ("KA049", "10.0.0.20/24", "10.0.0.20/24 dev eth1"),
        ("KA049", "10.0.0.20/24", "10.0.0.20/16"),
        ("KA050", "Name=eth0", "Name=eth1"),
        ("KA051", "add-vip.sh", "assign-eip.sh"),
        ("HA041", "backup", ""),
        ("HA041", "stick on src", "stick on dst"),
        ("HA042", "stick store-request src", "stick match src\n    stick store-request src"),
        ("HA043", "8h", "90m"),
        ("HA043", "on-marked-down shutdown-sessions", ""),
        ("HA044", "60s", "35m"),
        ("HA045", "sever c1", "server c1"),
        ("HA045", "sever c1", "my_own_word c1"),
    ],
)
def test_near_misses_are_quiet(rule: str, old: str, new: str) -> None:
    assert found(rule, changed(rule, old, new)) == []


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("SY015", "127.0.1.1 node1", "127.0.1.1 node1.example.org node1"),
        ("SY015", "127.0.1.1 node1", "::1 node1"),
        ("SY017", "wsrep_on = ON", "wsrep_on = ON\nbind-address = 0.0.0.0"),
        ("HA041", "stick on src", "stick match src\n    stick store-request src"),
        ("HA042", "store-request src", "store-response src"),
        ("HA044", "imaps", "mail"),
        ("HA045", "sever c1 10.0.0.11:5000 check", "server c1 10.0.0.11:5000 chekc"),
        ("HA045", "sever c1 10.0.0.11:5000 check", "balence roundrobin"),
        ("HA045", "sever c1 10.0.0.11:5000 check", "option redispach"),
    ],
)
def test_other_spellings_are_seen(rule: str, old: str, new: str) -> None:
    assert len(found(rule, changed(rule, old, new))) == 1


def test_a_pair_that_shares_the_work_is_meant_to_part() -> None:
    (text,) = RULES["KA048"].bad.values()
    files = {f"n{number}/keepalived.conf": text for number in (1, 2)}
    assert len(found("KA048", files)) == 1
    inside, outside = text.split("vrrp_instance OUTSIDE")
    files["n2/keepalived.conf"] = "vrrp_instance OUTSIDE".join(
        [inside.replace("priority 101", "priority 90"), outside.replace("priority 101", "priority 150")]
    )
    assert found("KA048", files) == []
