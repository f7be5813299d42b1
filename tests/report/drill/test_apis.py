"""The table of APIs: medians and the worst of several runs, and nothing where no API was hurt."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from tests.report.drill_samples import CAMPAIGN, CONTROL, KILL, WRITER
from tests.report.samples import HOSTILE

from fournines.drill.result import Campaign, DrillRun
from fournines.kit.verdict import Outcome
from fournines.probe.outage import Outage, toll
from fournines.report.drill import html, table
from fournines.report.drill.apis import Spread, api_lines
from fournines.report.style import console


def hurt(name: str, by_fault: float, *, api: str = "keystone", of: DrillRun = KILL) -> DrillRun:
    """A run in which the API's own client missed so many seconds by the fault, and nothing by the return."""
    began = of.fault[0] if of.fault else 0.0
    cost = toll([Outage(began, began + by_fault)], began, began + 15.0)
    none = toll([], 30.0, 48.0)
    series = tuple(
        replace(one, figures=replace(one.figures, by_fault=cost, by_return=none)) if one.name == api else one
        for one in of.series
    )
    return replace(of, name=name, api=api, series=series)


def of(*runs: DrillRun) -> Campaign:
    return replace(CAMPAIGN, runs=runs)


def printed(campaign: Campaign, width: int = 120) -> str:
    out = io.StringIO()
    screen = console(out, width=width)
    screen.print(table(campaign, screen))
    return out.getvalue()


def test_runs_of_one_api_and_fault_are_one_line() -> None:
    seconds = (0.2, 0.9, 0.3)
    runs = [hurt("keystone.kill", one) for one in seconds]
    kill, hang = api_lines(of(CONTROL, *runs, hurt("keystone.hang", 1.5)))
    assert (kill.api, kill.fault, kill.runs, kill.lost) == ("keystone", "kill", 3, 0)
    assert kill.by_fault is not None
    assert (kill.by_fault.median, kill.by_fault.worst) == pytest.approx((0.3, 0.9))
    assert kill.by_return == Spread(0.0, 0.0)
    assert (hang.fault, hang.runs) == ("hang", 1)


def test_other_apis_stand_apart() -> None:
    """The run's own blackout cut glance off as well, and horizon longer."""
    (line,) = api_lines(of(hurt("keystone.kill", 0.1)))
    assert line.by_fault is not None
    assert line.by_fault.worst == pytest.approx(0.1)
    assert line.others is not None
    assert line.others > 0.1


def test_the_worst_outcome_is_that_of_the_line() -> None:
    (line,) = api_lines(of(hurt("keystone.kill", 0.1), hurt("keystone.kill", 0.1, of=WRITER)))
    assert line.outcome is Outcome.FAIL
    assert line.lost == 2


def test_what_was_not_measured_is_not_nought() -> None:
    refused = replace(hurt("keystone.kill", 0.1), fault=None, accounts=())
    (line,) = api_lines(of(refused))
    assert (line.by_fault, line.by_return, line.others, line.lost) == (None, None, None, None)
    assert "?" in printed(of(refused))


def test_the_table_shows_the_typical_and_the_worst() -> None:
    text = printed(of(hurt("keystone.kill", 0.2), hurt("keystone.kill", 0.9), hurt("keystone.kill", 0.3)))
    (line,) = (one for one in text.splitlines() if "at worst" in one)
    assert line.split()[:2] == ["keystone", "kill"]
    assert "0.30 s, at worst 0.90 s" in line
    assert "other APIs" not in printed(CAMPAIGN), "no API was hurt"


def test_the_page_shows_what_the_terminal_does() -> None:
    page = html(of(hurt("keystone.kill", 0.2), hurt("keystone.kill", 0.9), hurt("keystone.kill", 0.3)))
    assert '<td class="n" data-of="by the fault">0.30 s, at worst 0.90 s</td>' in page
    assert 'id="apis"' not in html(CAMPAIGN)
    refused = html(of(replace(hurt("keystone.kill", 0.1), fault=None, accounts=())))
    assert '<td class="n" data-of="by the fault">?</td>' in refused


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    text = printed(of(hurt("keystone.kill", 0.2), hurt(f"x.{HOSTILE}", 0.3)), width)
    assert all(len(line.rstrip()) <= width for line in text.splitlines())
    assert "\x1b" not in text
