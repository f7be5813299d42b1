"""Settings that sentences and tables of a page tell."""

from __future__ import annotations

import time

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.audit.sources import read
from fournines.components.galera.audit.rules.example import galera
from fournines.components.keepalived.audit.rules.example import keepalived, script

TABLE = """\
Set these in `/etc/neutron/neutron.conf`:

| option | value | meaning |
|--------|-------|---------|
| l3_ha | True | routers on several hosts |
| max_l3_agents_per_router | 2 | not more |
"""


def told(page: str) -> list[tuple[str, str]]:
    sources, *_ = read([File("howto.md", page)])
    return [(source.name, source.text) for source in sources]


def test_a_table_of_options_is_the_files() -> None:
    assert told(TABLE) == [("/etc/neutron/neutron.conf", "l3_ha = True\nmax_l3_agents_per_router = 2")]


@pytest.mark.parametrize(
    ("sentence", "counts"),
    [
        ("In neutron.conf set `l3_ha = True`.", True),
        ("Open neutron.conf.\n\nThen add `l3_ha=True` to it.", True),
        ("Never set `l3_ha = True` in neutron.conf.", False),
        ("The default of neutron.conf is `l3_ha = False`.", False),
        ("`l3_ha = True` makes routers redundant.", False),
        ("See neutron.conf.\n\n## Another\n\n`l3_ha = True`", False),
    ],
)
def test_a_sentence_counts_where_it_sets_something_in_a_file(sentence: str, *, counts: bool) -> None:
    assert bool(told(sentence)) is counts


def test_what_a_sentence_sets_is_not_said_to_be_missing() -> None:
    page = "```\n# rabbitmqctl join_cluster rabbit@mq1\n# rabbitmqctl start_app\n```\n\n{}\n"

    def missing(text: str) -> bool:
        return any(f.rule == "RM001" for f in audit([File("howto.md", page.format(text))]).findings)

    assert missing("Restart it.")
    assert not missing("Set `cluster_partition_handling = pause_minority` in /etc/rabbitmq/rabbitmq.conf.")


def test_two_movers_told_in_prose_are_seen_on_their_lines() -> None:
    page = f"{TABLE}\nand in the same neutron.conf `allow_automatic_l3agent_failover = True`.\n"
    assert [str(f.at) for f in audit([File("howto.md", page)]).findings if f.rule == "OS012"] == [
        "howto.md:8"
    ]


def test_a_page_of_one_endless_line_is_read_in_no_time() -> None:
    started = time.process_time()
    assert told("x.conf " + "a.b/" * 250_000) == []
    assert time.process_time() - started < 2


def test_items_of_a_list_may_be_alternatives() -> None:
    page = (
        "Routers survive a host in one of these ways:\n\n"
        "- set `allow_automatic_l3agent_failover = True` in `/etc/neutron/neutron.conf`\n"
        "- or use VRRP: in `/etc/neutron/neutron.conf`\n\n"
        "| option | value | meaning |\n|---|---|---|\n| l3_ha | True | all routers |\n"
    )
    assert "OS012" not in [f.rule for f in audit([File("howto.md", page)]).findings]
    assert "allow_automatic_l3agent_failover = True" in [text for _, text in told(page)]
    assert "l3_ha = True" in [text for _, text in told(page)]


KEEPALIVED = keepalived(check=script(script='"/etc/keepalived/check_web.sh"'))


@pytest.mark.parametrize(
    ("sentence", "count"),
    [
        ("It needs chekc_web.sh too.", 1),
        ("It needs check_web.sh too.", 0),
        ("It needs check_webs.sh too.", 0),
        ("It needs check_mail.sh too.", 0),
    ],
)
def test_a_script_in_another_spelling(sentence: str, count: int) -> None:
    page = f"/etc/keepalived/keepalived.conf:\n\n```\n{KEEPALIVED}```\n\n{sentence}\n"
    assert len([f for f in audit([File("howto.md", page)]).findings if f.rule == "SY037"]) == count


@pytest.mark.parametrize(
    ("sentence", "count"),
    [
        ("Copy it and change wsrep_node_name.", 1),
        ("\u62f7\u8d1d\u6b64\u6587\u4ef6, wsrep_node_name", 1),
        ("Copy it and change wsrep_node_name and wsrep_node_address.", 0),
        ("Set wsrep_node_name.", 0),
        ("Copy the cookie to the others.", 0),
    ],
)
def test_what_must_change_in_a_copy(sentence: str, count: int) -> None:
    page = f"/etc/my.cnf.d/galera.cnf:\n\n```\n{galera()}```\n\n{sentence}\n"
    assert len([f for f in audit([File("howto.md", page)]).findings if f.rule == "GA024"]) == count


def test_names_in_prose_say_nothing_to_other_rules() -> None:
    """What a sentence names is no file: it neither counts as read nor as telling a setting."""
    assert told("Run check.sh.") == []
    page = f"/etc/keepalived/keepalived.conf:\n\n```\n{KEEPALIVED}```\n\nCopy a_b and x.sh.\n"
    assert ("", "copied a_b x.sh") in told(page)
