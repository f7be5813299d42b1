"""How much of what was given is judged, and that the rest is named."""

from __future__ import annotations

import pytest

from fournines.audit.gather import allowance
from fournines.audit.gather.allowance import MOST_LINES, Allowance
from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.audit.sources import read

LISTEN = "# a\n\nlisten a\n bind :80\n bind :81\n bind :82\n"


def test_the_lines_of_all_files_are_counted_and_what_is_left_out_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(allowance, "MOST_LINES", 20)
    files = [File(f"n{number}/haproxy.cfg", LISTEN) for number in range(4)]
    report = audit(files)
    assert [source.text.count("bind") for source in report.files] == [3, 1]
    assert report.unread == ("n2/haproxy.cfg", "n3/haproxy.cfg")
    assert "the most that is read was reached before 2 files" in report.verdict
    assert sum("most that is judged" in item.what for item in report.unknown) == 2
    assert ("SY012", "n1/haproxy.cfg") in {(finding.rule, finding.at.path) for finding in report.findings}
    whole = audit(files, whole=True)
    assert {source.text.count("bind") for source in whole.files} == {3}
    assert not whole.unread


def test_files_of_no_known_kind_leave_room_for_those_that_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "MOST_LINES", 50)
    other = [File(f"etc/services{number}", "smtp 25/tcp mail\n" * 200) for number in range(3)]
    given = read([*other, File("etc/haproxy/haproxy.cfg", LISTEN)])
    assert [source.text for source in given.sources] == [LISTEN]
    assert given.beyond == 0


def test_what_is_written_inside_a_file_counts_as_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "MOST_LINES", 57)
    script = "#!/bin/sh\n" + "".join(
        f"cat > /etc/haproxy/h{n}.cfg <<E\nlisten a\n bind :80\nE\n" for n in range(4)
    )
    sources, _, unknown, _ = read([File("setup.sh", script)])
    assert [source.name for source in sources] == ["setup.sh", "/etc/haproxy/h0.cfg", "/etc/haproxy/h1.cfg"]
    assert [(item.at.line, "not read" in item.what) for item in unknown] == [(11, True)]
    page = "".join(f"`haproxy{n}.cfg`:\n\n```\nlisten a\n bind :80\n```\n" for n in range(5))
    shown = read([File("howto.md", page)])
    assert len(shown.sources) == 1
    assert [item.at.path for item in shown.unknown] == ["howto.md"]


def test_a_page_that_is_longer_than_what_is_left_is_cut_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "MOST_LINES", 30)
    given = read([File("howto.md", "word\n" * 100)])
    assert given.unread == ["howto.md"]
    assert [(item.at.line, "only the first 30" in item.what) for item in given.unknown] == [(30, True)]


@pytest.mark.parametrize(
    "text", ["x" * 5000, "<cib>" + "<a/>" * 50 + "</cib>", "[" * 200, "a;" * 100, "a''" * 60]
)
def test_what_is_long_or_dense_counts_as_several_lines(text: str) -> None:
    left = Allowance(40)
    assert len(left.within(text)) <= len(text)
    assert left.spent


@pytest.mark.parametrize("head", ["listen a", "frontend a", "backend a"])
def test_a_section_counts_for_what_all_rules_ask_of_it(head: str) -> None:
    lines, sections = Allowance(), Allowance()
    lines.within(f"listener a\n{head.partition(' ')[0]}\n  {head}\n bind :80\n" * 100)
    sections.within(f"{head}\n bind :80\n" * 200)
    assert MOST_LINES - lines.lines == 410
    assert MOST_LINES - sections.lines == 810
    assert Allowance(300).within(f"{head}\n bind :80\n" * 200).count(head) == 75


def test_comments_and_blank_lines_count_for_nothing() -> None:
    left = Allowance(20)
    text = "# comment\n\n" * 5000
    assert left.within(text) == text
    assert left.lines == 10
