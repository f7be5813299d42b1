from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.report.samples import BROKEN, HOLDS, HOSTILE, SIZE, UNHEARD, judged
from tests.report.status.samples import PLAN, WELL_LOOKS, WELL_POOLS, look, pools

from fournines.kit.verdict import failed
from fournines.report.status.document import StatusDocument
from fournines.report.status.judgement import assess
from fournines.report.status.screen import screen
from fournines.report.style import console

GOLDEN = Path(__file__).parents[1] / "golden"
AT = datetime(2026, 11, 22, 18, 4, 11, tzinfo=UTC)


def printed(status: StatusDocument, width: int) -> str:
    out = io.StringIO()
    terminal = console(out, width=width)
    terminal.print(screen(status, terminal))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


@pytest.fixture
def degraded() -> StatusDocument:
    looked = WELL_LOOKS | {
        "dashboard": None,
        "controller1": look("controller1", states={"mariadb.service": ("activating", "auto-restart")}),
    }
    pooled = WELL_POOLS | {"controller2": pools({("galera", "controller1"): "DOWN"})}
    verdicts = (HOLDS, BROKEN, SIZE, UNHEARD)
    return assess(PLAN, verdicts, looked, pooled, at=AT, seconds=1.2)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_screen(degraded: StatusDocument, width: int) -> None:
    expected = (GOLDEN / f"status-{width}.txt").read_text(encoding="utf-8").rstrip()
    assert printed(degraded, width) == expected


@pytest.mark.parametrize("width", [60, 80, 120])
def test_it_is_one_screen(degraded: StatusDocument, width: int) -> None:
    lines = printed(degraded, width).splitlines()
    assert len(lines) <= 24
    assert all(len(line) <= width for line in lines)


def test_hostile_text_is_shown_not_obeyed() -> None:
    looked = WELL_LOOKS | {
        "controller1": look("controller1", states={"mariadb.service": ("\x1b[2Jfailed", "[bold]x[/bold]")}),
    }
    verdicts = (judged("a.b", HOSTILE, failed(HOSTILE)),)
    status = assess(PLAN, verdicts, looked, WELL_POOLS, at=AT, seconds=1.0)
    text = printed(status, 200)
    assert "\x1b" not in text
    assert "[bold]x[/bold]" in text
