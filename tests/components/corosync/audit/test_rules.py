"""Votes and files: arithmetic that is right, and files that only look wrong."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.corosync.audit.rules.example import TWO, corosync


def seen(files: dict[str, str]) -> dict[str, int]:
    """Rule id -> the line of its first error or warning."""
    found: dict[str, int] = {}
    for finding in audit([File(path, text) for path, text in files.items()], strict=True).findings:
        if finding.severity.word != "info":
            found.setdefault(finding.rule, finding.at.line)
    return found


def alone(text: str) -> set[str]:
    return set(seen({"corosync.conf": text}))


@pytest.mark.parametrize(
    ("quorum", "nodes", "rules"),
    [
        ("", 3, set()),
        ("", 2, {"CO002"}),
        (TWO, 2, set()),
        ("two_node: 1\nwait_for_all: 1", 2, set()),
        ("two_node: 1\nwait_for_all: 0", 2, {"CO003"}),
        (TWO, 3, {"CO004"}),
        ("device {\nmodel: net\nvotes: 1\n}", 2, set()),
        ("expected_votes: 3\ndevice {\nmodel: net\nvotes: 1\n}", 2, set()),
        ("expected_votes: 2\ntwo_node: 1", 2, set()),
        ("expected_votes: 3", 3, set()),
        ("expected_votes: 2", 3, {"CO005"}),
        ("expected_votes: 5", 3, {"CO005"}),
        ("", 4, {"CO016"}),
        ("auto_tie_breaker: 1", 4, set()),
        ("device {\nmodel: net\n}", 4, set()),
        ("", 5, set()),
    ],
)
def test_votes(quorum: str, nodes: int, rules: set[str]) -> None:
    assert alone(corosync(quorum, nodes=nodes)) == rules


def test_hosts_without_a_vote_do_not_count() -> None:
    text = corosync(nodes=4).replace("nodeid: 4", "nodeid: 4\n        quorum_votes: 0")
    assert alone(text) == set()


def test_two_braces_on_a_line_are_one_to_corosync() -> None:
    """coroparse.c looks for one brace a line: ``}}`` closes one section, and pcs refuses the line."""
    tail = "logging {\n    logger_subsys {\n        debug: off\n    }}\n}"
    assert alone(corosync(tail=tail)) == {"CO015"}
    assert alone(corosync(tail=tail + "\n}")) == {"CO015"}


def test_an_excerpt_says_nothing_about_what_it_leaves_out() -> None:
    block = "totem {\n  token: 3000\n  transport: knet\n}\n"
    page = f"# Links\n\nIn /etc/corosync/corosync.conf:\n\n```\n{block}```\n"
    assert "CO001" not in seen({"howto.md": page})


def test_a_name_spelt_in_two_ways_is_two_clusters() -> None:
    files = {"a/corosync.conf": corosync(name="Control"), "b/corosync.conf": corosync(name="control")}
    assert set(seen(files)) == {"CO006"}


def test_clusters_that_share_nothing_may_differ() -> None:
    other = corosync(name="store", totem="token: 4000").replace("10.0.", "10.7.").replace("node", "disk")
    other = other.replace("disklist", "nodelist").replace("disk {", "node {").replace("diskid", "nodeid")
    assert "CO006" not in seen({"a/corosync.conf": corosync(), "b/corosync.conf": other})


@pytest.mark.parametrize(("consensus", "rules"), [(3600, set()), (3599, {"CO012"})])
def test_consensus_is_enough_at_exactly_its_bound(consensus: int, rules: set[str]) -> None:
    assert alone(corosync(totem=f"token: 3000\nconsensus: {consensus}")) == rules


def test_the_size_may_stand_in_another_file() -> None:
    conf = corosync("expected_votes: 2", nodelist="")
    setup = "#!/bin/sh\npcs cluster setup --name c n1 n2 n3\n"
    assert seen({"corosync.conf": conf, "setup.sh": setup}).keys() == {"CO005"}
    assert alone(conf) == {"CO002"}


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("totem{}:\n #quorumnodeli_1x"), max_size=120))
def test_no_text_ends_in_a_traceback(text: str) -> None:
    audit([File("corosync.conf", text)], strict=True)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("totem {\nversion: 2\ninterface: {\nbindnetaddr: 10.0.0.0\n}\n}\n", "interface:"),
        ("totem {\nversion: 2\ninterfaces {\nbindnetaddr: 10.0.0.0\n}\n}\n", "interfaces"),
        ("nodlist {\nnode {\nring0_addr: a\n}\n}\n", "nodlist"),
        ("totem {\nversion: 2\ninterface {\nbindnetaddr: 10.0.0.0\n}\n}\n", ""),
        ("mine {\na: b\n}\nnozzle {\nname: n\n}\n", ""),
    ],
)
def test_sections_that_nobody_asks_for(text: str, name: str) -> None:
    said = [f.what for f in audit([File("corosync.conf", text)]).findings if f.rule == "CO013"]
    assert len(said) == bool(name)
    assert all(f"no section '{name}'" in what for what in said)


_TEMPLATE = """totem {
  version: 2
  transport: udpu
}
nodelist {
{% for host in groups['db'] %}
  node {
    ring0_addr: {{ hostvars[host].ip }}
    nodeid: {{ loop.index }}
  }
{% endfor %}
NODELIST
@RINGS@
  <% @nodes.each do |n| %>
  node { # ${NAME}
    ring0_addr: <%= n %>
  }
}
quorum {
  provider: corosync_votequorum
  expected_votes: 2
  two_node: $TWO_NODE
}
"""


def test_marks_of_a_template_are_no_braces_of_the_file() -> None:
    assert not {"CO015", "CO002"} & alone(_TEMPLATE.replace(" # ${NAME}", ""))
    assert "CO015" in alone(_TEMPLATE)
    assert "CO015" in alone(_TEMPLATE.replace(" # ${NAME}", "").replace("NODELIST", "no such line"))
    assert "CO002" in alone(_TEMPLATE.replace(" # ${NAME}", "").replace("$TWO_NODE", "0"))


@pytest.mark.parametrize(("transport", "rules"), [("udpu", set()), ("udp", {"CO011"})])
def test_the_sample_address_counts_where_multicast_is_used(transport: str, rules: set[str]) -> None:
    totem = (
        f"version: 2\ntransport: {transport}\ninterface {{\nbindnetaddr: 10.0.0.0\nmcastaddr: 226.94.1.1\n}}"
    )
    text = f"totem {{\n{totem}\n}}\nquorum {{\nprovider: corosync_votequorum\nexpected_votes: 3\n}}\n"
    assert alone(text) & {"CO011"} == rules


@pytest.mark.parametrize(
    ("quorum", "interface", "rules"),
    [
        ("expected_votes: 1", "mcastaddr: 239.255.7.1", {"CO030"}),
        ("expected_votes: 1\nwait_for_all: 1", "mcastaddr: 239.255.7.1", set()),
        ("expected_votes: 3", "mcastaddr: 239.255.7.1", set()),
        ("expected_votes: 1", "ringnumber: 0", set()),
    ],
)
def test_one_vote_without_a_list(quorum: str, interface: str, rules: set[str]) -> None:
    text = corosync(quorum, nodelist="", transport="udp", totem=f"interface {{\n{interface}\n}}")
    assert alone(text) & {"CO030"} == rules
