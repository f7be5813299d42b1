from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.report.samples import BROKEN, HOLDS, HOSTILE, MIXED, SIZE, UNHEARD, judged

from fournines.kit.verdict import failed
from fournines.report.document import Judged
from fournines.report.style import console
from fournines.report.verdicts import conclusion, shown, worst_first

GOLDEN = Path(__file__).parent / "golden"


def printed(pairs: Sequence[Judged], width: int) -> str:
    out = io.StringIO()
    screen = console(out, width=width)
    screen.print(shown(pairs, screen))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_screen(width: int) -> None:
    assert printed(MIXED, width) == (GOLDEN / f"verify-{width}.txt").read_text(encoding="utf-8").rstrip()


def test_worst_component_first_then_the_sites_order() -> None:
    assert [(name, [c.id for c, _ in pairs]) for name, pairs in worst_first(MIXED)] == [
        ("galera", ["galera.synced", "galera.size"]),
        ("rabbitmq", ["rabbitmq.members"]),
        ("memcached", ["memcached.round-trip"]),
    ]


@pytest.mark.parametrize(
    ("pairs", "line"),
    [
        ([], "0 promises hold, 0 are broken, 0 unknown"),
        ([HOLDS], "1 promise holds, 0 are broken, 0 unknown"),
        ([HOLDS, SIZE, BROKEN, BROKEN], "2 promises hold, 2 are broken, 0 unknown"),
        ([UNHEARD], "0 promises hold, 0 are broken, 1 unknown"),
    ],
)
def test_conclusion(pairs: list[Judged], line: str) -> None:
    assert conclusion(pairs) == line
    assert printed(pairs, 80).endswith(line)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_hostile_text_is_shown_not_obeyed(width: int) -> None:
    text = printed([judged("a.b", f"promise {HOSTILE}", failed(HOSTILE))], width)
    assert "\x1b" not in text
    assert "\x07" not in text
    assert text.count("[bold") == 2
    assert text.count("</title>") == 2


def test_an_ascii_terminal_gets_ascii_marks() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    screen = console(out, width=80)
    screen.print(shown(MIXED, screen))
    out.flush()
    assert "x FAIL" in raw.getvalue().decode("ascii")
