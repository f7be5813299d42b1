"""Input that hurts, judged by what does not depend on speed: calls made, size and letters of the output."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from tests.audit.hostile.crowds import (
    banned,
    crm_hosts,
    drbd_resources,
    galera_hosts,
    galera_sections,
    scripts,
    synchronized,
    tracking,
    undefined,
)
from tests.audit.hostile.folders import bomb, in_folder
from tests.audit.hostile.shapes import SHAPES
from tests.audit.hostile.texts import TEXTS, instances, listeners

from fournines.audit.gather import collect as room
from fournines.audit.gather.collect import File, collect
from fournines.audit.merge import merged
from fournines.audit.parse import parse
from fournines.audit.plain import plain
from fournines.audit.report import Report
from fournines.audit.run import MOST_FINDINGS, audit
from fournines.audit.show.html import as_html
from fournines.audit.show.json import as_json
from fournines.audit.show.sarif import as_sarif
from fournines.audit.show.text import as_text
from fournines.kit.audit.source import Syntax


def shown(report: Report) -> str:
    return as_text(merged(report), width=80)


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, generators resumed and C functions entered."""
    count = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


ALL = TEXTS | SHAPES


@pytest.mark.parametrize("name", ALL)
def test_the_beginning_of_what_hurts_ends_in_plain_words(name: str) -> None:
    text = ALL[name]()[:8000]
    report = audit([File(f"n1/{name}", text), File(f"n2/{name}", text)], strict=True)
    for line in shown(report).split("\n"):
        assert plain(line) == line
    assert all(len(finding.what) < 700 for finding in report.findings)
    assert report.findings or report.unknown or report.unread or report.files


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("keepalived.conf", instances),
        ("haproxy.cfg", listeners),
        ("keepalived.conf", lambda count: "\n" * 1000 * count),
        ("keepalived.conf", lambda count: "vrrp_instance a {" * 100 * count),
        ("nftables.conf", lambda count: "table inet x {\n" + "set s { " * 20 * count),
        ("hosts", lambda count: "".join(f"10.0.0.{n % 250} h{n}\n" for n in range(count))),
        ("rules.v4", lambda count: "*filter\n" + "-A INPUT -p vrrp -j ACCEPT\n" * count),
        ("galera.cnf", lambda count: "[mysqld]\n" + "wsrep_node_address = 10.0.0.1\n" * count),
        ("r.res", drbd_resources),
        ("site.crm", banned),
        ("site.crm", undefined),
        ("galera.cnf", galera_sections),
        ("keepalived.conf", tracking),
        ("keepalived.conf", synchronized),
        ("setup.sql", lambda count: "GRANT ALL ON *.* TO 'root'@'%' IDENTIFIED BY 'x';\n" * count),
        (
            "setup.pcs",
            lambda count: "".join(
                f"pcs resource create r{n} ocf:heartbeat:Dummy\npcs resource meta r{n} a=b\n"
                for n in range(count)
            ),
        ),
    ],
)
def test_twice_the_input_is_twice_the_work(name: str, made: Callable[[int], str]) -> None:
    audit([File(name, made(2))])  # what is worked out once for all audits
    single, double = (calls(partial(audit, [File(name, made(n))])) for n in (150, 300))
    assert double < 2.5 * single


@pytest.mark.parametrize("made", [galera_hosts, crm_hosts, scripts])
def test_twice_the_hosts_is_twice_the_work(made: Callable[[int], dict[str, str]]) -> None:
    single, double = (
        calls(partial(audit, [File(path, text) for path, text in made(count).items()])) for count in (40, 80)
    )
    assert double < 2.6 * single


def test_what_says_the_same_of_thousands_is_read_to_its_end() -> None:
    report = audit([File("keepalived.conf", instances(400))], strict=True)
    assert len(report.findings) > 400
    assert len(shown(report)) < 100_000
    assert len(as_json(report)) < 2000 * len(report.findings)


def test_a_folder_of_what_is_no_text(tmp_path: Path) -> None:
    in_folder(tmp_path)
    files = collect([tmp_path])
    assert sum(len(file.text) for file in files) < 4 * room.LONGEST
    report = audit(files, strict=True)
    named = {finding.at.path for finding in report.findings if finding.rule == "SY012"}
    assert {"keepalived.conf", "sparse/haproxy.cfg", "utf-16-le.cfg"} - named <= {"utf-16-le.cfg"}
    assert "root:" not in shown(report)
    assert plain(os.fsdecode(b"n\xff\x1b[2J")) in {source.path.split("/")[0] for source in report.files}


def test_an_archive_that_unpacks_to_more_than_it_should(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = bomb(tmp_path / "a.tgz", members=3, size=4 << 20)
    assert path.stat().st_size < 1 << 20
    monkeypatch.setattr(room, "MOST", 2 * room.LONGEST)
    files = collect([path])
    assert [len(file.text) for file in files] == [room.LONGEST, room.LONGEST, 0]
    assert "only the first" in files[0].trouble
    assert files[2].beyond


def test_a_here_document_that_shells_without_number_might_read_is_read_once() -> None:
    made = "#!/bin/sh\nssh h '{}' <<E\n{}E\n"
    single, double = (
        calls(partial(audit, [File("setup.sh", made.format("sh;" * n, "crm status\n" * 200))]))
        for n in (20, 40)
    )
    assert double < 1.5 * single


def test_a_rule_that_finds_thousands_lists_the_first_and_says_how_many() -> None:
    text = "[database]\n" + "connection = mysql://a:b@10.0.0.1/c\n" * (MOST_FINDINGS + 5)
    report = audit([File("nova.conf", text)], strict=True)
    assert sum(finding.rule == "OS011" for finding in report.findings) == MOST_FINDINGS
    said = f"rule OS011 found {MOST_FINDINGS + 5} places, the first {MOST_FINDINGS} are listed"
    assert said in {item.what for item in report.unknown}
    for output in (as_text(report, width=200), as_json(report), as_sarif(report, [], base="file:///x/")):
        assert said in output
    assert said in as_html(report, title="x")


def test_an_element_of_countless_attributes_is_named_and_not_compared() -> None:
    many = " ".join(f'a{n}="b"' for n in range(3000))
    parsed = parse(Syntax.XML, f"<cib>\n<nodes/>\n<x {many}/></cib>")
    assert [node.key for node in parsed.nodes[0].children] == ["nodes"]
    assert [(problem.line, problem.ours) for problem in parsed.problems] == [(3, True)]
    text = parse(Syntax.XML, '<cib><a x="' + "= " * 3000 + '"/></cib>')
    assert not text.problems


def test_the_verdict_looks_at_each_finding_a_few_times() -> None:
    one = audit([File("keepalived.conf", instances(100))], strict=True)
    two = replace(one, findings=one.findings * 2)
    assert calls(lambda: two.verdict) < 2.5 * calls(lambda: one.verdict)


def test_a_text_that_is_never_closed_is_named_where_it_begins() -> None:
    parsed = parse(Syntax.ERLANG, '[{rabbit,\n [{x, "a\\"b\nc')
    assert '2: " is never closed' in {f"{problem.line}: {problem.what}" for problem in parsed.problems}
    assert parse(Syntax.ERLANG, "'a").problems
    assert not parse(Syntax.ERLANG, '[{rabbit, [{x, "a\\"b"}]}].').problems


@pytest.mark.parametrize("pattern", ["^(([a-z.]+)+)+!", "(a*){9}", "a*b*c*d*e*f*!"])
def test_an_expression_of_a_stranger_that_could_take_for_ever_is_not_tried(pattern: str) -> None:
    text = f"#!/bin/sh\nrabbitmqctl set_policy ha '{pattern}' '{{\"ha-mode\":\"all\"}}'\n"
    report = audit([File("setup.sh", text)], strict=True)
    assert "what the pattern of ha matches: it repeats what repeats" in {item.what for item in report.unknown}
