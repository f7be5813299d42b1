from __future__ import annotations

import re
from dataclasses import replace

import pytest
from lxml import etree
from lxml import html as parse
from tests.report.drill_samples import CAMPAIGN, CONTROL, KILL, LEADER, WRITER
from tests.report.samples import HOSTILE

from fournines.drill.result import Campaign, DrillRun, Judgement, Moment, Owned
from fournines.kit.verdict import Outcome, failed, passed, unknown
from fournines.probe.ledger import account
from fournines.probe.outage import figures
from fournines.probe.sample import Reply, Sample
from fournines.report.drill import html
from fournines.report.style import mark

PAGE = html(CAMPAIGN)
VOID = {"meta", "link", "br", "img", "hr", "input"}


def of(*runs: DrillRun) -> Campaign:
    return replace(CAMPAIGN, runs=runs)


def words(page: str) -> str:
    return " ".join(" ".join(parse.fromstring(page).itertext()).split())


def test_it_is_well_formed_but_for_void_elements() -> None:
    closed = re.sub(r"<(meta|br)\b([^>]*)>", r"<\1\2/>", PAGE)
    tree = etree.fromstring(closed.replace("<!doctype html>", "").encode())
    assert tree.tag == "html"


def test_what_an_outage_consisted_of_is_told() -> None:
    told = words(html(of(replace(WRITER, takeover=(Moment(20.5, "<b>fenced</b>"),)))))
    assert "What the outage consisted of" in told
    assert "<b>fenced</b> 5.50 s 5.50 s" in told
    assert "What the outage consisted of" not in words(PAGE)


def test_ids_are_unique_and_every_reference_has_its_target() -> None:
    tree = parse.fromstring(PAGE)
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    targets = [ref for value in tree.xpath("//@aria-labelledby") for ref in value.split()]
    targets += [h[1:] for h in tree.xpath("//@href") if h.startswith("#")]
    targets += re.findall(r"url\(#([^)]+)\)", PAGE)
    assert len(targets) > 20
    assert set(targets) <= set(ids)


def test_it_asks_for_nothing_outside() -> None:
    tree = parse.fromstring(PAGE)
    assert not tree.xpath("//script | //link | //img | //iframe | //object | //*[@src] | //image | //use")
    assert all(href.startswith(("#", "./")) for href in tree.xpath("//@href"))
    style = "".join(tree.xpath("//style/text()"))
    assert "@import" not in style
    assert "http" not in style
    assert set(re.findall(r"url\((.)", style)) == {"#"}
    assert "default-src 'none'" in PAGE


def test_it_is_small() -> None:
    assert len(html(of(KILL)).encode()) < 64_000
    assert len(PAGE.encode()) < 50_000 * len(CAMPAIGN.runs)


def test_a_hundred_thousand_samples_make_no_big_file() -> None:
    series = []
    for name in ("keystone", "sql", "amqp", "glance"):
        samples = tuple(
            Sample(name, i / 500, i / 500, i / 500 + 0.002 + (i * 7919 % 997) / 5e4, Reply.OK, "controller1")
            for i in range(25_000)
        )
        found = figures(samples, interval=0.002, observed=(0.0, 50.0), fault=(15.0, 30.0))
        series.append(replace(KILL.series[0], name=name, interval=0.002, figures=found, samples=samples))
    assert len(html(of(replace(KILL, series=tuple(series)))).encode()) < 90_000


def test_every_outcome_is_a_word() -> None:
    for outcome, verdict in (
        (Outcome.PASS, passed("seen well")),
        (Outcome.FAIL, failed("seen broken")),
        (Outcome.UNKNOWN, unknown("not seen")),
    ):
        run = replace(KILL, judgements=(Judgement("I1.x", "a promise", verdict),))
        text = words(html(of(run)))
        assert f"{outcome.value} a promise {verdict.seen} I1.x" in text
        assert f"haproxy-kill {mark(outcome)} {outcome.value}" in text


def test_what_an_operator_looks_for_is_there() -> None:
    text = words(html(of(WRITER)))
    for expected in (
        "writer-kill",
        "What failed and why",
        "sql: no outage longer than 2 s by the fault: 2.80 s from 18:04:26.0 UTC",
        "No acknowledged write is lost: 2 of 957 rows missing: 958, 959",
        "load 2.31 on 2 cores; waited 41 % for a processor, 2 % for the disk; nothing stalled",
        "18:04:26.0 UTC, for 15.0 s",
        "lost: 958, 959",
        "controller2: systemctl kill --signal=KILL mariadb.service",
        "controller2: systemctl start mariadb.service",
        "4711",
        "sha256:6d2f0c1c5b7a92f1e7f5cb7c2f4c1f0a4b7c9d21a5b3e8f0",
        "events-writer-kill.jsonl",
        "What this does not prove",
        "independent kernels, clocks and disks",
        "nines drill blog.yaml",
        "3.0.11-1+deb13u2",
        "seconds since the fault",
    ):
        assert expected in text, expected


def test_what_failed_stands_before_everything_else() -> None:
    tree = parse.fromstring(PAGE)
    assert [h.text for h in tree.xpath("//h2")][:2] == ["What failed and why", "Drills"]
    names = [th.xpath("string(a)") for th in tree.xpath("(//table)[1]/tbody/tr/th")]
    assert names[:2] == ["power-vip-holder", "writer-kill"]
    assert names[-1] == "control"
    opened = [d.getparent().get("id") for d in tree.xpath("//details[@open]")]
    assert opened == ["run1", "run2", "run3"], "what did not pass lies open"
    passing = html(of(CONTROL, KILL))
    assert "What failed and why" not in passing


def test_a_stall_is_named_where_it_left_a_bound_open() -> None:
    text = words(html(of(LEADER)))
    assert "the machine stalled 3.2 s: controller1 had no processor; it lasted 3.24 s" in text


def test_the_noise_and_the_last_run_stand_beside_each_drill() -> None:
    slower = replace(KILL, series=tuple(s for s in WRITER.series))
    text = words(html(of(CONTROL, KILL), replace(of(slower), started="2026-11-21T10:00:00+00:00")))
    assert "In control nothing was hurt: its figures are the noise of this machine." in text
    assert "Before is the run of 2026-11-21 10:00:00 UTC." in text
    assert "before: 2.80 s, 0 s" in text
    assert "control" in words(html(of(CONTROL, KILL))).split("Clients")[1]
    assert "Before" not in words(html(of(CONTROL, KILL)))


def test_no_column_is_cut_off_where_the_screen_is_narrow() -> None:
    """Every cell of a table that becomes cards says itself what it is."""
    tree = parse.fromstring(PAGE)
    cells = tree.xpath("//table[contains(@class, 'cards')]//td[not(@colspan)]")
    assert cells
    bare = [c for c in cells if "data-of" not in c.attrib and "word" not in c.get("class", "")]
    assert not bare
    assert not tree.xpath("//div[@class='scroll']/table")


def test_pictures_are_labelled_for_those_who_do_not_see_them() -> None:
    pictures = parse.fromstring(PAGE).xpath("//*[@role='img']")
    assert len(pictures) == 11
    for picture in pictures:
        title, description = picture.xpath("./title/text()")[0], picture.xpath("./desc/text()")[0]
        assert "what clients saw" in title
        assert "outage" in description


def test_it_knows_light_dark_and_paper() -> None:
    assert "prefers-color-scheme: dark" in PAGE
    assert "@media print" in PAGE


def test_hostile_text_everywhere_is_text() -> None:
    nasty = replace(
        KILL,
        name=HOSTILE,
        sentence=HOSTILE,
        targets={HOSTILE: HOSTILE},
        injected=(HOSTILE,),
        undone=(HOSTILE,),
        series=tuple(replace(s, name=HOSTILE, kind=HOSTILE, asks=HOSTILE) for s in KILL.series[:1]),
        owners=(Owned((HOSTILE,), 0.0, 48.0),),
        accounts=(account(HOSTILE, {1: Reply.OK}, {HOSTILE: [], "b" + HOSTILE: None}),),
        judgements=(Judgement(HOSTILE, HOSTILE, failed(HOSTILE)),),
        versions={HOSTILE: {HOSTILE: HOSTILE}},
        digest=HOSTILE,
        events="javascript:alert(1)//" + HOSTILE,
        untested=(HOSTILE,),
    )
    page = html(Campaign(HOSTILE, HOSTILE, HOSTILE, HOSTILE, (nasty,)))
    tree = parse.fromstring(page)
    assert not tree.xpath("//script")
    assert "<script" not in page
    assert "alert(1)" in tree.text_content()
    assert all(href.startswith(("#", "./")) for href in tree.xpath("//@href"))


@pytest.mark.parametrize(
    "run",
    [
        replace(KILL, fault=None, healed=None),
        replace(KILL, series=()),
        replace(KILL, series=(), owners=(), accounts=(), judgements=(), stages=(), fault=None, healed=None),
        replace(KILL, injected=(), undone=(), versions={}, digest="", events="", untested=(), targets={}),
        replace(KILL, owners=()),
    ],
)
def test_a_run_that_ended_early_still_makes_a_page(run: DrillRun) -> None:
    assert "haproxy-kill" in words(html(of(run)))


def test_no_run_makes_a_page_that_says_unknown() -> None:
    assert "0 drills pass, 0 fail, 0 unknown ? unknown" in words(html(of()))


def test_it_is_the_same_each_time() -> None:
    assert html(CAMPAIGN) == PAGE
