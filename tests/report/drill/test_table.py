from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from tests.report.drill_samples import CAMPAIGN, KILL, WRITER
from tests.report.samples import HOSTILE

from fournines.drill.result import Campaign, Judgement, Moment
from fournines.kit.verdict import failed
from fournines.report.drill import table
from fournines.report.style import console

GOLDEN = Path(__file__).parents[1] / "golden"


def printed(campaign: Campaign, width: int, last: Campaign | None = None) -> str:
    out = io.StringIO()
    screen = console(out, width=width)
    screen.print(table(campaign, screen, last))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_screen(width: int) -> None:
    expected = (GOLDEN / f"drill-{width}.txt").read_text(encoding="utf-8").rstrip()
    assert printed(CAMPAIGN, width) == expected


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal_and_no_name_is_cut(width: int) -> None:
    text = printed(CAMPAIGN, width)
    assert all(len(line) <= width for line in text.splitlines())
    assert all(run.name in text for run in CAMPAIGN.runs)
    assert "…" not in text


def test_a_single_drill_has_its_headline() -> None:
    assert "The longest outage by the fault was 2.80 s" in printed(replace(CAMPAIGN, runs=(WRITER,)), 120)


def test_what_an_outage_consisted_of_is_told_a_moment_a_line() -> None:
    moments = (Moment(20.5, "a member is missed"), Moment(31.0, "controller2 is fenced"))
    text = printed(replace(CAMPAIGN, runs=(replace(WRITER, takeover=moments),)), 120)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "5.50 s 5.50 s a member is missed" in lines
    assert "16.0 s 10.5 s controller2 is fenced" in lines
    assert "since the fault" not in printed(CAMPAIGN, 120)


def test_nothing_read_back_is_not_zero_lost() -> None:
    assert "lost ?" in printed(replace(CAMPAIGN, runs=(replace(KILL, accounts=()),)), 40)


def test_no_run_is_said_to_be_unknown() -> None:
    assert printed(replace(CAMPAIGN, runs=()), 80) == "0 drills pass, 0 fail, 0 unknown"


def test_the_last_campaign_stands_in_brackets() -> None:
    last = replace(CAMPAIGN, runs=(replace(WRITER, name=KILL.name),))
    text = printed(replace(CAMPAIGN, runs=(KILL,)), 200)
    compared = printed(replace(CAMPAIGN, runs=(KILL,)), 200, last)
    assert "0.15 s (2.80 s)" in compared
    assert "(2.80 s)" not in text


def test_hostile_text_is_shown_not_obeyed() -> None:
    bad = replace(KILL, name="x\x1b[2J", judgements=(Judgement("I1", HOSTILE, failed(HOSTILE)),))
    text = printed(replace(CAMPAIGN, runs=(bad,)), 200)
    assert "\x1b" not in text
    assert text.count("[bold red]") == 2
