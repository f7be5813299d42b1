from __future__ import annotations

from tests.report.samples import BROKEN, HOLDS, SIZE, UNHEARD

from fournines.report.progress import waiting


def test_the_line_counts_and_names_what_does_not_hold_broken_first() -> None:
    assert waiting([HOLDS, SIZE]).plain == "2 of 2 hold"
    assert waiting([HOLDS, UNHEARD, BROKEN]).plain == "1 of 3 hold; not yet: galera.synced, rabbitmq.members"


def test_the_line_stays_short() -> None:
    line = waiting([UNHEARD] * 5).plain
    expected = "0 of 5 hold; not yet: rabbitmq.members, rabbitmq.members, rabbitmq.members and 2 more"
    assert line == expected
