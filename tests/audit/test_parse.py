"""The parsers: what they give for real shapes, and that nothing makes them raise or crawl."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fournines.audit.parse import LONGEST, parse
from fournines.kit.audit.node import Node
from fournines.kit.audit.source import Syntax

_WORDS = r"""{ } ( ) [ ] ; : , . = # ! " ' \ \" < > << <<EOF EOF && || | $( ` <a b='c'> </a> <!-- --> <<"x">>
    %% vrrp_instance listen global [section] key=value 10.0.0.1:80 if fi then"""
PIECES = st.sampled_from([*_WORDS.split(), "\n", "\t", " ", "\x00", "\ufeff", "\u201c", "\u00e9", "\r\n"])
TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(PIECES, max_size=80).map(" ".join),
    st.lists(PIECES, max_size=80).map("".join),
)


def every(nodes: tuple[Node, ...]) -> list[Node]:
    return [node for root in nodes for node in root.walk()]


@pytest.mark.parametrize("syntax", Syntax)
@settings(deadline=None, max_examples=150)
@given(text=TEXTS)
def test_no_text_raises_and_every_line_is_inside(syntax: Syntax, text: str) -> None:
    parsed = parse(syntax, text)
    last = text.count("\n") + 1
    for node in every(parsed.nodes):
        assert 0 <= node.line <= last
    for problem in parsed.problems:
        assert problem.line >= 0


@pytest.mark.parametrize("syntax", Syntax)
def test_ten_megabytes_of_anything_end_in_seconds(syntax: Syntax) -> None:
    pieces = ["}", '"', "a b\n", "$("]
    for piece in pieces:
        text = piece * (10 * 1024 * 1024 // len(piece))
        begun = time.process_time()
        parse(syntax, text)
        assert time.process_time() - begun < 6, f"{len(text) / 1e6:.0f} MB of {piece!r}"


def test_what_is_too_long_is_a_problem() -> None:
    parsed = parse(Syntax.LINES, "x" * (LONGEST + 1))
    assert "too long" in parsed.problems[-1].what


def test_keepalived_blocks_quotes_and_comments() -> None:
    parsed = parse(Syntax.KEEPALIVED, 'vrrp_script c { # comment\n  script "pidof x" ! more\n weight -2\n}\n')
    (block,) = parsed.nodes
    assert block.words == ("vrrp_script", "c")
    assert [(node.words, node.line, node.quoted) for node in block.children] == [
        (("script", "pidof x"), 2, True),
        (("weight", "-2"), 3, False),
    ]
    assert parsed.problems == ()


@pytest.mark.parametrize(
    "between", ["\n{\n", "\n\n  # comment\n! another\n\n{\n", "\n{ ", " # comment\n{\n", "{\n", " {\n"]
)
def test_a_brace_of_keepalived_may_stand_on_a_line_of_its_own(between: str) -> None:
    """Each of these is what keepalived 2.2.7 -t takes for the block of the keyword before."""
    text = (
        f"vrrp_instance V{between}state BACKUP\ntrack_script{between}chk\n}}\npriority 100\n}}\nglobal_defs\n"
    )
    block, after = parse(Syntax.KEEPALIVED, text).nodes
    assert (block.words, block.line, block.block) == (("vrrp_instance", "V"), 1, True)
    assert [(node.key, node.block) for node in block.children] == [
        ("state", False),
        ("track_script", True),
        ("priority", False),
    ]
    assert [node.words for node in block.children[1].children] == [("chk",)]
    assert (after.key, after.block) == ("global_defs", False)


def test_a_brace_behind_a_whole_block_and_those_of_a_template_belong_to_no_keyword() -> None:
    nodes = parse(Syntax.KEEPALIVED, "vrrp_script c {\n}\n{\n weight 2\n}\n").nodes
    assert [node.words for node in nodes] == [("vrrp_script", "c"), ()]
    (script,) = parse(Syntax.KEEPALIVED, "vrrp_script c {\n weight 2\n {% if x %}\n}\n").nodes
    assert [(node.words, node.block) for node in script.children] == [(("weight", "2"), False)]
    (totem,) = parse(Syntax.COROSYNC, "totem\n{\n version: 2\n}\n").nodes[1:]
    assert totem.words == ()


def test_an_open_block_is_a_problem_and_is_read_all_the_same() -> None:
    parsed = parse(
        Syntax.KEEPALIVED, "vrrp_instance A {\n state MASTER\n}\nvrrp_instance B {\n state BACKUP\n"
    )
    assert [node.closed for node in parsed.nodes] == [True, False]
    assert [problem.line for problem in parsed.problems] == [4]


def test_corosync_values_are_the_rest_of_the_line() -> None:
    (totem,) = parse(Syntax.COROSYNC, "totem {\n  cluster_name: a b\n  # no: comment\n}\n").nodes
    assert [node.words for node in totem.children] == [("cluster_name", "a b")]


def test_drbd_statements_may_share_or_span_lines() -> None:
    (resource,) = parse(
        Syntax.DRBD, 'resource r0 { device /dev/drbd0; disk\n "/dev/x";\n on a { address 10.0.0.1:7788; } }'
    ).nodes
    assert [node.words for node in resource.children] == [
        ("device", "/dev/drbd0"),
        ("disk", "/dev/x"),
        ("on", "a"),
    ]


def test_nftables_sets_stay_in_their_statement() -> None:
    (table,) = parse(
        Syntax.NFTABLES, "table inet f {\n chain input {\n  tcp dport { 22, 80 } accept\n }\n}\n"
    ).nodes
    (rule,) = table.children[0].children
    assert rule.words == ("tcp", "dport", "{", "22,", "80", "}", "accept")


def test_haproxy_sections_whatever_the_indentation() -> None:
    parsed = parse(
        Syntax.HAPROXY,
        "global\n maxconn 1\n  defaults\n mode tcp\nlisten a\n server x 1.2.3.4:1 check\\ me \\\n",
    )
    assert [node.words for node in parsed.nodes] == [("global",), ("defaults",), ("listen", "a")]
    assert parsed.nodes[2].children[0].words == ("server", "x", "1.2.3.4:1", "check me", "\\")


def test_ini_keeps_repeated_keys_and_continuations() -> None:
    text = "[a]\nx = 1\nx = '2 # no comment'\nurl = rabbit://a,\n    rabbit://b\nflag\n  other=3 # c\n"
    (section,) = parse(Syntax.INI, text).nodes
    assert [node.words for node in section.children] == [
        ("x", "1"),
        ("x", "2 # no comment"),
        ("url", "rabbit://a,\nrabbit://b"),
        ("flag",),
        ("other", "3"),
    ]


def test_xml_has_lines_and_attributes_even_when_broken() -> None:
    parsed = parse(Syntax.XML, "\n<cib>\n <nvpair name='a' value='b'>\n</cib>")
    nodes = every(parsed.nodes)
    assert [(node.key, node.line) for node in nodes] == [("cib", 2), ("nvpair", 3)]
    assert nodes[1].options == {"name": "a", "value": "b"}
    assert parsed.problems


def test_erlang_tuples_and_lists() -> None:
    (top,) = parse(
        Syntax.ERLANG, "%% c\n[{rabbit, [{cluster_nodes, {[\"a@x\", 'b@y'], disc}},\n {heartbeat, 60}]}]."
    ).nodes
    settings_ = top.children[0].children[0].children
    assert [(node.words, node.line) for node in settings_] == [
        (("cluster_nodes",), 2),
        (("heartbeat", "60"), 3),
    ]
    (inner,) = settings_[0].children
    assert (inner.words, inner.children[0].words) == (("disc",), ("a@x", "b@y"))


def test_a_here_document_goes_through_the_pipe() -> None:
    nodes = parse(Syntax.SHELL, "cat <<EOF | crm configure\nproperty a=b\nEOF\n").nodes
    assert [(node.words, [child.rest for child in node.children]) for node in nodes] == [
        (("cat",), []),
        (("crm", "configure"), ["property a=b"]),
    ]


def test_shell_commands_operators_and_here_documents() -> None:
    text = "cat <<'E' >> /etc/x && echo ok\na=1\nE\nif [ $(a | b) -eq 0 ]; then exit 1; fi # end\n"
    nodes = parse(Syntax.SHELL, text).nodes
    assert [node.words for node in nodes] == [
        ("cat", ">>", "/etc/x"),
        ("echo", "ok"),
        ("if",),
        ("[", "$(a | b)", "-eq", "0", "]"),
        ("then",),
        ("exit", "1"),
        ("fi",),
    ]
    assert nodes[0].rest == "&&"
    documents = [child for node in nodes for child in node.children]
    assert [(child.words, child.line, child.rest) for child in documents] == [(("<<", "E"), 2, "a=1")]
